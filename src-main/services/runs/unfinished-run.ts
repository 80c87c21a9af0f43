import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import { LatheError } from "../../base/errors.js";
import { JSON_BOUNDS } from "../../base/json-bounds.js";
import { readOwnJsonSync } from "../../base/own-json.js";
import { errorRecord } from "../../contract/events.js";
import { heldBy } from "../../training/runs/run-lock.js";
import { readReport } from "./reports.js";

/**
 * Why a run does not have what it has once it has ended, and what can be done about it: resuming is advised only where that helps. @param run its folder @param
 * file what it lacks
 */
export function unfinished(run: string, file: string): LatheError {
  const id = basename(run);
  const missing = (why: string) => new LatheError("run.missing", `${run} has no ${file}: ${why}`, { run: id, file });
  const holder = heldBy(run);
  if (holder !== undefined) return missing(`it is being trained by ${holder}; wait for its end, or stop it`);
  const report = join(run, "report.json");
  if (existsSync(report)) {
    if (!readReport(report).parity.passed) {
      return new LatheError(
        "export.parity",
        `run ${id} has no model to hand out: the exported file's answers differed from the trainer's; train again, on another engine or device`,
        { run: id },
      );
    }
    return missing(`it is gone; train --resume ${id} writes it again`);
  }
  const failure = failureOf(run);
  return missing(failure === undefined ? `its training has not ended; resume it with train --resume ${id}` : `its training failed: ${failure}`);
}

function failureOf(run: string): string | undefined {
  try {
    return errorRecord.parse(readOwnJsonSync(join(run, "error.json"), JSON_BOUNDS.note)).message;
  } catch {
    return undefined;
  }
}
