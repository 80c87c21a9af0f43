import { defineStore } from "pinia";
import { computed, onScopeDispose, ref, shallowRef } from "vue";
import { toLatheError, type LatheError } from "../../src-main/base/errors.js";
import type { SampleSummary } from "../../src-main/contract/project-views.js";
import { useStudio } from "../rpc/studio.js";
import { createLoader } from "../fetching/loadable.js";

/** The data that comes with Lathe. */
export const useSamples = defineStore("samples", () => {
  const studio = useStudio();
  const list = createLoader<SampleSummary[]>();
  /** The one that a project is being made of. */
  const creating = ref<string>();
  const createError = shallowRef<LatheError>();
  const load = () => list.load((signal) => studio.procedures.projects.samples({}, { signal }));

  /** @returns the project, or undefined where it could not be made; `createError` then says why. */
  async function create(sample: string) {
    if (creating.value !== undefined) return undefined;
    creating.value = sample;
    createError.value = undefined;
    try {
      return await studio.procedures.projects.createSample({ sample });
    } catch (thrown) {
      createError.value = toLatheError(thrown);
      return undefined;
    } finally {
      creating.value = undefined;
    }
  }

  const registration = studio.onState((state) => void (state === "connected" && !list.state.value.value && load()));
  onScopeDispose(() => registration.dispose());
  void load();
  return { state: computed(() => list.state.value), creating, createError, load, create };
});
