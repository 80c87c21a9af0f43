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
  /** Where runs would be and links are, which are not followed. */
  const links = createLoader<string[]>();
  const project = ref<string>();
  const starting = ref(false);
  const startError = shallowRef<LatheError>();
  /** How far the data of a run that is about to start is prepared. */
  const preparation = shallowRef<StageEvent>();
  /** The run whose weights the next new one begins from. */
  const wanted = ref<string>();
  const document = useProject();
  let startAbort: AbortController | undefined;

  /** Runs that have learnt something. */
  const beginnings = computed(() => (list.state.value.value ?? []).filter(({ epoch }) => epoch > 0));
  const beginning = computed(() => beginnings.value.find(({ run }) => run === wanted.value)?.run);

  async function load(): Promise<void> {
    const path = project.value;
    if (path === undefined) return;
    const linked = links.load((signal) => studio.procedures.runs.links({ project: path }, { signal }));
    await list.load((signal) => studio.procedures.runs.list({ project: path }, { signal }));
    await linked;
  }

  function show(path: string | undefined): void {
    if (project.value === path) return;
    project.value = path;
    startError.value = undefined;
    wanted.value = undefined;
    list.reset();
    links.reset();
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
      const from = beginning.value;
      const how = resume !== undefined ? { resume } : from !== undefined ? { from } : {};
      return await studio.procedures.training.start({ project: project.value, ...how }, { signal: abort.signal });
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
  return {
    list: computed(() => list.state.value),
    links: computed(() => links.state.value.value ?? []),
    project,
    starting,
    startError,
    preparation,
    load,
    show,
    start,
    beginnings,
    beginning,
    beginFrom: (run: string | undefined) => (wanted.value = run),
    callOff: () => startAbort?.abort(),
  };
});
