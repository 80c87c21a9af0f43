import { existsSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { LatheError } from "../../base/errors.js";
import { RUN_MODEL } from "../../contract/run-model.js";
import type { RunReference } from "../../contract/summaries.js";
import { RunFolder } from "../../training/runs/run-folder.js";
import { unfinished } from "../runs/unfinished-run.js";

/**
 * The ONNX file that a user means by a path: the file itself, a run's folder, or a project's folder (its newest run).
 * @throws LatheError `run.missing` with what to do.
 */
export function modelFile(path: string): string {
  const absolute = resolve(path);
  if (!existsSync(absolute)) throw new LatheError("run.missing", `there is no model, run or project at ${absolute}`);
  if (statSync(absolute).isFile()) return absolute;
  return finished(runFolder(absolute));
}

/** The run that a user means by a path: its folder, or a project's (its newest run). @throws LatheError `run.missing` */
export function runFolder(path: string): string {
  const absolute = resolve(path);
  if (existsSync(join(absolute, "config.json"))) return absolute;
  if (existsSync(join(absolute, "project.json"))) return RunFolder.open(absolute).path;
  throw new LatheError("run.missing", `${absolute} is neither a run nor a project`);
}

/** The same as the studio names it. */
export function runReferenceOf(path: string): RunReference {
  const folder = runFolder(path);
  return { project: dirname(dirname(folder)), run: basename(folder) };
}

function finished(run: string): string {
  const model = join(run, RUN_MODEL);
  if (!existsSync(model)) throw unfinished(run, RUN_MODEL);
  return model;
}
