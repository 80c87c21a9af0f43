import { computed, type ComputedRef } from "vue";
import type { RunSummary } from "../../../src-main/contract/summaries.js";
import { useProjectRoute } from "../../composables/use-project-route.js";
import { useRuns } from "../../stores/runs.js";

export interface PredictionRun {
  /** Runs with a model, the newest first; undefined until the list is there. */
  readonly usable: ComputedRef<readonly RunSummary[] | undefined>;
  /** The one that the address names where it has a model, else the newest that has. */
  readonly run: ComputedRef<RunSummary | undefined>;
  /** A run that was asked for and has no model. */
  readonly without: ComputedRef<string | undefined>;
}

/** The run whose model answers. */
export function usePredictionRun(): PredictionRun {
  const runs = useRuns();
  const place = useProjectRoute();
  const usable = computed(() => runs.list.value?.filter(({ model }) => model === true));
  const run = computed(() => usable.value?.find((candidate) => candidate.run === place.run.value) ?? usable.value?.[0]);
  const without = computed(() => (usable.value && place.run.value !== undefined && place.run.value !== run.value?.run ? place.run.value : undefined));
  return { usable, run, without };
}
