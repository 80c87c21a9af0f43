import { defineStore } from "pinia";
import { computed, watch } from "vue";
import type { ProjectDocument } from "../../src-main/contract/project-views.js";
import type { RunSettings } from "../../src-main/contract/run-views.js";
import { useStudio } from "../rpc/studio.js";
import { createLoader } from "../fetching/loadable.js";
import { useProject } from "./project.js";
import { useRuns } from "./runs.js";

/** Parts of a project that make another model when they change. */
const parts = ["seed", "data", "model", "training"] as const;

/** Whether the newest model is older than what the project says now. Nothing is done about it: it is marked. */
export const useStale = defineStore("stale", () => {
  const studio = useStudio();
  const project = useProject();
  const runs = useRuns();
  const settings = createLoader<RunSettings>();
  const newest = computed(() => runs.list.value?.find(({ model }) => model === true));

  watch(
    () => [newest.value?.project, newest.value?.run] as const,
    ([folder, run]) => {
      settings.reset();
      if (folder !== undefined && run !== undefined) void settings.load((signal) => studio.procedures.runs.settings({ project: folder, run }, { signal }));
    },
    { immediate: true },
  );

  const isStale = computed(() => {
    const [frozen, now] = [settings.state.value.value?.project, project.document];
    return frozen !== undefined && now !== undefined && differs(frozen, now);
  });
  return { isStale, newest };
});

/**
 * Whether a model trained by frozen settings is not what the project would make now. The frozen ones have every default filled in; the file may omit them.
 */
export function differs(frozen: ProjectDocument, now: ProjectDocument): boolean {
  return parts.some((part) => now[part] !== undefined && !says(frozen[part], now[part]));
}

/** Whether `full` says everything that `some` says. */
function says(full: unknown, some: unknown): boolean {
  if (Array.isArray(some)) return Array.isArray(full) && full.length === some.length && some.every((entry, i) => says(full[i], entry));
  if (typeof some === "object" && some !== null) {
    if (typeof full !== "object" || full === null) return false;
    return Object.entries(some).every(([key, value]) => says((full as Record<string, unknown>)[key], value));
  }
  return full === some;
}
