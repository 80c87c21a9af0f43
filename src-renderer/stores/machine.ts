import { defineStore } from "pinia";
import { computed, onScopeDispose, shallowRef, watch } from "vue";
import type { EngineStatusView, Licence } from "../../src-main/contract/settings.js";
import { useStudio } from "../rpc/studio.js";
import { createLoader } from "../fetching/loadable.js";
import { createWork } from "../fetching/work.js";

/** What can train on this machine, and what Lathe is made with: asked for when first looked at. */
export const useMachine = defineStore("machine", () => {
  const studio = useStudio();
  const engines = createLoader<EngineStatusView[]>();
  const licences = createLoader<Licence[]>();
  const loadEngines = () => engines.load((signal) => studio.procedures.app.engines({}, { signal }));
  const loadLicences = () => licences.load((signal) => studio.procedures.app.licences({}, { signal }));
  const loadMissing = () => {
    if (!engines.state.value.value) void loadEngines();
    if (!licences.state.value.value) void loadLicences();
  };
  const registration = studio.onState((state) => {
    if (state === "connected") loadMissing();
  });
  const setup = createWork(studio, "setUpTensorflow");
  /** When TensorFlow's setup began, by `performance.now()`. */
  const setupBegan = shallowRef(0);
  // What could not train before may now.
  watch(
    () => setup.state.value.result,
    (made) => {
      if (made) void loadEngines();
    },
  );
  const setUpTensorflow = () => {
    setupBegan.value = performance.now();
    setup.start({});
  };
  onScopeDispose(() => registration.dispose());
  loadMissing();
  return {
    engines: computed(() => engines.state.value),
    licences: computed(() => licences.state.value),
    loadEngines,
    loadLicences,
    setup: computed(() => setup.state.value),
    setupBegan,
    setUpTensorflow,
    cancelSetup: () => setup.cancel(),
  };
});
