import { closeSync } from "node:fs";
import { LatheError } from "../base/errors.js";
import { openOwnFileSync } from "../base/own-files.js";
import { readBytesSync } from "../base/read-bytes.js";
import { Random } from "../base/random.js";
import { HEADER_BYTES, readHeader } from "./record-file.js";

export interface EpochReaderOptions {
  readonly path: string;
  readonly fingerprint: string;
  readonly shuffle: boolean;
  readonly seed: number;
  /** Bytes of records in memory at a time, with what they refer to. A file that fits is read once and shuffled exactly. */
  readonly memoryBudget: number;
  /** Stores that records refer to. */
  readonly stores?: readonly StoreSource[];
  /** Files with as many records, in the same order: more about the same samples. */
  readonly beside?: readonly BesideSource[];
}

export interface BesideSource {
  readonly path: string;
  readonly fingerprint: string;
}

/** Where what records refer to is: the file of a store, and the words of a record that hold a place in it each. */
export interface StoreSource {
  readonly path: string;
  /** Bytes at a place. */
  readonly bytes: number;
  /**
   * Bytes from one place to the next. Pictures stand one behind the other; windows of a series begin one row apart and share the rows that they have in common.
   */
  readonly step: number;
  /** `count` words of a record, from `offset` on. */
  readonly offset: number;
  readonly count: number;
  /** Where the first place is in the file, in bytes. */
  readonly start?: number;
  /** What is added to a record's word to have its place. */
  readonly shift?: number;
}

/** What the records in memory refer to in one store. */
export interface Stored {
  readonly bytes: Uint8Array;
  /** Where in `bytes` that of the record at a base begins. */
  readonly at: (base: number) => number;
}

/** Records of one chunk, in the order they are to be used. */
export interface Piece {
  /** Words of all records in memory, as floats and, bit for bit, as integers. */
  readonly floats: Float32Array;
  readonly integers: Int32Array;
  /** Where each record begins, in words; `count` of them from `from` on. */
  readonly bases: Uint32Array;
  readonly from: number;
  readonly count: number;
  readonly stored: readonly Stored[];
  /** Records of the files beside it, by file: that of the record at a base begins at `base / words · beside.words`. */
  readonly beside: readonly { readonly floats: Float32Array; readonly words: number }[];
  /** Records in memory, from the first word on, and a number that changes when others take their place. */
  readonly records: number;
  readonly generation: number;
}

/** Length of a block, the unit of the coarse shuffle: long enough to be read at the speed of the disk. */
const BLOCK_BYTES = 1 << 20;

/**
 * Records of a sample file in the order of an epoch, from any position on. Where the file fits the budget the order is a shuffle by Random(seed, "shuffle",
 * epoch). Above it blocks of consecutive records are shuffled by Random(seed, "blocks", epoch), dealt to chunks of as many blocks as fit the budget, and each
 * chunk c is shuffled by Random(seed, "window", epoch, c). Any chunk can be reached without those before it.
 */
export class EpochReader {
  readonly count: number;
  readonly words: number;
  readonly #file: number;
  readonly #options: EpochReaderOptions;
  readonly #blockRows: number;
  readonly #blocksPerChunk: number;
  readonly #floats: Float32Array;
  readonly #integers: Int32Array;
  readonly #bytes: Uint8Array;
  readonly #bases: Uint32Array;
  /** Those whose pieces are copied for the records in memory; windows overlap, so a series that fits the budget is read whole instead. */
  readonly #copied: readonly { readonly source: StoreSource; readonly file: number; readonly bytes: Uint8Array }[];
  readonly #stored: readonly Stored[];
  readonly #beside: readonly { readonly path: string; readonly file: number; readonly floats: Float32Array; readonly words: number }[];
  #epoch = -1;
  #blocks = new Uint32Array(0);
  /** The chunk in memory, the position of its first record in the epoch, and its length. */
  #chunk = -1;
  #start = 0;
  #length = 0;
  #generation = 0;
  #position = 0;

