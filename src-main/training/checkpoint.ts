import { createHash } from "node:crypto";
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { z } from "zod";
import { LatheError } from "../base/errors.js";
import { readOwnFileSync } from "../base/own-files.js";
import type { StateVectors } from "./trainer.js";

/**
 * A checkpoint is one file: magic, header length, header (JSON), vectors (float32, little-endian), SHA-256 of all before it.
 * It is written under a temporary name, synced, and renamed; the one before stays as `previous`, so at any moment one whole checkpoint is on disk.
 */
export interface Checkpoint<H> {
  readonly header: H;
  readonly vectors: StateVectors;
}

const MAGIC = "LATHECP1";
const DIGEST_BYTES = 32;
const LATEST = "latest.ckpt";
const PREVIOUS = "previous.ckpt";
const DAMAGED = "damaged.ckpt";

/** @param folder the run's `checkpoint` folder. @throws LatheError `run.storage` where it cannot be written; what was there stays. */
export function saveCheckpoint<H>(folder: string, checkpoint: Checkpoint<H>): void {
  const temporary = join(folder, ".writing.ckpt");
  try {
    mkdirSync(folder, { recursive: true });
    writeSynced(temporary, encode(checkpoint));
    if (existsSync(join(folder, LATEST))) renameSync(join(folder, LATEST), join(folder, PREVIOUS));
    renameSync(temporary, join(folder, LATEST));
    syncFolder(folder);
  } catch (thrown) {
    const error = storageError(folder, thrown, whatIsKept(dirname(folder)));
    try {
      rmSync(temporary, { recursive: true, force: true }); // A half-written file would keep a full disk full.
    } catch {
      // It is not ours, or the disk is gone: the first error says more.
    }
    throw error;
  }
}

/**
 * The newest whole checkpoint that can be gone on from, or undefined where none was written. Where the latest will not do, it is put aside as `damaged.ckpt`: the next
 * save would put it in the place of the whole one.
 * @param damaged told of each file that is not whole or does not fit, with the reason.
 * @param read looks at what a whole file holds: gives it back, or says why the run cannot go on from it.
 * @throws LatheError `run.checkpoint` where there are files but none will do.
 */
export function loadCheckpoint<H>(
  folder: string, damaged: (file: string, reason: string) => void, read: (checkpoint: Checkpoint<unknown>) => Checkpoint<H> | string = (checkpoint) => checkpoint as Checkpoint<H>,
): Checkpoint<H> | undefined {
  const reasons: string[] = [];
  for (const path of [LATEST, PREVIOUS].map((file) => join(folder, file)).filter((path) => existsSync(path))) {
    const decoded = decodeFile(path);
    const found = typeof decoded === "string" ? decoded : read(decoded);
    if (typeof found !== "string") {
      if (reasons.length > 0) renameSync(join(folder, LATEST), join(folder, DAMAGED));
      return found;
    }
    damaged(path, found);
    reasons.push(found);
  }
  if (reasons.length === 0) return undefined;
  throw new LatheError("run.checkpoint", `${folder}: no checkpoint is whole (${reasons.length} damaged: ${reasons.join("; ")}); start the run anew, without --resume`, { folder });
}

function decodeFile(path: string): Checkpoint<unknown> | string {
  try {
    return decode(readOwnFileSync(path));
  } catch (thrown) {
    return `it cannot be read: ${thrown instanceof Error ? thrown.message : String(thrown)}`;
  }
}

/** What became of a run that cannot be written any further, and what can be done. @param run its folder */
export function whatIsKept(run: string): string {
  const id = basename(run);
  if ([LATEST, PREVIOUS].some((file) => existsSync(join(run, "checkpoint", file)))) return `What was saved before is kept; go on with train --resume ${id}`;
  return existsSync(join(run, "config.json")) ? `Nothing had been learnt that could be saved; train --resume ${id} starts the run from its beginning` : "No run was made; train again";
}

