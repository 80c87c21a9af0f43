import { defineStore } from "pinia";
import { computed, onScopeDispose, ref, shallowRef } from "vue";
import { toLatheError, type LatheError } from "../../src-main/base/errors.js";
import type { StageEvent } from "../../src-main/contract/events.js";
import type { RunReference, RunSummary } from "../../src-main/contract/summaries.js";
import { useStudio } from "../rpc/studio.js";
import { createLoader } from "../fetching/loadable.js";
import { useProject } from "./project.js";

/** The runs of the project that is looked at. */
export const useRuns = defineStore("runs", () => {
  const studio = useStudio();
  const list = createLoader<RunSummary[]>();
  const project = ref<string>();
  const starting = ref(false);
  const startError = shallowRef<LatheError>();
  /** How far the data of a run that is about to start is prepared. */
  const preparation = shallowRef<StageEvent>();
  const document = useProject();
  let startAbort: AbortController | undefined;

  async function load(): Promise<void> {
    const path = project.value;
    if (path !== undefined) await list.load((signal) => studio.procedures.runs.list({ project: path }, { signal }));
  }

  function show(path: string | undefined): void {
    if (project.value === path) return;
    project.value = path;
    startError.value = undefined;
    list.reset();
    void load();
  }

  /**
   * Saves the project and starts; data may take a while to prepare. @param resume a run to resume. @returns the run, or undefined where it did not start;
   * `startError` then says why.
   */
  async function start(resume?: string): Promise<RunReference | undefined> {
    if (project.value === undefined) return undefined;
    starting.value = true;
    startError.value = undefined;
    const abort = (startAbort = new AbortController());
    const heard = studio.subscribe("preparing", { project: project.value }, { next: (event) => (preparation.value = event) });
    try {
      await document.flush();
      return await studio.procedures.training.start({ project: project.value, ...(resume !== undefined && { resume }) }, { signal: abort.signal });
    } catch (thrown) {
      const error = toLatheError(thrown);
      if (error.code !== "cancelled") startError.value = error;
      return undefined;
    } finally {
      heard.dispose();
      preparation.value = undefined;
      starting.value = false;
      void load();
    }
  }

  const registration = studio.onState((state) => void (state === "connected" && load()));
  onScopeDispose(() => registration.dispose());
  return { list: computed(() => list.state.value), project, starting, startError, preparation, load, show, start, callOff: () => startAbort?.abort() };
});
