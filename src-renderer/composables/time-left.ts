import type { EpochEvent, RunEvent } from "../../src-main/contract/events.js";
import type { RunStatus } from "../../src-main/contract/summaries.js";

/** Seconds that a run still takes; undefined where nothing tells. Epochs too short for steps are told by the last ones. */
export function timeLeft(run: {
  readonly status: RunStatus | undefined;
  readonly step: Extract<RunEvent, { event: "step" }> | undefined;
  readonly epochs: readonly EpochEvent[];
  readonly planned: number | undefined;
}): number | undefined {
  if (run.status !== "running") return undefined;
  if (run.step) return run.step.secondsLeft;
  const recent = run.epochs.slice(-10);
  if (recent.length === 0 || run.planned === undefined) return undefined;
  return (recent.reduce((sum, { seconds }) => sum + seconds, 0) / recent.length) * (run.planned - (run.epochs.at(-1)?.epoch ?? 0));
}
