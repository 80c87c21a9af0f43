import { defineStore } from "pinia";
import { computed, onScopeDispose } from "vue";
import type { Catalogue } from "../../src-main/contract/model-views.js";
import { useStudio } from "../rpc/studio.js";
import { createLoader } from "../fetching/loadable.js";

/** Every layer, loss, optimizer, schedule and preset there is. It does not change while the host runs. */
export const useCatalogue = defineStore("catalogue", () => {
  const studio = useStudio();
  const loader = createLoader<Catalogue>();
  const load = () => loader.load((signal) => studio.procedures.model.catalogue({}, { signal }));
  const registration = studio.onState((state) => void (state === "connected" && !loader.state.value.value && load()));
  onScopeDispose(() => registration.dispose());
  void load();
  const catalogue = computed(() => loader.state.value.value);
  return {
    state: computed(() => loader.state.value),
    catalogue,
    /** Layers that one can add, or make of another. */
    offered: computed(() => (catalogue.value?.layers ?? []).filter(({ offered }) => offered !== false)),
    load,
  };
});
