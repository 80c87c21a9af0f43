import { defineStore } from "pinia";
import { computed, onScopeDispose, shallowRef } from "vue";
import { toLatheError, type LatheError } from "../../src-main/base/errors.js";
import type { ProjectSummary } from "../../src-main/contract/summaries.js";
import { useStudio } from "../rpc/studio.js";
import { createLoader } from "../fetching/loadable.js";

/** The projects this user knows. */
export const useProjects = defineStore("projects", () => {
  const studio = useStudio();
  const list = createLoader<ProjectSummary[]>();
  const openError = shallowRef<LatheError>();

  async function load(): Promise<void> {
    await list.load((signal) => studio.procedures.projects.list({}, { signal }));
  }

  /** @returns the project, or undefined where it could not be opened; `openError` then says why. */
  async function open(path: string): Promise<ProjectSummary | undefined> {
    openError.value = undefined;
    try {
      const project = await studio.procedures.projects.open({ project: path });
      await load();
      return project;
    } catch (thrown) {
      openError.value = toLatheError(thrown);
      return undefined;
    }
  }

  /** @returns whether it is off the list; `openError` says why not. */
  async function forget(path: string): Promise<boolean> {
    openError.value = undefined;
    try {
      await studio.procedures.projects.forget({ project: path });
    } catch (thrown) {
      openError.value = toLatheError(thrown);
      return false;
    }
    await load();
    return true;
  }

  const registration = studio.onState((state) => void (state === "connected" && load()));
  onScopeDispose(() => registration.dispose());
  return { list: computed(() => list.state.value), openError, load, open, forget };
});
