/** The key of an object that stands for bytes; no name that people or programs give begins with NUL. */
const KEY = "\0bytes";
const KEY_IN_JSON = JSON.stringify(KEY).slice(1, -1);

/** A message as JSON text; bytes in it as `{"\0bytes": base64}`. */
export function toText(message: unknown): string {
  // A replacer is asked of every value and slows what has no bytes, which is nearly all there is.
  return holdsBytes(message)
    ? JSON.stringify(message, (_key, value: unknown) => (value instanceof Uint8Array ? { [KEY]: toBase64(value) } : value))
    : JSON.stringify(message);
}

/** The reverse. @throws SyntaxError for what is not JSON; bytes that are not base64 stay the object they are */
export function fromText(text: string): unknown {
  return text.includes(KEY_IN_JSON) ? JSON.parse(text, (_key, value: unknown) => bytesOf(value) ?? value) : JSON.parse(text);
}

function holdsBytes(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (value instanceof Uint8Array) return true;
  return Array.isArray(value) ? value.some(holdsBytes) : Object.values(value).some(holdsBytes);
}

function bytesOf(value: unknown): Uint8Array | undefined {
  if (typeof value !== "object" || value === null || !(KEY in value)) return undefined;
  const text = value[KEY];
  if (typeof text !== "string" || Object.keys(value).length !== 1) return undefined;
  try {
    return Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  } catch {
    return undefined;
  }
}

/** As many bytes at a time as make arguments of one call. */
const PIECE = 0x8000;

function toBase64(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += PIECE) text += String.fromCharCode(...bytes.subarray(at, at + PIECE));
  return btoa(text);
}
