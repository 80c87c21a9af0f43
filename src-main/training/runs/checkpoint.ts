import { createHash } from "node:crypto";
import { existsSync, renameSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { z } from "zod";
import { LatheError } from "../../base/errors.js";
import { makeFolder, readOwnFileSync } from "../../base/own-files.js";
import { replaceFileSync } from "../../base/replace-file.js";
import { readReason, storageError } from "../../base/storage-error.js";
import type { StateVectors } from "../trainer.js";

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
  const latest = join(folder, LATEST);
  try {
    makeFolder(folder);
    replaceFileSync(latest, [encode(checkpoint)], {
      written: () => {
        if (existsSync(latest)) renameSync(latest, join(folder, PREVIOUS));
      },
    });
  } catch (thrown) {
    throw storageError(folder, thrown, whatIsKept(dirname(folder)));
  }
}

/**
 * The newest whole checkpoint that can be resumed from, or undefined where none was written. Where the latest will not do, it is put aside as `damaged.ckpt`:
 * the next save would put it in the place of the whole one.
 * @param damaged told of each file that is not whole or does not fit, with the reason, where the one before will do.
 * @param read looks at what a whole file holds: gives it back, or says why the run cannot resume from it.
 * @throws LatheError `run.checkpoint` where there are files but none will do.
 */
export function loadCheckpoint<H>(
  folder: string,
  damaged: (file: string, reason: string) => void,
  read: (checkpoint: Checkpoint<unknown>) => Checkpoint<H> | string = (checkpoint) => checkpoint as Checkpoint<H>,
): Checkpoint<H> | undefined {
  const reasons: string[] = [];
  const tell: (() => void)[] = [];
  for (const path of [LATEST, PREVIOUS].map((file) => join(folder, file)).filter((path) => existsSync(path))) {
    const decoded = decodeFile(path);
    const found = typeof decoded === "string" ? decoded : read(decoded);
    if (typeof found !== "string") {
      for (const each of tell) each();
      if (reasons.length > 0) renameSync(join(folder, LATEST), join(folder, DAMAGED));
      return found;
    }
    tell.push(() => damaged(path, found));
    reasons.push(found);
  }
  if (reasons.length === 0) return undefined;
  throw new LatheError(
    "run.checkpoint",
    `${folder}: no checkpoint is whole (${reasons.length} damaged: ${reasons.join("; ")}); start the run anew, without --resume`,
    { folder },
  );
}

/** The newest whole checkpoint of a run that somebody else may be at work on, with its checksum; undefined where there is none. Nothing is changed. */
export function peekCheckpoint(folder: string): { readonly checkpoint: Checkpoint<unknown>; readonly sha256: string } | undefined {
  for (const path of [LATEST, PREVIOUS].map((file) => join(folder, file)).filter((file) => existsSync(file))) {
    const bytes = readOwnFileSync(path);
    const checkpoint = decode(bytes);
    if (typeof checkpoint !== "string") return { checkpoint, sha256: bytes.subarray(-DIGEST_BYTES).toString("hex") };
  }
  return undefined;
}

function decodeFile(path: string): Checkpoint<unknown> | string {
  try {
    return decode(readOwnFileSync(path));
  } catch (thrown) {
    return `it cannot be read: ${readReason(thrown)}`;
  }
}

/** What became of a run that cannot be written any further, and what can be done. @param run its folder */
export function whatIsKept(run: string): string {
  const id = basename(run);
  if ([LATEST, PREVIOUS].some((file) => existsSync(join(run, "checkpoint", file)))) return `What was saved before is kept; resume it with train --resume ${id}`;
  return existsSync(join(run, "config.json"))
    ? `Nothing had been learnt that could be saved; train --resume ${id} starts the run from its beginning`
    : "No run was made; train again";
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
    vectors: Object.fromEntries(
      vectors.map(([name, length]) => {
        const copy = new Float32Array(length);
        Buffer.from(copy.buffer).set(body.subarray(offset, offset + length * 4));
        offset += length * 4;
        return [name, copy];
      }),
    ),
  };
}

function leadOf(text: string): z.infer<typeof leadSchema> | undefined {
  try {
    return leadSchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}