/** A failed write as the user should hear of it. @param kept what became of the work. */
export function storageError(path: string, thrown: unknown, kept: string): LatheError {
  if (thrown instanceof LatheError) return thrown;
  const { code, message } = thrown instanceof Error ? { code: (thrown as NodeJS.ErrnoException).code ?? "", message: thrown.message } : { code: "", message: String(thrown) };
  const reasons: Readonly<Record<string, string>> = {
    ENOSPC: "the disk is full; free some space",
    EDQUOT: "the disk quota is used up; free some space",
    EFBIG: "the file would be larger than the system allows",
    EACCES: "no permission to write there; choose another folder or change its permissions",
    EPERM: "no permission to write there; choose another folder or change its permissions",
    EROFS: "the disk is read-only; choose another folder",
    ENOTDIR: "a part of the path is a file, not a folder",
    ENOENT: "the folder is gone",
    EISDIR: "a folder has that name",
    ERR_FS_EISDIR: "a folder has that name",
  };
  return new LatheError("run.storage", `${path} cannot be written: ${reasons[code] ?? message}. ${kept}`, { path, code }, { cause: thrown });
}

/** Writes a whole file and waits until it is on disk. */
export function writeSynced(path: string, bytes: Uint8Array): void {
  // What a killed process left, or a link that somebody put there: the name goes, not what it leads to.
  rmSync(path, { force: true });
  const file = openSync(path, "wx");
  try {
    let written = 0;
    while (written < bytes.length) written += writeSync(file, bytes, written);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** Makes a rename durable. Windows cannot open folders and needs no such call. */
function syncFolder(folder: string): void {
  if (process.platform === "win32") return;
  const handle = openSync(folder, "r");
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

function encode<H>({ header, vectors }: Checkpoint<H>): Uint8Array {
  const entries = Object.entries(vectors);
  const json = Buffer.from(JSON.stringify({ header, vectors: entries.map(([name, v]) => [name, v.length]) }));
  const lead = Buffer.alloc(MAGIC.length + 4);
  lead.write(MAGIC, "latin1");
  lead.writeUInt32LE(json.length, MAGIC.length);
  const body = Buffer.concat([lead, json, ...entries.map(([, v]) => new Uint8Array(v.buffer, v.byteOffset, v.byteLength))]);
  return Buffer.concat([body, createHash("sha256").update(body).digest()]);
}

const leadSchema = z.strictObject({ header: z.unknown(), vectors: z.array(z.tuple([z.string(), z.int().nonnegative()])) });

/** A file with a right checksum may still be made by hand: nothing of it is believed. */
function decode(bytes: Buffer): Checkpoint<unknown> | string {
  const start = MAGIC.length + 4;
  if (bytes.length < start + DIGEST_BYTES || bytes.toString("latin1", 0, MAGIC.length) !== MAGIC) return "it is not a checkpoint, or was cut off";
  const body = bytes.subarray(0, -DIGEST_BYTES);
  if (!createHash("sha256").update(body).digest().equals(bytes.subarray(-DIGEST_BYTES))) return "its checksum does not match";
  const end = start + bytes.readUInt32LE(MAGIC.length);
  const lead = end > body.length ? undefined : leadOf(body.toString("utf8", start, end));
  if (!lead) return "its header cannot be read";
  const { header, vectors } = lead;
  const held = (body.length - end) / 4;
  const told = vectors.reduce((sum, [, length]) => sum + length, 0);
  if (told !== held) return `it holds ${held} numbers, its header tells of ${told}`;
  if (new Set(vectors.map(([name]) => name)).size < vectors.length) return "its header tells of one vector twice";
  let offset = end;
  return {
    header,
    vectors: Object.fromEntries(vectors.map(([name, length]) => {
      const copy = new Float32Array(length);
      Buffer.from(copy.buffer).set(body.subarray(offset, offset + length * 4));
      offset += length * 4;
      return [name, copy];
    })),
  };
}

function leadOf(text: string): z.infer<typeof leadSchema> | undefined {
  try {
    return leadSchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}
