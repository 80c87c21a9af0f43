import { isAscii } from "node:buffer";
import { createReadStream, createWriteStream } from "node:fs";
import { join } from "node:path";
import { type Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { TextDecoder } from "node:util";
import { createGunzip } from "node:zlib";
import { LatheError } from "../../base/errors.js";
import { namedSetting } from "../../contract/source-settings.js";
import { goneMeanwhile } from "./find-file.js";
import { whyUnreadable } from "./library-errors.js";

/** How much of a file is looked at to find out its encoding, delimiter and header. */
const HEAD = 1 << 20;

/** A text file as UTF-8, gunzipped by DuckDB where its name ends in .gz. */
export interface Utf8File {
  readonly path: string;
  /** The first megabyte or less, without a byte-order mark. */
  readonly head: string;
  /** True where `head` is the whole file. */
  readonly whole: boolean;
  readonly encoding: string;
  readonly warnings: readonly string[];
}

/**
 * Opens a text file in any encoding the platform knows (WHATWG labels). What is not UTF-8 is transcoded, streaming, to a file in `workFolder`.
 * @param encoding omitted: by its byte-order mark, else UTF-8 where the file's start is valid UTF-8, else windows-1252, with a warning.
 * @throws LatheError `data.unreadable`
 */
export async function openText(path: string, encoding: string | undefined, workFolder: string): Promise<Utf8File> {
  const bytes = await readHead(path);
  const whole = bytes.length < HEAD;
  const detected = encoding === undefined && !whole && isAscii(bytes) ? await detectFurtherDown(path) : detect(bytes, whole);
  const decoder = decoderFor(path, encoding === undefined ? detected : named(encoding, detected));
  if (decoder.encoding === "utf-8") {
    // Half a character may end the head of a long file; in the middle it is a fault that DuckDB reports with its row.
    const head = decoder.decode(bytes, { stream: true });
    // DuckDB takes one kind of line end in a file.
    return /\r\n/.test(head) && /[^\r]\n|\r(?!\n)/.test(head)
      ? transcoded(path, "utf-8", workFolder, [])
      : { path, head, whole, encoding: "utf-8", warnings: [] };
  }
  const warnings =
    encoding === undefined && detected === "windows-1252"
      ? [`${path} is not UTF-8; it is read as windows-1252 (Latin-1). If letters look wrong, set ${namedSetting("encoding")}`]
      : [];
  return transcoded(path, decoder.encoding, workFolder, warnings);
}

async function transcoded(path: string, encoding: string, workFolder: string, warnings: readonly string[]): Promise<Utf8File> {
  const target = copyPath(workFolder, "utf8", "txt");
  const decoder = decoderFor(path, encoding);
  // A CR at the end of a chunk waits for the LF that may follow.
  let waiting = "";
  const decode = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      const text = waiting + decoder.decode(chunk, { stream: true });
      waiting = text.endsWith("\r") ? "\r" : "";
      done(null, text.slice(0, text.length - waiting.length).replaceAll("\r\n", "\n"));
    },
    flush(done) {
      done(null, waiting + decoder.decode());
    },
  });
  await pipeline(openBytes(path), decode, createWriteStream(target)).catch((error: unknown) => {
    throw unreadable(path, error);
  });
  const bytes = await readHead(target);
  return { path: target, head: new TextDecoder().decode(bytes, { stream: true }), whole: bytes.length < HEAD, encoding, warnings };
}

/** Where a copy of a table goes, under a name of its own. */
export function copyPath(workFolder: string, what: string, extension: string): string {
  return join(workFolder, `${what}-${Date.now()}-${Math.random().toString(36).slice(2)}.${extension}`);
}

/** Whether a file is gzipped by its name: everywhere in the same way, in capitals too. */
export function isGzipped(path: string): boolean {
  return /\.gz$/i.test(path);
}

/** A file's bytes, gunzipped where its name ends in .gz. */
export function openBytes(path: string): Readable {
  const file = createReadStream(path);
  if (!isGzipped(path)) return file;
  const gunzip = createGunzip();
  // Whoever has seen enough and leaves closes both.
  void pipeline(file, gunzip).catch(() => undefined);
  return gunzip;
}

async function readHead(path: string): Promise<Buffer> {
  const parts: Buffer[] = [];
  let length = 0;
  try {
    for await (const part of openBytes(path)) {
      parts.push(part as Buffer);
      length += (part as Buffer).length;
      if (length >= HEAD) break;
    }
  } catch (error) {
    throw unreadable(path, error);
  }
  return Buffer.concat(parts).subarray(0, HEAD);
}

/** Where a file begins with plain ASCII, its first other bytes tell. */
async function detectFurtherDown(path: string): Promise<string> {
  for await (const part of openBytes(path)) {
    const bytes = part as Buffer;
    if (!isAscii(bytes)) return detect(bytes, false);
  }
  return "utf-8";
}

function detect(bytes: Buffer, whole: boolean): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return "utf-16le";
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return "utf-16be";
  const sample = bytes.subarray(0, 4096);
  let even = 0;
  let odd = 0;
  sample.forEach((byte, i) => {
    if (byte === 0) {
      if (i % 2 === 0) even++;
      else odd++;
    }
  });
  // Western text in UTF-16 has a zero in nearly every other byte.
  if (odd > sample.length / 4 && even === 0) return "utf-16le";
  if (even > sample.length / 4 && odd === 0) return "utf-16be";
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes, { stream: !whole });
    return "utf-8";
  } catch {
    return "windows-1252";
  }
}

/** Spellings that are not among the WHATWG labels; for plain UTF-16 the byte-order mark decides. */
function named(encoding: string, detected: string): string {
  const plain = encoding.toLowerCase().replaceAll("_", "-");
  if (plain === "utf-16" || plain === "utf16") return detected.startsWith("utf-16") ? detected : "utf-16le";
  return plain === "latin-1" ? "latin1" : encoding;
}

function decoderFor(path: string, label: string): TextDecoder {
  try {
    return new TextDecoder(label);
  } catch {
    throw new LatheError(
      "data.unreadable",
      `${path}: ${namedSetting("encoding")} is "${label}", expected a known encoding such as utf-8, utf-16, latin-1 or windows-1252`,
      { path, encoding: label },
    );
  }
}

export function unreadable(path: string, error: unknown): LatheError {
  const gone = goneMeanwhile(path);
  if (gone) return gone;
  if (error instanceof LatheError) return error;
  return new LatheError("data.unreadable", `${path} cannot be read: ${whyUnreadable(error)}`, { path }, { cause: error });
}
