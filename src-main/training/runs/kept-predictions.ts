import { createHash } from "node:crypto";
import { dirname } from "node:path";
import { z } from "zod";
import { defined } from "../../base/assert.js";
import { LatheError } from "../../base/errors.js";
import { inside, makeFolder, readOwnFileSync } from "../../base/own-files.js";
import { replaceFileSync } from "../../base/replace-file.js";
import { storageError } from "../../base/storage-error.js";
import type { Predictions } from "../judging/evaluator.js";
import type { JudgedTarget } from "../judging/judge.js";
import { whatIsKept } from "./checkpoint.js";

/**
 * What the model answered for each row of a split, kept in the run's folder so that it can be looked at later: `predictions/<split>.bin`. Magic, length of the
 * header in uint32, header in JSON, padded with blanks to a multiple of 4; then, little-endian, the row numbers in uint32, and by target the outputs in float32
 * `[rows, width]` and the truths: class indices in int32 `[rows]`, or float32 `[rows, width]`, -1 and NaN where a row has none; last, the SHA-256 of all
 * before it.
 */
const MAGIC = "LATHEPR2";
/** The same without the checksum, as an earlier version wrote it. */
const UNCHECKED = "LATHEPR1";
const PREFIX = 12;
const DIGEST_BYTES = 32;

const common = { name: z.string(), width: z.int().positive() };
const header = z.strictObject({
  version: z.literal(1),
  split: z.enum(["validation", "test"]),
  rows: z.int().nonnegative(),
  targets: z.array(
    z.discriminatedUnion("kind", [
      z.strictObject({ ...common, kind: z.literal("category"), classes: z.array(z.string()) }),
      z.strictObject({ ...common, kind: z.literal("binary"), classes: z.tuple([z.string(), z.string()]), threshold: z.number() }),
      z.strictObject({ ...common, kind: z.literal("labels"), classes: z.array(z.string()), thresholds: z.array(z.number()) }),
      z.strictObject({ ...common, kind: z.literal("numeric"), columns: z.array(z.string()) }),
    ]),
  ),
});
type Header = z.infer<typeof header>;

export type KeptSplit = Header["split"];
export type KeptTarget = Header["targets"][number] & {
  /** Row-major `[rows, width]`: probabilities, of yes alone for a binary target, each by itself of labels, or numbers in their own unit. */
  readonly outputs: Float32Array;
  /** Class indices, 0 and 1, the same by label, or numbers in their own unit; -1 and NaN where a row has none. */
  readonly truths: Float32Array | Int32Array;
};

export interface KeptPredictions {
  readonly split: KeptSplit;
  /** Row numbers from 1, in the order of the file; those of a test file of its own continue after those of the main file. */
  readonly rows: Uint32Array;
  readonly targets: readonly KeptTarget[];
}

export function predictionsFile(run: string, split: KeptSplit): string {
  return inside(run, "predictions", `${split}.bin`);
}

/**
 * Predictions as the trainer makes them, turned into what the exported model answers.
 * @param rows numbers of the rows, in the order of the predictions.
 */
export function toKept(split: KeptSplit, rows: Uint32Array, predictions: Predictions, judged: ReadonlyMap<string, JudgedTarget>): KeptPredictions {
  const targets = [...judged].flatMap(([name, target]): KeptTarget | readonly KeptTarget[] => {
    const outputs = defined(predictions.outputs.get(name), name);
    const truths = defined(predictions.truths.get(name), name);
    switch (target.kind) {
      case "category":
        return { name, kind: "category", width: target.classes.length, classes: [...target.classes], outputs, truths };
      case "binary":
        return { name, kind: "binary", width: 1, classes: [...target.classes], threshold: target.threshold, outputs, truths };
      case "labels": {
        const { classes, thresholds } = target;
        return { name, kind: "labels", width: classes.length, classes: [...classes], thresholds: [...thresholds], outputs, truths };
      }
      // A point says nothing by itself that could be looked at.
      case "embedding":
        return [];
      case "numeric": {
        const { restore = (value: number) => value, columns } = target;
        const own = (values: Float32Array | Int32Array) => Float32Array.from(values, (value, i) => restore(value, i % columns.length));
        return { name, kind: "numeric", width: columns.length, columns: [...columns], outputs: own(outputs), truths: own(truths) };
      }
    }
  });
  return { split, rows, targets };
}

/**
 * What tells one exam from another: sha256 over the numbers of the rows that were judged, and the classes that are true of them. Numbers are left out: what
 * they were scaled by leaves its mark on their last digits.
 */
