import { existsSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { JSON_BOUNDS } from "../../base/json-bounds.js";
import { readOwnJsonSync } from "../../base/own-json.js";
import { type RunReport, runReport } from "../../contract/report.js";
import { RUN_MODEL } from "../../contract/run-model.js";

/** The report of the run that a model lies in; undefined of a file elsewhere, or where it cannot be read. */
export function reportOfModel(model: string): RunReport | undefined {
  const run = dirname(model);
  const path = join(run, "report.json");
  if (basename(model) !== RUN_MODEL || !existsSync(path)) return undefined;
  try {
    return runReport.parse(readOwnJsonSync(path, JSON_BOUNDS.figures));
  } catch {
    return undefined;
  }
}
