import type { Project } from "../../contract/project.js";
import type { RunReport } from "../../contract/report.js";
import { type PlannedFold, strideOf } from "../../datasets/index.js";
import { inBytes, stepBytes } from "../network/memory.js";
import type { Workbench } from "../workbench.js";

/** Seconds that training takes, by what the run itself took for an epoch of a row. */
export function costOf(folds: readonly PlannedFold[], { training, data }: Pick<RunReport, "training" | "data">, epochs: number, project: Project): number {
  const stride = strideOf(project.data);
  const rows = folds.reduce((sum, { trained }) => sum + trained.rows, 0) / stride;
  return (rows * epochs * training.seconds) / Math.max(1, training.epochs * data.rows.train);
}

/** Bytes that a fold takes at least: the rows of the series, once, and what a step makes of a batch. */
export function bytesOf({ prepared, steps, project }: Workbench): number {
  const widths = new Map([...prepared.inputs, ...prepared.targets].flatMap(({ rows }) => (rows ? [[rows.file, rows.columns] as const] : [])));
  const columns = [...widths.values()].reduce((sum, width) => sum + width, 0);
  return prepared.audit.rows * columns * 4 + stepBytes(steps.layout, Math.min(project.training.batchSize, prepared.counts.train));
}

/** The same as a sentence. */
export function tellCost(seconds: number, bytes: number, folds: number): string {
  const time = seconds < 1 ? "less than a second" : seconds < 90 ? `about ${Math.round(seconds)} s` : `about ${Math.round(seconds / 60)} min`;
  return `${folds} fold${folds === 1 ? "" : "s"} will take ${time} of training, as fast as the run was, and at least ${inBytes(bytes)} of memory`;
}
