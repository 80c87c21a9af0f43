import { open, type FileHandle } from "node:fs/promises";
import { closeSync, fstatSync } from "node:fs";
import { crc32 } from "node:zlib";
import { LatheError } from "../base/errors.js";
import { openOwnFile, openOwnFileSync } from "../base/own-files.js";
import { readBytes, readBytesSync } from "../base/read-bytes.js";
import { throwIfAborted } from "./throw-if-aborted.js";

/**
 * Encoded samples on disk: a header of 64 bytes, then records of equal length, row-major, little-endian. A record is the encoded inputs in float32, the targets
 * in float32 (numbers, yes or no; NaN: missing) or int32 (class; -1: missing), and the row's number in its file in uint32. The header goes in last, so a
 * half-written file has none.
 *
 * Header: magic, version and words in uint32, count in float64, fingerprint of 32 bytes, crc32 of all records, crc32 of these 60 bytes.
 */

export const HEADER_BYTES = 64;
const MAGIC = "LATHEREC";
const VERSION = 2;
/** Bytes that are read at a time. */
const PART = 1 << 20;
const SHORTER = "it became shorter while it was read";

/** What a sample file holds. */
export interface RecordHeader {
  /** Words of 4 bytes in a record. */
  readonly words: number;
  readonly count: number;
  /** sha256 in hexadecimal of what the file was made from. */
  readonly fingerprint: string;
  /** crc32 of all records. */
  readonly checksum: number;
}

/** Appends records; `finish` makes the file valid. */
export class RecordWriter {
  readonly #file: FileHandle;
  readonly #floats: Float32Array<ArrayBuffer>;
  readonly #integers: Int32Array<ArrayBuffer>;
  readonly #words: number;
  #filled = 0;
  #position = HEADER_BYTES;
  #count = 0;
  #checksum = 0;

  private constructor(file: FileHandle, words: number) {
    this.#file = file;
    this.#words = words;
    const records = Math.max(1, Math.floor((1 << 20) / (words * 4)));
    this.#floats = new Float32Array(records * words);
    this.#integers = new Int32Array(this.#floats.buffer);
  }

  static async create(path: string, words: number): Promise<RecordWriter> {
    return new RecordWriter(await open(path, "w"), words);
  }

  get count(): number {
    return this.#count;
  }

  /** True where `record` must not be called before `flush`. */
  get full(): boolean {
    return this.#filled + this.#words > this.#floats.length;
  }

  /** Makes room for a record. The words are those of `floats` (or, bit for bit, `integers`) from the returned offset on. */
  record(): number {
    const at = this.#filled;
    this.#filled += this.#words;
    this.#count++;
    return at;
  }

  get floats(): Float32Array {
    return this.#floats;
  }

  get integers(): Int32Array {
    return this.#integers;
  }

  async flush(): Promise<void> {
    const bytes = this.#filled * 4;
    this.#checksum = crc32(new Uint8Array(this.#floats.buffer, 0, bytes), this.#checksum);
    let written = 0;
    while (written < bytes) {
      const { bytesWritten } = await this.#file.write(
        new Uint8Array(this.#floats.buffer, written, bytes - written),
        0,
        bytes - written,
        this.#position + written,
      );
      written += bytesWritten;
    }
    this.#position += bytes;
    this.#filled = 0;
  }

  async finish(fingerprint: string): Promise<void> {
    await this.flush();
    // 64 bytes are written at once or not at all.
    await this.#file.write(encodeHeader({ words: this.#words, count: this.#count, fingerprint, checksum: this.#checksum }), 0, HEADER_BYTES, 0);
    await this.#file.sync();
    await this.#file.close();
  }

  async abandon(): Promise<void> {
    await this.#file.close().catch(() => undefined);
  }
}

/** @throws LatheError `data.unreadable` where the file is damaged, half-written or another one. Whether its records are whole, `checkRecords` says. */
export function readHeader(path: string, fingerprint?: string): RecordHeader {
  const file = openRecords(path);
  try {
    return headerOf(file, path, fingerprint);
  } finally {
    closeSync(file);
  }
}

/** Reads all records and compares them with their checksum. @throws LatheError `data.unreadable`, `cancelled` */
export async function checkRecords(path: string, fingerprint: string, signal?: AbortSignal): Promise<RecordHeader> {
  const header = readHeader(path, fingerprint);
  const file = await openOwnFile(path);
  try {
    const end = HEADER_BYTES + header.count * header.words * 4;
    const part = Buffer.allocUnsafe(Math.min(PART, Math.max(1, end - HEADER_BYTES)));
    let checksum = 0;
    for (let at = HEADER_BYTES; at < end;) {
      throwIfAborted(signal);
      const wanted = part.subarray(0, Math.min(part.length, end - at));
      if ((await readBytes(file, wanted, at)) < wanted.length) throw damaged(path, SHORTER);
      checksum = crc32(wanted, checksum);
      at += wanted.length;
    }
    if (checksum !== header.checksum) throw damaged(path, "its records are not those that were written");
    return header;
  } finally {
    await file.close();
  }
}

