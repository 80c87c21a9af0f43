import { createReadStream } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { StringDecoder } from "node:string_decoder";
import { createInflateRaw } from "node:zlib";
import { readBytes } from "../../../base/read-bytes.js";

/** A file in a zip archive. */
interface Entry {
  readonly method: number;
  readonly size: number;
  readonly offset: number;
}

/** End of the central directory, an entry of it, a file's own header: signature and length (PKWARE's APPNOTE, 4.3). */
const [END, END_LENGTH] = [0x06054b50, 22];
const [CENTRAL, CENTRAL_LENGTH] = [0x02014b50, 46];
const [LOCAL, LOCAL_LENGTH] = [0x04034b50, 30];
const [STORED, DEFLATED] = [0, 8];
const MOST_COMMENT = 65_535;
const MOST_ENTRIES = 10_000;
/** Bytes that a file may unpack to: a small archive can claim to hold a great deal. */
const MOST_BYTES = 2 ** 31;

/** The texts in a zip archive, read piece by piece. */
export class Zip {
  readonly #path: string;
  readonly #entries: ReadonlyMap<string, Entry>;

  private constructor(path: string, entries: ReadonlyMap<string, Entry>) {
    this.#path = path;
    this.#entries = entries;
  }

  /** @returns undefined for what is no zip archive, or one of more than 4 GB. */
  static async open(path: string): Promise<Zip | undefined> {
    const file = await open(path);
    try {
      const entries = await listEntries(file, (await file.stat()).size);
      return entries && new Zip(path, entries);
    } finally {
      await file.close();
    }
  }

  has(name: string): boolean {
    return this.#entries.has(name);
  }

  /** A file's text, UTF-8, as it comes. Nothing comes of one that is not there. @throws RangeError for one that is damaged or too large */
  async *text(name: string): AsyncGenerator<string, void, void> {
    const entry = this.#entries.get(name);
    if (!entry) return;
    const start = await this.#dataStart(entry);
    if (entry.size === 0) return;
    const raw = createReadStream(this.#path, { start, end: start + entry.size - 1 });
    const unpacked = entry.method === STORED ? raw : createInflateRaw();
    // Whoever has seen enough and leaves closes both; a fault of either comes out of the loop.
    if (unpacked !== raw) void pipeline(raw, unpacked as ReturnType<typeof createInflateRaw>).catch(() => undefined);
    const decoder = new StringDecoder("utf8");
    let bytes = 0;
    for await (const part of unpacked) {
      bytes += (part as Buffer).length;
      if (bytes > MOST_BYTES) throw new RangeError("too large");
      yield decoder.write(part as Buffer);
    }
    yield decoder.end();
  }

  /** @param most characters. @throws RangeError for a longer text */
  async whole(name: string, most: number): Promise<string> {
    let text = "";
    for await (const part of this.text(name)) {
      text += part;
      if (text.length > most) throw new RangeError("too large");
    }
    return text;
  }

  async #dataStart({ offset, method }: Entry): Promise<number> {
    if (method !== STORED && method !== DEFLATED) throw new RangeError(`method ${method}`);
    const file = await open(this.#path);
    try {
      const header = await bytesAt(file, offset, LOCAL_LENGTH);
      if (header.length < LOCAL_LENGTH || header.readUInt32LE(0) !== LOCAL) throw new RangeError("no header");
      return offset + LOCAL_LENGTH + header.readUInt16LE(26) + header.readUInt16LE(28);
    } finally {
      await file.close();
    }
  }
}

async function listEntries(file: FileHandle, size: number): Promise<ReadonlyMap<string, Entry> | undefined> {
  const tailStart = Math.max(0, size - END_LENGTH - MOST_COMMENT);
  const tail = await bytesAt(file, tailStart, size - tailStart);
  let end = tail.length - END_LENGTH;
  while (end >= 0 && tail.readUInt32LE(end) !== END) end--;
  if (end < 0) return undefined;
  const [count, length, start] = [tail.readUInt16LE(end + 10), tail.readUInt32LE(end + 12), tail.readUInt32LE(end + 16)];
  if (count > MOST_ENTRIES || start + length > size) return undefined;
  const directory = await bytesAt(file, start, length);
  const entries = new Map<string, Entry>();
  for (let at = 0; at + CENTRAL_LENGTH <= directory.length && directory.readUInt32LE(at) === CENTRAL;) {
    const nameLength = directory.readUInt16LE(at + 28);
    const name = directory.toString("utf8", at + CENTRAL_LENGTH, at + CENTRAL_LENGTH + nameLength);
    entries.set(name.replaceAll("\\", "/"), {
      method: directory.readUInt16LE(at + 10),
      size: directory.readUInt32LE(at + 20),
      offset: directory.readUInt32LE(at + 42),
    });
    at += CENTRAL_LENGTH + nameLength + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32);
  }
  return entries;
}

async function bytesAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  return bytes.subarray(0, await readBytes(file, bytes, position));
}