  /** @throws LatheError `data.unreadable` */
  constructor(options: EpochReaderOptions) {
    const { words, count } = readHeader(options.path, options.fingerprint);
    this.#options = options;
    this.count = count;
    this.words = words;
    const { stores = [], beside = [] } = options;
    const besides = beside.map(({ path, fingerprint }) => ({ path, ...readHeader(path, fingerprint) }));
    for (const other of besides)
      if (other.count !== count) throw new LatheError("data.unreadable", `${other.path} holds ${other.count} samples, expected ${count}; train again`);
    this.#file = openOwnFileSync(options.path);
    const whole = new Map(stores.map((source) => [source, this.#wholeSeries(source)] as const));
    const besideBytes = besides.reduce((sum, other) => sum + other.words * 4, 0);
    const recordBytes = words * 4 + besideBytes + stores.reduce((sum, source) => sum + (whole.get(source) ? 0 : source.bytes * source.count), 0);
    const fits = count * recordBytes <= options.memoryBudget;
    this.#blockRows = fits
      ? Math.max(1, count)
      : Math.max(1, Math.min(Math.floor(BLOCK_BYTES / recordBytes), Math.floor(options.memoryBudget / recordBytes / 8)));
    this.#blocksPerChunk = fits ? 1 : Math.max(1, Math.floor(options.memoryBudget / (this.#blockRows * recordBytes)));
    const rows = Math.min(count, this.#blockRows * this.#blocksPerChunk);
    this.#floats = new Float32Array(rows * words);
    this.#integers = new Int32Array(this.#floats.buffer);
    this.#bytes = new Uint8Array(this.#floats.buffer);
    this.#bases = new Uint32Array(rows);
    this.#beside = besides.map((other) => ({ ...other, file: openOwnFileSync(other.path), floats: new Float32Array(rows * other.words) }));
    const copied = stores.map((source) => ({ source, bytes: new Uint8Array(whole.get(source) ? 0 : rows * source.bytes * source.count) }));
    this.#copied = copied.filter(({ source }) => !whole.get(source)).map((store) => ({ ...store, file: openOwnFileSync(store.source.path) }));
    this.#stored = copied.map(({ source, bytes }) => whole.get(source) ?? { bytes, at: (base: number) => (base / words) * source.bytes * source.count });
  }

  /** The rows of a series that the records of this file lead to, all of them; undefined where they are too many, or places do not overlap. */
  #wholeSeries(source: StoreSource): Stored | undefined {
    const { path, bytes: size, step, offset, count, start = 0 } = source;
    if (step >= size || count !== 1 || this.count === 0) return undefined;
    const word = new Int32Array(1);
    // Records are in the order of the series.
    const [first = 0, last = 0] = [0, this.count - 1].map((record) => {
      fill(this.#options.path, this.#file, new Uint8Array(word.buffer), HEADER_BYTES + (record * this.words + offset) * 4);
      return placeOf(source, word[0] ?? 0);
    });
    const length = (last - first) * step + size;
    if (length > this.#options.memoryBudget || length > this.count * size) return undefined;
    const bytes = new Uint8Array(length);
    const file = openOwnFileSync(path);
    try {
      fill(path, file, bytes, start + first * step);
    } finally {
      closeSync(file);
    }
    return { bytes, at: (base) => (placeOf(source, this.#integers[base + offset] ?? 0) - first) * step };
  }

  /** Goes to a record of an epoch's order. */
  seek(epoch: number, position: number): void {
    if (epoch !== this.#epoch) {
      const wasWhole = this.#single && this.#chunk === 0;
      this.#epoch = epoch;
      this.#blocks = Uint32Array.from({ length: Math.ceil(this.count / this.#blockRows) }, (_, k) => k);
      if (this.#options.shuffle && !this.#single) new Random(this.#options.seed, "blocks", epoch).shuffle(this.#blocks);
      // A file in memory stays there; only its order is new.
      if (wasWhole) this.#arrange(0);
      else this.#chunk = -1;
    }
    this.#position = position;
  }

  /** The next records, `count` or as many as the chunk at hand still has. */
  take(count: number): Piece {
    this.#enter(this.#position);
    const from = this.#position - this.#start;
    const taken = Math.min(count, this.#length - from);
    this.#position += taken;
    return {
      floats: this.#floats,
      integers: this.#integers,
      bases: this.#bases,
      from,
      count: taken,
      stored: this.#stored,
      beside: this.#beside,
      records: this.#length,
      generation: this.#generation,
    };
  }

  close(): void {
    closeSync(this.#file);
    for (const { file } of [...this.#copied, ...this.#beside]) closeSync(file);
  }

  get #single(): boolean {
    return this.#blockRows >= this.count;
  }

  #enter(position: number): void {
    if (this.#chunk >= 0 && position >= this.#start && position < this.#start + this.#length) return;
    if (position >= this.count) throw new LatheError("internal", `record ${position} of ${this.count} was asked for`);
    let start = 0;
    for (let w = 0; ; w++) {
      const length = this.#rowsOf(w);
      if (position < start + length) {
        this.#load(w, start, length);
        return;
      }
      start += length;
    }
  }

  #blocksOf(chunk: number): Uint32Array {
    return this.#blocks.subarray(chunk * this.#blocksPerChunk, (chunk + 1) * this.#blocksPerChunk);
  }

  #blockLength(block: number): number {
    return Math.min(this.#blockRows, this.count - block * this.#blockRows);
  }

  #rowsOf(chunk: number): number {
    return this.#blocksOf(chunk).reduce((sum, block) => sum + this.#blockLength(block), 0);
  }

  #load(chunk: number, start: number, length: number): void {
    let record = 0;
    for (const block of this.#blocksOf(chunk)) {
      const [first, count] = [block * this.#blockRows, this.#blockLength(block)];
      const read = (path: string, file: number, into: Uint8Array, words: number) => {
        const bytes = words * 4;
        fill(path, file, into.subarray(record * bytes, (record + count) * bytes), HEADER_BYTES + first * bytes);
      };
      read(this.#options.path, this.#file, this.#bytes, this.words);
      for (const { path, file, floats, words } of this.#beside) read(path, file, new Uint8Array(floats.buffer), words);
      record += count;
    }
    this.#loadStored(length);
    [this.#start, this.#length] = [start, length];
    this.#generation++;
    this.#chunk = chunk;
    this.#arrange(chunk);
  }

  /** What the records in memory refer to, read in the order it stands in on disk. */
  #loadStored(records: number): void {
    for (const { source, file, bytes } of this.#copied) {
      const { path, bytes: size, step, offset, count, start = 0 } = source;
      const place = (k: number) => placeOf(source, this.#integers[Math.floor(k / count) * this.words + offset + (k % count)] ?? 0);
      const order = Uint32Array.from({ length: records * count }, (_, k) => k).sort((a, b) => place(a) - place(b));
      for (const k of order) fill(path, file, bytes.subarray(k * size, (k + 1) * size), start + place(k) * step);
    }
  }

  /** The order of the records in the chunk at hand. */
  #arrange(chunk: number): void {
    const order = this.#bases.subarray(0, this.#length);
    for (let i = 0; i < order.length; i++) order[i] = i * this.words;
    if (!this.#options.shuffle) return;
    const { seed } = this.#options;
    (this.#single ? new Random(seed, "shuffle", this.#epoch) : new Random(seed, "window", this.#epoch, chunk)).shuffle(order);
  }
}

function placeOf({ shift = 0 }: StoreSource, word: number): number {
  return (word >>> 0) + shift;
}

function fill(path: string, file: number, into: Uint8Array, position: number): void {
  if (readBytesSync(file, into, position) < into.length)
    throw new LatheError("data.unreadable", `${path} became shorter while it was read; prepare the data again`, { path });
}
