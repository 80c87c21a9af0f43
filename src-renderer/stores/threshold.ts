import { defineStore } from "pinia";
import { computed, onScopeDispose, ref, watch } from "vue";
import type { LatheError } from "../../src-main/base/errors.js";
import type { SplitReport } from "../../src-main/contract/report.js";
import { useStudio } from "../rpc/studio.js";
import { texts } from "../texts/index.js";
import { confusionOf, countsAt, countsOf, roundedBelow, type ConfusionCounts } from "../figures/confusion-counts.js";
import { setLabelThreshold } from "../document/labels.js";
import { type Question, useEvaluation } from "./evaluation.js";
import { createLoader } from "../fetching/loadable.js";
import { useProject } from "./project.js";

/** Milliseconds of calm after which a threshold that is dragged is asked about. */
const calm = 120;
const usual = 0.5;

/** The threshold of a binary target that one tries, and what it decides. */
export const useThreshold = defineStore("threshold", () => {
  const studio = useStudio();
  const evaluation = useEvaluation();
  const project = useProject();
  const judged = createLoader<SplitReport>();
  const deciding = createLoader<unknown>();
  const tried = ref<number>();
  /** As `value`, once it rests. */
  const settled = ref<number>();

  const own = computed(() => (evaluation.target?.kind === "binary" ? (evaluation.target.threshold ?? usual) : undefined));
  const value = computed(() => (own.value === undefined ? undefined : (tried.value ?? own.value)));
  const isOwn = computed(() => value.value === own.value);
  const counts = computed<ConfusionCounts | undefined>(() => {
    // What is judged follows a threshold that is dragged a little later.
    if (evaluation.confusion && value.value === (evaluation.triedAt ?? own.value)) return countsOf(evaluation.confusion);
    return evaluation.curves.value && value.value !== undefined ? countsAt(evaluation.curves.value, value.value) : undefined;
  });
  const confusion = computed(() =>
    evaluation.target?.classes && counts.value && !isOwn.value ? confusionOf(evaluation.target.classes, counts.value) : evaluation.confusion,
  );
  /** What the project says now. */
  const inProject = computed(() => {
    const [training, { target, label }] = [project.draft?.training, evaluation];
    const by = target && training?.thresholds?.[target.name];
    if (typeof by === "number") return by;
    // Of one that is tuned the next run decides.
    if (by === "tune") return undefined;
    if (typeof by === "object" && label !== undefined && Object.hasOwn(by, label)) return by[label];
    const said = training?.["threshold"];
    return typeof said === "number" ? said : usual;
  });

  function forget(): void {
    judged.reset();
    evaluation.showTried(undefined);
  }

  /** Cards, tables and counts of the part as they are by a threshold. */
  async function judgeBy(threshold: number): Promise<void> {
    const asked = evaluation.question;
    if (!asked) return;
    const found = await judged.load((signal) => studio.procedures.evaluation.tried({ ...asked, threshold }, { signal }));
    if (!found || value.value !== threshold || isOwn.value) return;
    evaluation.showTried({ question: asked, threshold, judged: found });
  }

  let timer: ReturnType<typeof setTimeout> | undefined;
  watch(
    value,
    (now) => {
      clearTimeout(timer);
      if (now === undefined || isOwn.value) forget();
      timer = setTimeout(() => {
        settled.value = now;
        if (now !== undefined && !isOwn.value) void judgeBy(now);
      }, calm);
    },
    { immediate: true },
  );
  watch(
    () => JSON.stringify([evaluation.question, evaluation.label]),
    () => {
      tried.value = undefined;
      forget();
    },
  );
  onScopeDispose(() => clearTimeout(timer));

  /** A run decides so from now on, and what is made of it does. @returns what went wrong */
  async function decide({ split: _split, ...asked }: Question, next: number): Promise<LatheError | undefined> {
    await deciding.load(() => studio.procedures.evaluation.decide({ ...asked, threshold: next }));
    const { error } = deciding.state.value;
    if (error) return error;
    tried.value = undefined;
    forget();
    await evaluation.loadReport();
    evaluation.loadCharts();
    return undefined;
  }

  return {
    value,
    own,
    isOwn,
    counts,
    confusion,
    inProject,
    isDeciding: computed(() => deciding.state.value.loading),
    /** For rows: the threshold that is tried, once it rests; undefined: the run's own. What rested before belongs to another target. */
    forRows: computed(() => (tried.value === undefined || isOwn.value || settled.value === own.value ? undefined : settled.value)),
    choose(next: number): void {
      if (next > 0 && next < 1) tried.value = next;
    },
    /** The point of a curve that was chosen. */
    choosePoint: (threshold: number) => void (tried.value = roundedBelow(threshold)),
    reset: () => void (tried.value = undefined),
    decide,
    /** Runs to come decide by it. One step that can be undone. */
    useInProject(): void {
      const next = value.value;
      const [{ target, label }, words] = [evaluation, texts.evaluate.threshold.label];
      if (next === undefined || !target) return;
      project.edit(words, (draft) => {
        if (label !== undefined) setLabelThreshold(draft, target.name, { label, threshold: next });
        else if (draft.training.thresholds && Object.hasOwn(draft.training.thresholds, target.name))
          draft.training.thresholds = { ...draft.training.thresholds, [target.name]: next };
        else draft.training["threshold"] = next;
      });
    },
  };
});
