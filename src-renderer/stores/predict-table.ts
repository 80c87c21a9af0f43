import { defineStore } from "pinia";
import { computed, ref, shallowRef, watch } from "vue";
import { hasExtension, tableExtensions } from "../../src-main/contract/extensions.js";
import type { RunReference } from "../../src-main/contract/summaries.js";
import { useStudio } from "../rpc/studio.js";
import { useProject } from "./project.js";
import { createWork } from "../fetching/work.js";

/** Answers of a run's model for every row of a file. It continues while other screens are looked at. */
export const usePredictTable = defineStore("predict-table", () => {
  const studio = useStudio();
  const project = useProject();
  const work = createWork(studio, "predictTable");
  const data = ref<string>();
  const out = ref<string>();
  /** What is, or was last, asked for. */
  const asked = shallowRef<RunReference & { readonly data: string; readonly out: string }>();
  const cancelled = ref(false);
  /** Rows that were answered when it was called off, and all. */
  const kept = shallowRef<{ readonly rows: number; readonly of: number | undefined }>();

  watch(
    () => project.path,
    () => {
      work.reset();
      data.value = undefined;
      out.value = undefined;
      asked.value = undefined;
      cancelled.value = false;
      kept.value = undefined;
    },
  );

  /** Answers go beside the table, unless another place is chosen. */
  function chooseData(path: string): void {
    data.value = path;
    out.value = path.replace(/\.[^./\\]+$/, "").concat("-predictions.csv");
    work.reset();
    cancelled.value = false;
    kept.value = undefined;
  }

  function start(run: RunReference, { replace, spreadsheet }: { readonly replace: boolean; readonly spreadsheet: boolean }): void {
    if (data.value === undefined || out.value === undefined) return;
    asked.value = { ...run, data: data.value, out: out.value };
    cancelled.value = false;
    kept.value = undefined;
    work.start({ ...asked.value, replace, spreadsheet });
  }

  return {
    data,
    /** Whether what was chosen is a table; else it is a folder of pictures. */
    isTable: computed(() => data.value !== undefined && hasExtension(data.value, tableExtensions)),
    out,
    asked,
    cancelled,
    kept,
    state: computed(() => work.state.value),
    chooseData,
    start,
    /** What was answered so far stays: the same again goes on there. */
    cancel(): void {
      const { stage, done, total } = work.state.value;
      cancelled.value = true;
      kept.value = (stage === "predicting" || stage === "writing") && done > 0 ? { rows: done, of: total } : undefined;
      work.cancel();
    },
    /** Takes away what was answered so far. @throws LatheError `rpc.*`, `usage` */
    async discard(): Promise<void> {
      if (asked.value) await studio.procedures.prediction.discard({ out: asked.value.out });
      kept.value = undefined;
    },
  };
});
