import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { z } from "zod";
import { LatheError, toLatheError } from "../../base/errors.js";
import { JSON_BOUNDS } from "../../base/json-bounds.js";
import { readOwnJsonSync } from "../../base/own-json.js";
import { type Project, parseProject } from "../../contract/project.js";
import type { RunFolder } from "./run-folder.js";

/** `config.json`: everything a run was started with, frozen. Resuming reads this, not the project. */
const runConfig = z.strictObject({
  /**
   * Runs are trained as they began, to the same bytes: 1 before an RNN was trained step by step, 2 before an LSTM of many units was trained with its gates
   * kept, 3 before convolutions of single channels were trained as products of matrices, 4 before weights were updated beside the graph.
   */
  version: z.union([z.literal(1), z.literal(2), z.literal(3), z.literal(4), z.literal(5)]),
  lathe: z.string(),
  created: z.string(),
  /** Folder that relative paths start from. */
  projectFolder: z.string(),
  engine: z.string(),
  engineVersion: z.string(),
  device: z.string(),
  reason: z.string(),
  threads: z.int().min(1),
  /** Where what a frozen beginning gives is kept: draws of each training sample, and threads that computed it. Absent where every epoch computes all. */
  features: z.strictObject({ draws: z.int().min(1), threads: z.int().min(1) }).optional(),
  /** Of the data as it was read. */
  dataFingerprint: z.string(),
  /** What the weights began from, where that is not random numbers. */
  origin: z
    .strictObject({
      pretrained: z.record(z.string(), z.string()).exactOptional(),
      from: z.strictObject({ run: z.string(), sha256: z.string(), taken: z.int(), left: z.array(z.string()).readonly() }).exactOptional(),
    })
    .exactOptional(),
  project: z.unknown(),
});

export type RunConfig = Omit<z.infer<typeof runConfig>, "project"> & { readonly project: Project };

const FILE = "config.json";

export type Origin = NonNullable<RunConfig["origin"]>;

export function writeConfig(run: RunFolder, config: RunConfig): void {
  run.write(FILE, `${JSON.stringify(config, null, 2)}\n`);
}

/** @throws LatheError `run.checkpoint` where it is damaged, and the project's own errors. */
export function readConfig(run: RunFolder): RunConfig {
  return configAt(run.file(FILE));
}

function configAt(path: string): RunConfig {
  try {
    const { project, ...rest } = runConfig.parse(readOwnJsonSync(path, JSON_BOUNDS.document));
    return { ...rest, project: parseProject(project, path) };
  } catch (thrown) {
    const error = toLatheError(thrown);
    if (error.code !== "internal") throw error;
    throw new LatheError("run.checkpoint", `${path} is damaged; start the run anew, without --resume`, { path }, { cause: thrown });
  }
}

/** The project that the run of a model was started with; undefined of a file that lies in no run's folder, or where it cannot be read. */
export function projectOfModel(model: string): Project | undefined {
  const path = join(dirname(model), FILE);
  if (!existsSync(path)) return undefined;
  try {
    return configAt(path).project;
  } catch {
    return undefined;
  }
}

/** Names a training by what decides its outcome: project, seed, data. */
export function fingerprintOf(project: Project, dataFingerprint: string): string {
  return createHash("sha256").update(JSON.stringify(project)).update("\0").update(dataFingerprint).digest("hex");
}
