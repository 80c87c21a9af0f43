import { defineStore } from "pinia";
import { computed, onScopeDispose, ref, shallowRef, watch } from "vue";
import type { JointErrors, JointOutcome, JointRow, JointRows } from "../../src-main/contract/evaluation-views.js";
import type { RunReference } from "../../src-main/contract/summaries.js";
import { createLoader } from "../fetching/loadable.js";
import { createPages } from "../fetching/pages.js";
import { useStudio } from "../rpc/studio.js";
import { useEvaluation, type JudgedSplit } from "./evaluation.js";

export const jointOrders = ["worst", "row"] as const;

/** For each target of classes: what is wanted of it; null: whatever. */
export type WantedOutcomes = readonly (JointOutcome | null)[];

interface View extends RunReference {
  readonly split: JudgedSplit;
  readonly outcomes?: WantedOutcomes;
  readonly order: (typeof jointOrders)[number];
}

/** Whether the sample's own answer is known, and the prediction is another. A number has no confidence: it is not right or wrong. */
export function isWrong({ confidence, truth, predicted }: JointRow["answers"][number]): boolean {
  return confidence !== undefined && truth !== undefined && truth !== predicted;
}

/** What a run got right and wrong over several targets at once, and the samples behind each combination. */
export const useJointErrors = defineStore("joint-errors", () => {
  const studio = useStudio();
  const evaluation = useEvaluation();
  const errors = createLoader<JointErrors>();
  const chosen = shallowRef<WantedOutcomes>();
  const order = ref<(typeof jointOrders)[number]>("worst");
  const selected = ref<number>();
  const selectedRow = shallowRef<JointRow>();
  const pages = createPages<View, JointRow, JointRows>({
    onState: (listener) => studio.onState(listener),
    fetch: ({ outcomes, ...view }, offset, limit, signal) =>
      studio.procedures.evaluation.jointRows({ ...view, ...(outcomes && { outcomes: [...outcomes] }), offset, limit }, { signal }),
    alike: (a, b) => a.project === b.project && a.run === b.run,
  });

  const question = computed(() =>
    evaluation.isTogether && evaluation.question
      ? { project: evaluation.question.project, run: evaluation.question.run, split: evaluation.question.split }
      : undefined,
  );
  const result = computed(() => errors.state.value.value);
  /** The most frequent combination with a mistake is what one wants to see first; all samples where there is none. */
  const outcomes = computed<WantedOutcomes | undefined>(
    () => chosen.value ?? result.value?.combinations.find((one) => one.outcomes.includes("wrong"))?.outcomes ?? undefined,
  );
  const view = computed<View | undefined>(() =>
    question.value && result.value ? { ...question.value, ...(outcomes.value && { outcomes: outcomes.value }), order: order.value } : undefined,
  );

  function load(): void {
    const asked = question.value;
    if (asked) void errors.load((signal) => studio.procedures.evaluation.joint(asked, { signal }));
  }

  function select(row: JointRow | undefined): void {
    selected.value = row?.row;
    selectedRow.value = row;
  }

  watch(
    () => JSON.stringify(question.value),
    () => {
      errors.reset();
      chosen.value = undefined;
      select(undefined);
      load();
    },
    { immediate: true },
  );
  watch(view, (next) => pages.show(next), { immediate: true });
  const registration = studio.onState((state) => {
    if (state === "connected") load();
  });
  onScopeDispose(() => registration.dispose());

  return {
    result,
    state: computed(() => errors.state.value),
    load,
    outcomes,
    order,
    view,
    selected,
    selectedRow,
    select,
    /** Samples of one combination. */
    only(next: WantedOutcomes): void {
      chosen.value = next;
      select(undefined);
    },
    all(): void {
      chosen.value = result.value?.targets.map(() => null);
      select(undefined);
    },
    targets: computed(() => pages.latest.value?.targets ?? []),
    columns: computed(() => pages.latest.value?.columns ?? []),
    total: computed(() => pages.latest.value?.total),
    note: computed(() => pages.latest.value?.note),
    loading: computed(() => pages.loading.value),
    error: computed(() => pages.error.value),
    row: (index: number) => pages.row(index),
    want: (first: number, last: number) => pages.want(first, last),
    refresh: () => pages.refresh(),
  };
});
