import { createHash } from "node:crypto";
import { closeSync, constants, existsSync, fstatSync, ftruncateSync, readSync, realpathSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { crc32 } from "node:zlib";
import { LatheError } from "../../base/errors.js";
import { makeFolders } from "../../base/make-folders.js";
import { openOwnFileSync } from "../../base/own-files.js";
import { storageError } from "../../base/storage-error.js";

/**
 * Answers that were written so far, beside the file that they are for, so that work that was cut off goes on where it was: a magic line, then frames of
 * uint32 length, uint32 crc32 and JSON in UTF-8, little-endian. The first frame says what the answers are of, each other one has some rows. What is cut off or
 * damaged at its end was never written.
 */
const MAGIC = Buffer.from("Lathe answers 1\n");
const PREFIX = 8;
/** Bytes of a frame that is believed: one of 4,096 rows of a thousand classes is about 100 MB. */
const LONGEST = 1 << 30;

/** What answers depend on, each by its name. Two that are the same go on where the first was cut off. */
export type JournalIdentity = Readonly<Record<keyof typeof TOLD, string>>;

/** Why answers begin anew, by what is another. */
const TOLD = {
  lathe: "another version of Lathe made them",
  model: "the model is another",
  data: "what is answered for has changed",
  setting: "the device is another",
} as const;

/** One row: its number, what it is called and its cells; or why it has no answer. */
export type JournalRow = readonly [row: number, cells: readonly string[]] | readonly [row: number, cells: readonly [name: string], error: string];

export interface JournalFrame {
  /** All rows to this one are in it or in earlier ones. */
  readonly upTo: number;
  readonly answered: number;
  readonly rows: readonly JournalRow[];
  /** Pictures that empty ones stood in for, and one of them that is there and cannot be read. */
  readonly blank: number;
  readonly example?: { readonly path: string; readonly reason: string } | undefined;
  /** What computed them. */
  readonly device: string;
}

/** What a journal holds. */
export interface KeptAnswers {
  readonly upTo: number;
  readonly answered: number;
  readonly failed: number;
  readonly blank: number;
  readonly example?: JournalFrame["example"];
}

const LOST = "Nothing was written";

const NONE: KeptAnswers = { upTo: 0, answered: 0, failed: 0, blank: 0 };

/** Where answers for a file grow. */
export function journalOf(out: string): string {
  return `${out}.unfinished`;
}

/** Held by the process that makes them: of this user on this machine, apart from the file, beside which a process that is killed leaves nothing but answers. */
export function answerLock(out: string): string {
  const of = createHash("sha256").update(JSON.stringify([process.getuid?.() ?? "", realFolder(dirname(out)), basename(out)]));
  return join(tmpdir(), `lathe-answers-${of.digest("hex").slice(0, 16)}.lock`);
}

function realFolder(path: string): string {
  try {
    return realpathSync.native(path);
  } catch {
    return path;
  }
}

export class AnswerJournal {
  readonly #out: string;
  readonly #path: string;
  readonly #file: number;
  /** Bytes that count. */
  #end: number;
  #kept = NONE;
  /** Why what was there is not gone on with; undefined where it is, or where nothing was. */
  readonly anew: string | undefined;

  /** @param out the file that the answers are for, as errors name it. @throws LatheError `run.storage`; `usage` where something else has the journal's name */
  constructor(out: string, identity: JournalIdentity) {
    this.#out = out;
    this.#path = journalOf(out);
    try {
      makeFolders(dirname(out));
      this.#file = openOwnFileSync(this.#path, constants.O_RDWR | constants.O_CREAT);
    } catch (thrown) {
      throw storageError(out, thrown, LOST);
    }
    try {
      const found = this.#read(identity);
      this.#end = found.end;
      this.anew = found.anew;
      ftruncateSync(this.#file, this.#end);
      if (this.#end === 0) {
        this.#write(MAGIC);
        this.#frame(identity);
      }
    } catch (thrown) {
      closeSync(this.#file);
      if (!(thrown instanceof LatheError)) rmSync(this.#path, { force: true });
      throw storageError(out, thrown, LOST);
    }
  }

  get kept(): KeptAnswers {
    return this.#kept;
  }

  /** @throws LatheError `run.storage`: what is there stays */
  add(frame: JournalFrame): void {
    try {
      this.#frame(frame);
    } catch (thrown) {
      throw storageError(this.#out, thrown, this.#kept.answered === 0 ? LOST : "What was answered so far is kept beside it; the same again goes on there");
    }
    this.#count(frame);
  }

  /** All answers in their order, some rows at a time. @throws LatheError `run.storage` where the file is another by now */
  *frames(): Generator<JournalFrame, void, void> {
    let first = true;
    let upTo = 0;
    for (const { value } of this.#values(this.#end)) {
      if (!first) {
        yield value as JournalFrame;
        ({ upTo } = value as JournalFrame);
      }
      first = false;
    }
    if (upTo !== this.#kept.upTo)
      throw new LatheError("run.storage", `${this.#path} was changed while Lathe wrote it; delete it, and predict again`, { path: this.#path });
  }

  close(): void {
    closeSync(this.#file);
  }

  /** Once the answers have their own file, or are not wanted. */
  remove(): void {
    this.close();
    rmSync(this.#path, { force: true });
  }

  #read(identity: JournalIdentity): { readonly end: number; readonly anew: string | undefined } {
    const { size } = fstatSync(this.#file);
    if (size === 0) return { end: 0, anew: undefined };
    if (!bytesOf(this.#file, 0, Math.min(size, MAGIC.length)).equals(MAGIC.subarray(0, Math.min(size, MAGIC.length))))
      throw new LatheError("usage", `${this.#path} is no file of unfinished answers of this version of Lathe's; put it away`, { path: this.#path });
    let end = 0;
    for (const { value, end: next } of this.#values(size)) {
      if (end === 0) {
        const other = (Object.keys(TOLD) as (keyof typeof TOLD)[]).find((key) => (value as JournalIdentity)[key] !== identity[key]);
        if (other !== undefined) return { end: 0, anew: TOLD[other] };
      } else this.#count(value as JournalFrame);
      end = next;
    }
    return { end, anew: undefined };
  }

  #count({ upTo, answered, blank, example, rows }: JournalFrame): void {
    const { kept } = this;
    this.#kept = {
      upTo,
      answered: kept.answered + answered,
      failed: kept.failed + rows.length - answered,
      blank: kept.blank + blank,
      example: kept.example ?? example,
    };
  }

  /** Frames that are whole, to the first that is not. */
  *#values(size: number): Generator<{ readonly value: unknown; readonly end: number }, void, void> {
    for (const place of placesOf(this.#file, size)) {
      const value = valueAt(this.#file, place);
      if (value === undefined) return;
      yield { value, end: place.end };
    }
  }

  #frame(value: unknown): void {
    const json = Buffer.from(JSON.stringify(value));
    const prefix = Buffer.alloc(PREFIX);
    prefix.writeUInt32LE(json.length, 0);
    prefix.writeUInt32LE(crc32(json), 4);
    this.#write(Buffer.concat([prefix, json]));
  }

  #write(bytes: Buffer): void {
    for (let written = 0; written < bytes.length;) written += writeSync(this.#file, bytes, written, bytes.length - written, this.#end + written);
    this.#end += bytes.length;
  }
}

/** Where a frame stands. */
interface FramePlace {
  readonly from: number;
  readonly end: number;
  readonly sum: number;
}

/** Frames as far as their lengths say so, none of which is looked into. */
function* placesOf(file: number, size: number): Generator<FramePlace, void, void> {
  for (let at = MAGIC.length; at + PREFIX <= size;) {
    const prefix = bytesOf(file, at, PREFIX);
    const [length, sum] = [prefix.readUInt32LE(0), prefix.readUInt32LE(4)];
    const from = at + PREFIX;
    if (length > LONGEST || from + length > size) return;
    at = from + length;
    yield { from, end: at, sum };
  }
}

/** What a frame says; undefined where it is damaged. */
function valueAt(file: number, { from, end, sum }: FramePlace): unknown {
  const bytes = bytesOf(file, from, end - from);
  return crc32(bytes) === sum ? (JSON.parse(bytes.toString("utf8")) as unknown) : undefined;
}

function bytesOf(file: number, from: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  for (let read = 0; read < length;) {
    const more = readSync(file, bytes, read, length - read, from + read);
    if (more === 0) return bytes.subarray(0, read);
    read += more;
  }
  return bytes;
}

/**
 * Unfinished answers for a file: what computes them, and the last row that they reach, which few bytes tell; damage in their midst is found when they are gone
 * on with. Undefined where there are none.
 */
export function peekAnswers(out: string): { readonly device: string; readonly upTo: number } | undefined {
  let file: number;
  try {
    file = openOwnFileSync(journalOf(out));
  } catch {
    return undefined;
  }
  try {
    if (!isJournal(file)) return undefined;
    const [first, ...frames] = placesOf(file, fstatSync(file).size);
    const identity = first && (valueAt(file, first) as JournalIdentity | undefined);
    if (!identity) return undefined;
    // What is damaged stands at the end, where a kill cut it off.
    for (const place of frames.reverse()) {
      const frame = valueAt(file, place) as JournalFrame | undefined;
      if (frame) return { device: identity.setting, upTo: frame.upTo };
    }
    return { device: identity.setting, upTo: 0 };
  } finally {
    closeSync(file);
  }
}

function isJournal(file: number): boolean {
  return bytesOf(file, 0, MAGIC.length).equals(MAGIC);
}

/** Takes unfinished answers away. @returns whether there were some @throws LatheError `usage` for what is none; `run.storage` */
export function discardAnswers(out: string): boolean {
  const path = journalOf(out);
  if (!existsSync(path)) return false;
  const file = openOwnFileSync(path);
  try {
    if (!isJournal(file)) throw new LatheError("usage", `${path} is no file of unfinished answers; put it away`, { path });
  } finally {
    closeSync(file);
  }
  try {
    rmSync(path);
  } catch (thrown) {
    throw storageError(path, thrown);
  }
  return true;
}