export function examOf({ rows, targets }: KeptPredictions): string {
  const digest = createHash("sha256").update(rows);
  for (const target of targets) {
    digest.update(JSON.stringify(target.name));
    if ("classes" in target) digest.update(JSON.stringify(target.classes)).update(target.truths);
  }
  return digest.digest("hex");
}

/** Writes the file whole or not at all, without a second copy in memory. @throws LatheError `run.storage` */
export function keepPredictions(run: string, { split, rows, targets }: KeptPredictions): void {
  const path = predictionsFile(run, split);
  const told: Header = { version: 1, split, rows: rows.length, targets: targets.map(({ outputs: _outputs, truths: _truths, ...target }) => target) };
  const json = Buffer.from(JSON.stringify(header.parse(told)));
  const head = Buffer.alloc(PREFIX + Math.ceil(json.length / 4) * 4, " ");
  head.write(MAGIC, "latin1");
  head.writeUInt32LE(head.length - PREFIX, 8);
  json.copy(head, PREFIX);
  try {
    makeFolder(dirname(path));
    replaceFileSync(path, withDigest([head, rows, ...targets.flatMap(({ outputs, truths }) => [outputs, truths])]));
  } catch (thrown) {
    throw storageError(path, thrown, whatIsKept(run));
  }
}

function* withDigest(parts: readonly ArrayBufferView[]): Iterable<Uint8Array> {
  const digest = createHash("sha256");
  for (const part of parts) {
    const bytes = new Uint8Array(part.buffer, part.byteOffset, part.byteLength);
    digest.update(bytes);
    yield bytes;
  }
  yield digest.digest();
}

/** @throws LatheError `run.missing` where there is no such file; `run.checkpoint` where it is damaged, by a single bit even. */
export function readPredictions(path: string): KeptPredictions {
  let bytes: Buffer;
  try {
    bytes = readOwnFileSync(path);
  } catch (cause) {
    throw new LatheError(
      "run.missing",
      `there is no ${path}: the predictions of this split were not kept; resume the run, which judges it again`,
      { path },
      { cause },
    );
  }
  const damaged = (reason: string, cause?: unknown) =>
    new LatheError("run.checkpoint", `${path} is damaged (${reason}); resume the run, which judges it again`, { path }, { cause });
  const magic = bytes.toString("latin1", 0, 8);
  if (magic === UNCHECKED)
    throw new LatheError("run.checkpoint", `${path} is of an earlier version of Lathe and has no checksum; resume the run, which judges it again`, { path });
  if (bytes.length < PREFIX + DIGEST_BYTES || magic !== MAGIC) throw damaged("it begins otherwise than such files do, or was cut off");
  const body = bytes.subarray(0, -DIGEST_BYTES);
  if (!createHash("sha256").update(body).digest().equals(bytes.subarray(-DIGEST_BYTES))) throw damaged("its checksum does not match");
  const start = PREFIX + bytes.readUInt32LE(8);
  let told: Header;
  try {
    told = header.parse(JSON.parse(bytes.toString("utf8", PREFIX, start)));
  } catch (cause) {
    throw damaged("its header cannot be read", cause);
  }
  const { split, rows } = told;
  const truthsOf = ({ kind, width }: Header["targets"][number]) => ({ numeric: rows * width, labels: rows * width, category: rows, binary: rows })[kind];
  const expected = start + 4 * told.targets.reduce((sum, target) => sum + rows * target.width + truthsOf(target), rows);
  if (body.length !== expected) throw damaged(`it is ${body.length} bytes long, expected ${expected}`);
  // Numbers are read in place; what `readFileSync` gives of a small file may begin anywhere in a shared buffer.
  const data = (body.byteOffset + start) % 4 === 0 ? body.subarray(start) : Uint8Array.from(body.subarray(start));
  let at = data.byteOffset;
  const take = (count: number): number => {
    const from = at;
    at += count * 4;
    return from;
  };
  return {
    split,
    rows: new Uint32Array(data.buffer, take(rows), rows),
    targets: told.targets.map((target): KeptTarget => ({
      ...target,
      outputs: new Float32Array(data.buffer, take(rows * target.width), rows * target.width),
      truths:
        target.kind === "category" ? new Int32Array(data.buffer, take(rows), rows) : new Float32Array(data.buffer, take(truthsOf(target)), truthsOf(target)),
    })),
  };
}
