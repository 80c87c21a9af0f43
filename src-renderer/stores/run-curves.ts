import { defineStore } from "pinia";
import { shallowRef } from "vue";
import { toLatheError, type LatheError } from "../../src-main/base/errors.js";
import type { EpochEvent } from "../../src-main/contract/events.js";
import type { RunReference, RunSummary } from "../../src-main/contract/summaries.js";
import { useStudio } from "../rpc/studio.js";

export interface RunCurve {
  readonly epochs: readonly EpochEvent[];
  /** Why they cannot be read, or read anew. */
  readonly error?: LatheError;
}

/** Curves of several runs at once. */
export const useRunCurves = defineStore("run-curves", () => {
  const studio = useStudio();
  const curves = shallowRef<ReadonlyMap<string, RunCurve>>(new Map());
  /** By run, the last epoch that was asked for. */
  const asked = new Map<string, string>();
  const keyOf = ({ project, run }: RunReference): string => `${project}\n${run}`;

  /** Reads the curves that are not known as far as the summaries say they go. */
  function need(runs: readonly RunSummary[]): void {
    for (const { project, run, epoch, status } of runs) {
      const key = keyOf({ project, run });
      const state = `${status} ${epoch}`;
      if (asked.get(key) === state) continue;
      asked.set(key, state);
      void read({ project, run }, key, state);
    }
  }

  async function read(reference: RunReference, key: string, state: string): Promise<void> {
    try {
      const { epochs } = await studio.procedures.runs.metrics(reference);
      if (asked.get(key) === state) curves.value = new Map([...curves.value, [key, { epochs }]]);
    } catch (thrown) {
      if (asked.get(key) !== state) return;
      const error = toLatheError(thrown);
      asked.delete(key);
      if (error.code !== "rpc.closed") curves.value = new Map([...curves.value, [key, { epochs: curves.value.get(key)?.epochs ?? [], error }]]);
    }
  }

  return { curves, need, of: (run: RunReference): RunCurve | undefined => curves.value.get(keyOf(run)) };
});
