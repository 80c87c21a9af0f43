import { existsSync } from "node:fs";
import { LatheError } from "../../base/errors.js";
import { JSON_BOUNDS } from "../../base/json-bounds.js";
import { readOwnJsonSync } from "../../base/own-json.js";
import { keptThresholds } from "../../contract/thresholds.js";
import type { Threshold } from "../../features/kind.js";
import type { RunFolder } from "./run-folder.js";

/** What somebody chose, after training, that a run decides by: in the place of what its project says. It lasts when the run is taken up again. */
const FILE = "thresholds.json";

export type ChosenThresholds = Readonly<Record<string, Threshold>>;

/** Nothing where nothing was chosen. @throws LatheError `run.checkpoint` where the file is damaged */
export function readChosenThresholds(run: RunFolder): ChosenThresholds {
  const path = run.file(FILE);
  if (!existsSync(path)) return {};
  try {
    return keptThresholds.parse(readOwnJsonSync(path, JSON_BOUNDS.figures));
  } catch (cause) {
    throw new LatheError(
      "run.checkpoint",
      `${path}, the thresholds chosen for run ${run.id}, is damaged; delete it, and choose them again`,
      { path },
      { cause },
    );
  }
}

/** @throws LatheError `run.storage` */
export function keepChosenThresholds(run: RunFolder, chosen: ChosenThresholds): void {
  run.write(FILE, `${JSON.stringify(chosen, null, 2)}\n`);
}
