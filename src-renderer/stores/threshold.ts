import { defineStore } from "pinia";
import { computed, onScopeDispose, ref, watch } from "vue";
import { useStudio } from "../rpc/studio.js";
import { texts } from "../texts/index.js";
import { confusionOf, countsAt, countsOf, isExact, roundedBelow, type ConfusionCounts } from "../figures/confusion-counts.js";
import { setLabelThreshold } from "../document/labels.js";
import { useEvaluation } from "./evaluation.js";
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
  const counted = createLoader<{ readonly threshold: number; readonly counts: ConfusionCounts }>();
  const tried = ref<number>();
  /** As `value`, once it rests. */
  const settled = ref<number>();

  const own = computed(() => (evaluation.target?.kind === "binary" ? (evaluation.target.threshold ?? usual) : undefined));
  const value = computed(() => (own.value === undefined ? undefined : (tried.value ?? own.value)));
  const isOwn = computed(() => value.value === own.value);
  const estimate = computed(() => (evaluation.curves.value && value.value !== undefined ? countsAt(evaluation.curves.value, value.value) : undefined));
  const counts = computed<ConfusionCounts | undefined>(() => {
    if (isOwn.value && evaluation.confusion) return countsOf(evaluation.confusion);
    const exact = counted.state.value.value;
    return exact && exact.threshold === value.value ? exact.counts : estimate.value;
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

  /** Long curves come thinned: where it matters, the host counts. */
  async function count(threshold: number): Promise<void> {
    const [asked, classes, curves] = [evaluation.question, evaluation.target?.classes, evaluation.curves.value];
    const [no, yes] = classes ?? [];
    if (!asked || no === undefined || yes === undefined || !curves || isExact(curves)) return;
    await counted.load(async (signal) => {
      const totals = await Promise.all(
        [yes, no].map((truth) =>
          studio.procedures.evaluation.rows({ ...asked, truth, predicted: yes, show: "all", order: "row", threshold, offset: 0, limit: 1 }, { signal }),
        ),
      );
      const [truePositives = 0, falsePositives = 0] = totals.map(({ total }) => total);
      return {
        threshold,
        counts: { truePositives, falsePositives, falseNegatives: curves.positives - truePositives, trueNegatives: curves.negatives - falsePositives },
      };
    });
  }

  let timer: ReturnType<typeof setTimeout> | undefined;
  watch(
    value,
    (now) => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        settled.value = now;
        if (now !== undefined && !isOwn.value) void count(now);
      }, calm);
    },
    { immediate: true },
  );
  watch(
    () => JSON.stringify([evaluation.question?.run, evaluation.question?.target, evaluation.label]),
    () => (tried.value = undefined),
  );
  watch(
    () => evaluation.curves.value,
    () => {
      counted.reset();
      if (value.value !== undefined && !isOwn.value) void count(value.value);
    },
  );
  onScopeDispose(() => clearTimeout(timer));
  return {
    value,
    own,
    isOwn,
    counts,
    confusion,
    inProject,
    /** For rows: the threshold that is tried, once it rests; undefined: the run's own. What rested before belongs to another target. */
    forRows: computed(() => (tried.value === undefined || isOwn.value || settled.value === own.value ? undefined : settled.value)),
    choose(next: number): void {
      if (next > 0 && next < 1) tried.value = next;
    },
    /** The point of a curve that was chosen. */
    choosePoint: (threshold: number) => void (tried.value = roundedBelow(threshold)),
    reset: () => void (tried.value = undefined),
    /** Runs from now on decide by it. One step that can be undone. */
    use(): void {
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
