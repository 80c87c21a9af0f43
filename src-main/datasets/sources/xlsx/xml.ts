const ENTITIES: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

/** Characters that one element may have. */
const MOST = 1 << 24;

/** A text as XML has it; Excel writes characters that XML cannot hold as `_x000D_`. */
export function unescapeXml(text: string): string {
  return text
    .replace(/<!\[CDATA\[([\s\S]*?)\]\]>/g, (_, raw: string) => raw.replace(/&/g, "&amp;"))
    .replace(/&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|([a-z]+));/gi, (whole, hex?: string, decimal?: string, name?: string) => {
      if (name !== undefined) return ENTITIES[name] ?? whole;
      const code = hex === undefined ? Number(decimal) : parseInt(hex, 16);
      return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
    })
    .replace(/_x([0-9A-F]{4})_/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
}

/** An attribute of an element's start, unescaped. */
export function attribute(start: string, name: string): string | undefined {
  const found = new RegExp(`(?:^|\\s)${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)')`).exec(start);
  return found ? unescapeXml(found[1] ?? found[2] ?? "") : undefined;
}

/** An element: what stands in its start, and in it. */
export interface Element {
  readonly start: string;
  readonly inner: string;
}

/** Elements of a name in a text, whatever their prefix; they hold none of their own name. */
export function* elements(text: string, name: string): Generator<Element, void, void> {
  const start = new RegExp(`<(?:\\w+:)?${name}(\\s[^>]*?)?(/?)>`, "g");
  const end = new RegExp(`</(?:\\w+:)?${name}\\s*>`, "g");
  for (let found = start.exec(text); found; found = start.exec(text)) {
    if (found[2] === "/") {
      yield { start: found[1] ?? "", inner: "" };
      continue;
    }
    end.lastIndex = start.lastIndex;
    const closed = end.exec(text);
    if (!closed) return;
    yield { start: found[1] ?? "", inner: text.slice(start.lastIndex, closed.index) };
    start.lastIndex = end.lastIndex;
  }
}

/** The same of a text that comes in pieces. @throws RangeError for an element of more than 16 million characters */
export async function* elementsIn(pieces: AsyncIterable<string>, name: string): AsyncGenerator<Element, void, void> {
  const end = new RegExp(`</(?:\\w+:)?${name}\\s*>`, "g");
  const empty = new RegExp(`<(?:\\w+:)?${name}(?:\\s[^>]*?)?/>`, "g");
  let waiting = "";
  for await (const piece of pieces) {
    waiting += piece;
    const last = Math.max(lastEnd(waiting, end), lastEnd(waiting, empty));
    if (last > 0) {
      yield* elements(waiting.slice(0, last), name);
      waiting = waiting.slice(last);
    }
    if (waiting.length > MOST) throw new RangeError("too large");
  }
}

function lastEnd(text: string, pattern: RegExp): number {
  let last = 0;
  pattern.lastIndex = 0;
  while (pattern.exec(text)) last = pattern.lastIndex;
  return last;
}

/** The texts in an element, together; without how they are pronounced. */
export function textsIn(inner: string): string {
  const plain = inner.replace(/<(?:\w+:)?rPh[\s>][\s\S]*?<\/(?:\w+:)?rPh\s*>/g, "");
  return [...elements(plain, "t")].map(({ inner: text }) => unescapeXml(text)).join("");
}
