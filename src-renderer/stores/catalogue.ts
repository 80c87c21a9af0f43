import { defineStore } from "pinia";
import { computed, onScopeDispose } from "vue";
import type { LayerHoldings } from "../../src-main/contract/learning-ways.js";
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
    /** What layers of a type have; of none where the catalogue is still to come. */
    holdings: computed((): LayerHoldings => {
      const entries = new Map(catalogue.value?.layers.map((entry) => [entry.type, entry]));
      return { weights: (type) => entries.get(type)?.weights === true, statistics: (type) => entries.get(type)?.statistics === true };
    }),
    load,
  };
});
