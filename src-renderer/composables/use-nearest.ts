import { computed, watch, type ComputedRef, type Ref } from "vue";
import type { FeatureView, NearestPictures } from "../../src-main/contract/feature-views.js";
import type { RunReference } from "../../src-main/contract/summaries.js";
import { createLoader, type Loadable } from "../fetching/loadable.js";
import type { WorkState } from "../fetching/work.js";
import { useStudio } from "../rpc/studio.js";
import { useFeatureLook } from "../stores/feature-look.js";

/** Whose: a row of the run's data, or any file. */
export type NearestOf = { readonly row: number } | { readonly path: string };

export interface Nearest {
  readonly state: Readonly<Ref<Loadable<NearestPictures>>>;
  /** The run has to be looked at first. */
  readonly isReady: ComputedRef<boolean>;
  /** How far that is. */
  readonly look: ComputedRef<WorkState<FeatureView> | undefined>;
  readonly start: () => void;
  readonly cancel: () => void;
}

/** How many are told. */
const most = 6;

/** The pictures trained on that are nearest to one, by the features of a run's network. */
export function useNearest(run: () => RunReference, of: () => NearestOf): Nearest {
  const studio = useStudio();
  const looks = useFeatureLook();
  const loader = createLoader<NearestPictures>();
  const isReady = computed(() => looks.has(run()));
  watch(
    () => JSON.stringify([run(), of(), isReady.value]),
    () => {
      loader.reset();
      if (isReady.value)
        void loader.load((signal) => studio.procedures.features.nearest({ project: run().project, run: run().run, ...of(), limit: most }, { signal }));
    },
    { immediate: true },
  );
  return {
    state: loader.state,
    isReady,
    look: computed(() => (looks.isOf(run()) ? looks.state : undefined)),
    start: () => looks.start(run()),
    cancel: () => looks.cancel(),
  };
}
