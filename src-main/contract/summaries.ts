import { z } from "zod";
import { epochEvent, errorRecord, metricValues, warningEvent } from "./events.js";

/** What lists show of projects and runs. What cannot be read stands in its list with the reason, never missing from it. */

/** A project is known by its folder, a run by its project's folder and the name of its own. */
export const projectReference = z.strictObject({ project: z.string().min(1).max(4096) });

/** One folder name: no separators, no leading dot. */
export const runId = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/, "a run is named by letters, digits, dots, dashes and underscores");

export const runReference = z.strictObject({ project: projectReference.shape.project, run: runId });
export type RunReference = z.infer<typeof runReference>;

export const projectSummary = z.strictObject({
  /** Absolute path of the project's folder. */
  path: z.string(),
  name: z.string(),
  /** The kind of its data source: `table`, `image-folder`, `series`. */
  source: z.string().optional(),
  targets: z.array(z.string()),
  /** Epochs that a new run trains for unless told otherwise. */
  epochs: z.number().optional(),
  runs: z.number(),
  /** Milliseconds since 1970; absent for a project that is only looked at. */
  openedAt: z.number().optional(),
  /** Why the project cannot be trained: its file is gone or wrong. */
  problem: errorRecord.optional(),
});
export type ProjectSummary = z.infer<typeof projectSummary>;

export const runStatus = z.enum([
  "running",
  "paused",
  "stopping",
  // As in `done.ended`.
  "completed",
  "early-stopping",
  "stopped",
  "cancelled",
  "failed",
  // Neither finished nor held by a living process: it can be resumed.
  "interrupted",
]);
export type RunStatus = z.infer<typeof runStatus>;

export const runSummary = z.strictObject({
  run: runId,
  project: z.string(),
  folder: z.string(),
  /** What the user calls it, and what they noted. */
  name: z.string().optional(),
  note: z.string().optional(),
  status: runStatus,
  /** Milliseconds since 1970. */
  startedAt: z.number(),
  /** Epochs finished. */
  epoch: z.number(),
  /** Epochs planned; absent where `config.json` does not tell. */
  epochs: z.number().optional(),
  engine: z.string().optional(),
  device: z.string().optional(),
  /** Whether there is a model to predict with and export. */
  model: z.boolean().optional(),
  kept: z.strictObject({ epoch: z.number(), loss: z.number().nullable() }).optional(),
  /** Test metrics, once there is a report. */
  test: metricValues.optional(),
  /** Which test that was: figures of runs that have the same can be compared. Absent where a report does not tell. */
  judgedOn: z.string().optional(),
  problem: errorRecord.optional(),
});
export type RunSummary = z.infer<typeof runSummary>;

/** Runs that were not tested on the rows of the first of which it is known, and that one; undefined where all were. */
export function testedOtherwise(runs: readonly RunSummary[]): { readonly than: RunSummary; readonly others: readonly RunSummary[] } | undefined {
  const [than, ...rest] = runs.filter(({ judgedOn }) => judgedOn !== undefined);
  const others = rest.filter(({ judgedOn }) => judgedOn !== than?.judgedOn);
  return than && others.length > 0 ? { than, others } : undefined;
}

export const runMetrics = z.strictObject({
  /** Ascending, and thinned where they are many; the first, the last and the best are always there. @see thinEpochs */
  epochs: z.array(epochEvent),
  /** Of all epochs together, those omitted too. */
  seconds: z.number(),
  /** Lines of `metrics.jsonl` that could not be read, as a crash leaves them. */
  damagedLines: z.number(),
  /** Of all epochs, each once. */
  warnings: z.array(warningEvent),
});
export type RunMetrics = z.infer<typeof runMetrics>;
