import { shallowRef } from "vue";
import type { EpochEvent } from "../../src-main/contract/events.js";
import type { RunMetrics } from "../../src-main/contract/summaries.js";

/**
 * Seconds of all epochs of a run together, each counted once: those of the past, which come as one sum, and those heard since, of which some may be part of
 * that sum. What is kept does not grow with the run.
 */
export function createTimeSpent() {
  const seconds = shallowRef(0);
  /** The newest epoch that is counted. */
  let through = 0;
  /** Seconds by epoch, heard while the past is read. */
  let meanwhile: Map<number, number> | undefined;

  return {
    seconds,
    /** The past is asked for; all that was heard before is part of it. */
    asked(): void {
      meanwhile = new Map();
    },
    hear(events: readonly EpochEvent[]): void {
      let sum = seconds.value;
      for (const event of events) {
        meanwhile?.set(event.epoch, event.seconds);
        if (event.epoch <= through) continue;
        sum += event.seconds;
        through = event.epoch;
      }
      seconds.value = sum;
    },
    /** The past, as far as it goes; undefined where it cannot be read. */
    learn(past: RunMetrics | undefined): void {
      const heard = meanwhile ?? new Map<number, number>();
      meanwhile = undefined;
      if (!past) return;
      const told = past.epochs.at(-1)?.epoch ?? 0;
      const later = [...heard].filter(([epoch]) => epoch > told);
      seconds.value = later.reduce((sum, [, one]) => sum + one, past.seconds);
      through = Math.max(told, ...later.map(([epoch]) => epoch));
    },
    reset(): void {
      seconds.value = through = 0;
      meanwhile = undefined;
    },
  };
}
