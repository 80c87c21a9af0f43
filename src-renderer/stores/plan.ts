import { defineStore } from "pinia";
import { computed, onScopeDispose, watch } from "vue";
import type { ModelPlan } from "../../src-main/contract/model-views.js";
import { useStudio } from "../rpc/studio.js";
import { createLoader } from "../fetching/loadable.js";
import { useProject } from "./project.js";
import { createWork } from "../fetching/work.js";

/** Milliseconds of calm before a changed document is planned. */
const pause = 60;

/** Shapes, sizes, problems and PyTorch source of the network at hand, as the document changes. The last plan stays while the next is made. */
export const usePlan = defineStore("plan", () => {
  const studio = useStudio();
  const project = useProject();
  const loader = createLoader<ModelPlan>();
  const columns = createWork(studio, "columns");
  let timer: ReturnType<typeof setTimeout> | undefined;
  /** For which source the table was read last. */
  let looked: string | undefined;

  function load(): void {
    const [path, document] = [project.path, project.document];
    if (path === undefined || document === undefined) return;
    void loader.load((signal) => studio.procedures.model.plan({ project: path, document }, { signal }));
  }

  watch(
    () => project.path,
    () => {
      loader.reset();
      columns.reset();
      looked = undefined;
    },
  );
  watch(
    () => project.document,
    () => {
      clearTimeout(timer);
      timer = setTimeout(load, pause);
    },
    { immediate: true },
  );
  // The host plans without the table where reading it takes long; once it is read, shapes and values are known.
  watch([() => loader.state.value.value, () => project.unsaved] as const, ([plan, unsaved]) => {
    const source = JSON.stringify(project.draft?.data.source);
    if (project.path === undefined || unsaved || source === looked || !(plan?.withoutTable ?? plan?.inputs.some(({ shape }) => shape === undefined))) return;
    looked = source;
    columns.start({ project: project.path });
  });
  watch(
    () => columns.state.value.result,
    (result) => {
      if (result) load();
    },
  );
  const registration = studio.onState((state) => {
    if (state === "connected" && loader.state.value.loading) load();
  });
  onScopeDispose(() => {
    clearTimeout(timer);
    registration.dispose();
  });
  return {
    state: computed(() => loader.state.value),
    plan: computed(() => loader.state.value.value),
    /** The table being read for its shapes. */ reading: computed(() => columns.state.value),
    load,
  };
});
