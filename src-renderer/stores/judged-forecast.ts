import { defineStore } from "pinia";
import { computed, onScopeDispose, ref, watch } from "vue";
import type { JudgedForecast } from "../../src-main/contract/forecast-report.js";
import { createLoader } from "../fetching/loadable.js";
import { useStudio } from "../rpc/studio.js";
import { useEvaluation } from "./evaluation.js";

/** What a run's forecasts are worth: its report of them, and the series that is looked at. */
export const useJudgedForecast = defineStore("judged-forecast", () => {
  const studio = useStudio();
  const evaluation = useEvaluation();
  const loader = createLoader<JudgedForecast>();
  const series = ref<string>();
  /** Steps ahead of what is drawn; 0: whole horizons. */
  const lead = ref(0);
  const all = computed(() => evaluation.result?.report.forecast);
  const report = computed(() => (evaluation.target ? all.value?.targets[evaluation.target.name] : undefined));
  const score = computed(() => report.value?.[evaluation.split]);
  const question = computed(() => (report.value && evaluation.question ? { ...evaluation.question, column: evaluation.column } : undefined));

  function load(): void {
    const asked = question.value;
    if (!asked) return;
    const { column, ...rest } = asked;
    void loader.load((signal) =>
      studio.procedures.evaluation.forecast(
        { ...rest, lead: lead.value, ...(column === undefined ? {} : { column }), ...(series.value === undefined ? {} : { series: series.value }) },
        { signal },
      ),
    );
  }

  watch(
    () => JSON.stringify([question.value]),
    () => {
      loader.reset();
      series.value = undefined;
      lead.value = Math.min(lead.value, report.value?.horizon ?? 0);
    },
    { immediate: true },
  );
  // Behind the one above, which may change all three: that is asked once.
  watch(() => JSON.stringify([question.value, series.value, lead.value]), load, { immediate: true });
  const registration = studio.onState((state) => {
    if (state === "connected") load();
  });
  onScopeDispose(() => registration.dispose());
  return {
    isForecast: computed(() => report.value !== undefined),
    season: computed(() => all.value?.season ?? 1),
    report,
    score,
    lead,
    series,
    state: computed(() => loader.state.value),
    load,
  };
});
