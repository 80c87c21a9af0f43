import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { LatheError } from "../base/errors.js";
import { JSON_BOUNDS } from "../base/json-bounds.js";
import { readOwnJsonSync } from "../base/own-json.js";
import type { RunReport } from "./report.js";

/** What a run's folder calls the model that it made. */
export const RUN_MODEL = "model.onnx";

/**
 * Sees that a run's model is the one that its report speaks of: with one bit changed it may still run, and answer something else. Of a file that lies in no
 * run's folder nothing is known.
 * @param path where the bytes were read. @throws LatheError `run.checkpoint`
 */
export function refuseDamagedModel(path: string, bytes: Uint8Array): void {
  const run = dirname(path);
  if (basename(path) !== RUN_MODEL || !existsSync(join(run, "config.json"))) return;
  const told = modelDigest(join(run, "report.json"));
  if (told === undefined || told === digestOf(bytes)) return;
  throw new LatheError(
    "run.checkpoint",
    `${path} is not the model that the run's report speaks of (its checksum does not match): it is damaged, or was changed; train --resume ${basename(run)} ` +
      `writes it again`,
    { path },
  );
}

/** SHA-256 of the model that a report speaks of; undefined where it cannot be read. */
export function modelDigest(report: string): string | undefined {
  try {
    return (readOwnJsonSync(report, JSON_BOUNDS.figures) as Partial<RunReport> | null)?.model?.sha256;
  } catch {
    return undefined;
  }
}

/** The same of a model's bytes. */
export function digestOf(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
