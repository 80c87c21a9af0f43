import { createHash } from "node:crypto";
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import { LatheError } from "../base/errors.js";
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
    const error = storageError(folder, thrown);
    try {
      rmSync(temporary, { force: true }); // A half-written file would keep a full disk full.
    } catch {
      // It is not ours, or the disk is gone: the first error says more.
    }
    throw error;
  }
}

/**
 * The newest whole checkpoint, or undefined where none was written.
 * @param damaged told of each file that is not whole, with the reason.
 * @throws LatheError `run.checkpoint` where there are files but none is whole.
 */
export function loadCheckpoint<H>(folder: string, damaged: (file: string, reason: string) => void): Checkpoint<H> | undefined {
  const present = [LATEST, PREVIOUS].map((file) => join(folder, file)).filter((path) => existsSync(path));
  for (const path of present) {
    const decoded = decode<H>(readFileSync(path));
    if (typeof decoded !== "string") return decoded;
    damaged(path, decoded);
  }
  if (present.length === 0) return undefined;
  throw new LatheError("run.checkpoint", `${folder}: no checkpoint is whole (${present.length} damaged); start the run anew, without --resume`);
}

/** A failed write as the user should hear of it. @param kept what became of the work. */
export function storageError(path: string, thrown: unknown, kept = "What was saved before is kept; go on with train --resume"): LatheError {
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
  };
  return new LatheError("run.storage", `${path} cannot be written: ${reasons[code] ?? message}. ${kept}`, { path, code }, { cause: thrown });
}

/** Writes a whole file and waits until it is on disk. */
export function writeSynced(path: string, bytes: Uint8Array): void {
  const file = openSync(path, "w");
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

function decode<H>(bytes: Buffer): Checkpoint<H> | string {
  const start = MAGIC.length + 4;
  if (bytes.length < start + DIGEST_BYTES || bytes.toString("latin1", 0, MAGIC.length) !== MAGIC) return "it is not a checkpoint, or was cut off";
  const body = bytes.subarray(0, -DIGEST_BYTES);
  if (!createHash("sha256").update(body).digest().equals(bytes.subarray(-DIGEST_BYTES))) return "its checksum does not match";
  const end = start + bytes.readUInt32LE(MAGIC.length);
  const { header, vectors } = JSON.parse(bytes.toString("utf8", start, end)) as { header: H; vectors: [string, number][] };
  let offset = end;
  return {
    header,
    vectors: Object.fromEntries(vectors.map(([name, length]) => {
      const copy = new Float32Array(length);
      Buffer.from(copy.buffer).set(bytes.subarray(offset, offset + length * 4));
      offset += length * 4;
      return [name, copy];
    })),
  };
}
