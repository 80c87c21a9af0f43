import { readFileSync } from "node:fs";
import type { EpochEvent } from "../../src-main/contract/events.js";
import type { RunFolder } from "../../src-main/training/runs/run-folder.js";

/** The epochs that a run has told of, but for a last one that is cut off. */
export function epochsOf(run: RunFolder): readonly EpochEvent[] {
  const lines = readFileSync(run.file("metrics.jsonl"), "utf8").split("\n");
  return lines.slice(0, -1).map((line) => JSON.parse(line) as EpochEvent);
}
