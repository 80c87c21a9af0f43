import { defineStore } from "pinia";
import { shallowRef } from "vue";
import { toLatheError, type LatheError } from "../../src-main/base/errors.js";
import type { RunSettings } from "../../src-main/contract/run-views.js";
import type { RunReference } from "../../src-main/contract/summaries.js";
import { useStudio } from "../rpc/studio.js";

export interface KnownSettings {
  readonly value?: RunSettings;
  /** Why they cannot be read. */
  readonly error?: LatheError;
}

/** Asked for at the same time. */
const atOnce = 4;

/** What runs were started with. It never changes, so it is asked for once a run. */
export const useRunSettings = defineStore("run-settings", () => {
  const studio = useStudio();
  const known = shallowRef<ReadonlyMap<string, KnownSettings>>(new Map());
  const asked = new Set<string>();
  const waiting: RunReference[] = [];
  let busy = 0;
  let fresh: [string, KnownSettings][] = [];

  const keyOf = ({ project, run }: RunReference): string => `${project}\n${run}`;

  /** Fetches what is not known yet. */
  function need(runs: readonly RunReference[]): void {
    const missing = runs.filter((run) => !asked.has(keyOf(run)));
    for (const run of missing) asked.add(keyOf(run));
    waiting.push(...missing.map(({ project, run }) => ({ project, run })));
    while (busy < atOnce && waiting.length > 0) void next();
  }

  async function next(): Promise<void> {
    busy++;
    for (let reference = waiting.shift(); reference; reference = waiting.shift()) {
      const key = keyOf(reference);
      try {
        fresh.push([key, { value: await studio.procedures.runs.settings(reference) }]);
      } catch (thrown) {
        const error = toLatheError(thrown);
        // What a lost connection interrupted is asked for again.
        if (error.code === "rpc.closed") asked.delete(key);
        else fresh.push([key, { error }]);
      }
      // A list of a thousand is not drawn a thousand times.
      if (fresh.length >= 32) publish();
    }
    busy--;
    if (busy === 0) publish();
  }

  function publish(): void {
    if (fresh.length === 0) return;
    known.value = new Map([...known.value, ...fresh]);
    fresh = [];
  }

  return { known, need, of: (run: RunReference): KnownSettings | undefined => known.value.get(keyOf(run)) };
});