/** All records, of so many words of float32. @throws LatheError `data.unreadable` */
export function readAllRecords(path: string, fingerprint: string, words: number): Float32Array {
  const file = openRecords(path);
  try {
    const header = headerOf(file, path, fingerprint);
    if (header.words !== words) throw damaged(path, `its records have ${header.words} words, expected ${words}`);
    const records = new Float32Array(header.count * words);
    const bytes = new Uint8Array(records.buffer);
    if (readBytesSync(file, bytes, HEADER_BYTES) < bytes.length) throw damaged(path, SHORTER);
    return records;
  } finally {
    closeSync(file);
  }
}

/** The row numbers of all records, which are their last words. @throws LatheError `data.unreadable` */
export function readRowNumbers(path: string, fingerprint: string): Uint32Array {
  const file = openRecords(path);
  try {
    const { words, count } = headerOf(file, path, fingerprint);
    const rows = new Uint32Array(count);
    const records = Math.max(1, Math.floor(PART / (words * 4)));
    const part = new Uint32Array(records * words);
    const bytes = new Uint8Array(part.buffer);
    for (let first = 0; first < count; first += records) {
      const n = Math.min(records, count - first);
      const wanted = bytes.subarray(0, n * words * 4);
      if (readBytesSync(file, wanted, HEADER_BYTES + first * words * 4) < wanted.length) throw damaged(path, SHORTER);
      for (let i = 0; i < n; i++) rows[first + i] = part[(i + 1) * words - 1] ?? 0;
    }
    return rows;
  } finally {
    closeSync(file);
  }
}

/** All records of a file, as floats and, bit for bit, as integers. @throws LatheError `data.unreadable` */
export function readRecords(
  path: string,
  fingerprint: string,
): { readonly words: number; readonly count: number; readonly floats: Float32Array; readonly integers: Int32Array } {
  const file = openRecords(path);
  try {
    const { words, count } = headerOf(file, path, fingerprint);
    const floats = new Float32Array(count * words);
    if (readBytesSync(file, new Uint8Array(floats.buffer), HEADER_BYTES) < floats.byteLength) throw damaged(path, SHORTER);
    return { words, count, floats, integers: new Int32Array(floats.buffer) };
  } finally {
    closeSync(file);
  }
}

function openRecords(path: string): number {
  try {
    return openOwnFileSync(path);
  } catch (error) {
    throw damaged(path, (error as Error).message);
  }
}

function headerOf(file: number, path: string, fingerprint: string | undefined): RecordHeader {
  const bytes = Buffer.alloc(HEADER_BYTES);
  if (readBytesSync(file, bytes, 0) < HEADER_BYTES) throw damaged(path, "it is too short");
  if (bytes.toString("latin1", 0, 8) !== MAGIC || bytes.readUInt32LE(60) !== crc32(bytes.subarray(0, 60))) throw damaged(path, "its header is wrong");
  if (bytes.readUInt32LE(8) !== VERSION) throw damaged(path, "another version of Lathe wrote it");
  const header = { words: bytes.readUInt32LE(12), count: bytes.readDoubleLE(16), fingerprint: bytes.toString("hex", 24, 56), checksum: bytes.readUInt32LE(56) };
  if (fingerprint !== undefined && header.fingerprint !== fingerprint) throw damaged(path, "it belongs to other data");
  const length = fstatSync(file).size;
  if (length !== HEADER_BYTES + header.count * header.words * 4)
    throw damaged(path, `it is ${length} bytes long, expected ${HEADER_BYTES + header.count * header.words * 4}`);
  return header;
}

function damaged(path: string, reason: string): LatheError {
  return new LatheError("data.unreadable", `${path} is damaged (${reason}); prepare the data again`, { path, reason });
}

function encodeHeader({ words, count, fingerprint, checksum }: RecordHeader): Buffer {
  const bytes = Buffer.alloc(HEADER_BYTES);
  bytes.write(MAGIC, "latin1");
  bytes.writeUInt32LE(VERSION, 8);
  bytes.writeUInt32LE(words, 12);
  bytes.writeDoubleLE(count, 16);
  bytes.write(fingerprint.slice(0, 64), 24, "hex");
  bytes.writeUInt32LE(checksum, 56);
  bytes.writeUInt32LE(crc32(bytes.subarray(0, 60)), 60);
  return bytes;
}
