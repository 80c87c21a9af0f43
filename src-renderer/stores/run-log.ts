import { defineStore } from "pinia";
import { computed } from "vue";
import type { RunLog } from "../../src-main/contract/run-views.js";
import type { RunReference } from "../../src-main/contract/summaries.js";
import { useStudio } from "../rpc/studio.js";
import { createLoader } from "../fetching/loadable.js";

/** The log of the run that was asked for last. */
export const useRunLog = defineStore("run-log", () => {
  const studio = useStudio();
  const loader = createLoader<RunLog>();
  return {
    state: computed(() => loader.state.value),
    show({ project, run }: RunReference): void {
      loader.reset();
      void loader.load((signal) => studio.procedures.runs.log({ project, run }, { signal }));
    },
  };
});
