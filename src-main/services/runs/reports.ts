import { LatheError } from "../../base/errors.js";
import { JSON_BOUNDS } from "../../base/json-bounds.js";
import { readOwnJsonSync } from "../../base/own-json.js";
import { type RunReport, runReport } from "../../contract/report.js";

/** A run's report. @throws LatheError `run.missing` where there is none, or it is damaged. */
export function readReport(path: string): RunReport {
  try {
    return runReport.parse(readOwnJsonSync(path, JSON_BOUNDS.figures));
  } catch (cause) {
    throw new LatheError("run.missing", `${path} is not a run's report; it is written when training ends`, { path }, { cause });
  }
}
