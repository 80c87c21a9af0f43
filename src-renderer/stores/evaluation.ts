import { defineStore } from "pinia";
import { computed, onScopeDispose, ref, shallowRef, watch } from "vue";
import type { CurvesResult, ResidualsResult, TargetView } from "../../src-main/contract/evaluation-views.js";
import type { RunReport, SplitReport } from "../../src-main/contract/report.js";
import type { RunReference } from "../../src-main/contract/summaries.js";
import { useStudio } from "../rpc/studio.js";
import { labelConfusion, labelScores } from "../figures/label-scores.js";
import { createLoader } from "../fetching/loadable.js";
import { rememberTab, rememberedTab, type EvaluateTab } from "./evaluate-tabs.js";

export const judgedSplits = ["validation", "test"] as const;
export type JudgedSplit = (typeof judgedSplits)[number];

/** A target of a run's split: what is looked at. */
export interface Question extends RunReference {
  readonly split: JudgedSplit;
  readonly target: string;
  /** Of several labels, the one that is looked at. */
  readonly label?: string;
}

/** What no and yes of a label are called, as the host calls them. */
function namesOf(label: string): [string, string] {
  return [`not ${label}`, label];
}

/** What a finished run is worth: its report, and the curves or residuals of the target that is looked at. */
export const useEvaluation = defineStore("evaluation", () => {
  const studio = useStudio();
  const report = createLoader<{
    readonly report: RunReport;
    readonly targets: readonly TargetView[];
    readonly rows: boolean;
    readonly doubts: readonly string[];
  }>();
  const curves = createLoader<CurvesResult>();
  const residuals = createLoader<ResidualsResult>();
  const run = shallowRef<RunReference>();
  const wantedSplit = ref<JudgedSplit>();
  const wantedTab = shallowRef<EvaluateTab>();
  const wantedClass = ref<string>();
  const wantedColumn = ref<string>();
  const wantedLabel = ref<string>();
  /** What a split comes to by another threshold than the run's, of the question that it was tried for. */
  const wantedTry = shallowRef<{ readonly question: Question; readonly threshold: number; readonly judged: SplitReport }>();

  const result = computed(() => report.state.value.value);
  const split = computed<JudgedSplit>(
    () => wantedSplit.value ?? (result.value && !result.value.report.test && result.value.report.validation ? "validation" : "test"),
  );
  /** What the report says of the split; undefined where it has no rows. */
  const reported = computed(() => result.value?.report[split.value]);
  const wantedTarget = computed(() => (typeof wantedTab.value === "object" ? wantedTab.value.target : undefined));
  const whole = computed(() => result.value?.targets.find(({ name }) => name === wantedTarget.value) ?? result.value?.targets[0]);
  const ownLabels = computed(() => (whole.value ? reported.value?.labels?.[whole.value.name] : undefined));
  /** The label that is looked at, as the run tells it: the most mistaken unless another is chosen. */
  const label = computed(() => ownLabels.value?.find((one) => one.label === wantedLabel.value) ?? (ownLabels.value && labelScores(ownLabels.value)[0]));
  /** What is looked at: of several labels one of them, as a target of yes or no. */
  const target = computed<TargetView | undefined>(() => {
    if (!whole.value || !label.value) return whole.value;
    return { name: whole.value.name, kind: "binary", classes: [...namesOf(label.value.label)], threshold: label.value.threshold };
  });
  /** Classes of two targets can be right or wrong together; single rows have to have been kept. */
  const canBeTogether = computed(
    () => (result.value?.targets.filter(({ kind }) => kind === "category" || kind === "binary").length ?? 0) > 1 && result.value?.rows === true,
  );
  const isTogether = computed(() => wantedTab.value === "together" && canBeTogether.value);
  const tab = computed<EvaluateTab>(() => (isTogether.value ? "together" : { target: target.value?.name ?? "" }));
  /** Of several classes, the one that curves tell from the rest; of two, the second. */
  const positive = computed(() =>
    target.value?.kind === "binary"
      ? target.value.classes?.[1]
      : (target.value?.classes?.find((name) => name === wantedClass.value) ?? target.value?.classes?.[0]),
  );
  const column = computed(() => target.value?.columns?.find((name) => name === wantedColumn.value) ?? target.value?.columns?.[0]);
  /** Undefined where there are no rows to look at. */
  const question = computed<Question | undefined>(() =>
    run.value && target.value && target.value.kind !== "embedding" && reported.value && result.value?.rows
      ? { ...run.value, split: split.value, target: target.value.name, ...(label.value && { label: label.value.label }) }
      : undefined,
  );
  const tried = computed(() => (JSON.stringify(wantedTry.value?.question) === JSON.stringify(question.value) ? wantedTry.value : undefined));
  /** The same as `reported`, by the threshold that is tried where one is. */
  const judged = computed(() => tried.value?.judged ?? reported.value);
  /** Of a target of several labels, how each was told; undefined of others. */
  const labels = computed(() => (whole.value ? judged.value?.labels?.[whole.value.name] : undefined));
  const confusion = computed(() => {
    const one = label.value && (labels.value?.find((each) => each.label === label.value?.label) ?? label.value);
    if (one) return labelConfusion(one, namesOf(one.label));
    return target.value ? judged.value?.confusion[target.value.name] : undefined;
  });

  async function loadReport(): Promise<void> {
    const asked = run.value;
    if (asked) await report.load((signal) => studio.procedures.evaluation.report(asked, { signal }));
  }

  function loadCharts(): void {
    const asked = question.value;
    // Forecasts are judged by step and over time, in a store of their own.
    if (!asked || result.value?.report.forecast?.targets[asked.target]) return;
    if (target.value?.kind === "numeric")
      void residuals.load((signal) =>
        studio.procedures.evaluation.residuals({ ...asked, ...(column.value !== undefined && { column: column.value }) }, { signal }),
      );
    else
      void curves.load((signal) =>
        studio.procedures.evaluation.curves({ ...asked, ...(positive.value !== undefined && { class: positive.value }) }, { signal }),
      );
  }

  /** @param reference a run that has ended. */
  function show(reference: RunReference | undefined): void {
    const isSame = reference?.project === run.value?.project && reference?.run === run.value?.run;
    if (reference?.project !== run.value?.project) wantedSplit.value = wantedClass.value = wantedColumn.value = wantedLabel.value = undefined;
    run.value = reference;
    if (!isSame) report.reset();
    void loadReport();
  }

  watch(
    () => JSON.stringify([question.value, positive.value, column.value]),
    () => {
      curves.reset();
      residuals.reset();
      loadCharts();
    },
  );
  const registration = studio.onState((state) => {
    if (state !== "connected") return;
    void loadReport();
    loadCharts();
  });
  onScopeDispose(() => registration.dispose());
  return {
    run,
    result,
    split,
    judged,
    target,
    /** The target with all its labels; otherwise as `target`. */
    whole,
    labels,
    label: computed(() => label.value?.label),
    tab,
    canBeTogether,
    isTogether,
    positive,
    column,
    confusion,
    question,
    reportState: computed(() => report.state.value),
    curves: computed(() => curves.state.value),
    residuals: computed(() => residuals.state.value),
    show,
    /** The threshold that `judged` is by, where it is not the run's. */
    triedAt: computed(() => tried.value?.threshold),
    /** Undefined: by the run's own again. */
    showTried: (next: typeof wantedTry.value) => void (wantedTry.value = next),
    loadReport,
    loadCharts,
    chooseSplit: (next: JudgedSplit) => void (wantedSplit.value = next),
    /** @param wanted what the address says; undefined: what the project was left at. */
    chooseTab(project: string, wanted: EvaluateTab | undefined): void {
      wantedTab.value = wanted ?? rememberedTab(project);
      if (wanted) rememberTab(project, wanted);
    },
    chooseLabel: (name: string) => void (wantedLabel.value = name),
    chooseClass: (name: string) => void (wantedClass.value = name),
    chooseColumn: (name: string) => void (wantedColumn.value = name),
  };
});
