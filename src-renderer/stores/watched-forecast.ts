import { defineStore } from "pinia";
import { computed, watch } from "vue";
import type { ForecastStretch } from "../../src-main/contract/forecast-report.js";
import { createLoader } from "../fetching/loadable.js";
import { useStudio } from "../rpc/studio.js";
import { useLiveRun } from "./live-run.js";
import { useTrainView } from "./train-view.js";

interface Watched {
  readonly zone: string;
  readonly calendar: boolean;
  readonly stretch: ForecastStretch;
}

/** The stretch of the validation that a run forecasts: as it learns, and once it has ended by the weights that it keeps. */
export const useWatchedForecast = defineStore("watched-forecast", () => {
  const studio = useStudio();
  const live = useLiveRun();
  const view = useTrainView();
  const kept = createLoader<Watched>();
  /** Of the run's settings, not the project's, which may have changed. */
  const target = computed(() => {
    const data: unknown = view.settings.value?.project["data"];
    const targets = typeof data === "object" && data !== null && "targets" in data && Array.isArray(data.targets) ? (data.targets as unknown[]) : [];
    return targets.find(
      (each): each is { readonly name: string; readonly horizon: number } =>
        typeof each === "object" && each !== null && "horizon" in each && typeof each.horizon === "number" && each.horizon > 0,
    )?.name;
  });
  const hasEnded = computed(
    () => live.summary?.test !== undefined && (live.status === "completed" || live.status === "early-stopping" || live.status === "stopped"),
  );

  watch(
    () => [live.reference?.project, live.reference?.run, target.value, hasEnded.value] as const,
    ([project, run, name, ended]) => {
      kept.reset();
      if (project === undefined || run === undefined || name === undefined || !ended) return;
      void kept.load((signal) => studio.procedures.evaluation.forecast({ project, run, split: "validation", target: name, lead: 0 }, { signal }));
    },
    { immediate: true },
  );

  return {
    target,
    loading: computed(() => kept.state.value.loading),
    /** Undefined until there is one. */
    shown: computed<(Watched & { readonly epoch?: number }) | undefined>(() => (hasEnded.value ? (kept.state.value.value ?? live.forecast) : live.forecast)),
  };
});
