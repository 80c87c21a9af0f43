import { defineStore } from "pinia";
import { computed, ref, shallowRef, watch } from "vue";
import type { JudgedRow, JudgedRows } from "../../src-main/contract/evaluation-views.js";
import { useStudio } from "../rpc/studio.js";
import { useEvaluation, type Question } from "./evaluation.js";
import { createPages } from "../fetching/pages.js";
import { usePictureData } from "./picture-data.js";
import { useThreshold } from "./threshold.js";

export const rowOrders = ["worst", "sure", "unsure", "row"] as const;
export const rowKinds = ["mistakes", "correct", "all"] as const;

/** Which rows, and in which order. */
export interface RowChoice {
  readonly show: (typeof rowKinds)[number];
  readonly truth?: string;
  readonly predicted?: string;
  /** Of numbers: predicted − actual within these bounds. */
  readonly residual?: { readonly from: number; readonly to: number };
}

interface View extends Question {
  readonly choice: RowChoice;
  readonly order: (typeof rowOrders)[number];
  readonly column?: string;
  readonly threshold?: number;
}

const worst: RowChoice = { show: "mistakes" };
const every: RowChoice = { show: "all" };

/** The rows that were judged, one by one: the worst mistakes first unless something else is asked for. */
export const useJudgedRows = defineStore("judged-rows", () => {
  const studio = useStudio();
  const evaluation = useEvaluation();
  const threshold = useThreshold();
  const pictures = usePictureData();
  const chosen = shallowRef<RowChoice>();
  const chosenOrder = ref<(typeof rowOrders)[number]>();
  /** Of pictures the most confident first: what the network is sure of and wrong in tells most. */
  const order = computed<(typeof rowOrders)[number]>({
    get: () => chosenOrder.value ?? (pictures.hasPictures && evaluation.target?.kind !== "numeric" ? "sure" : "worst"),
    set: (next) => void (chosenOrder.value = next),
  });
  /** The number of the row that is looked at. */
  const selected = ref<number>();
  /** The same row, once it is there. */
  const selectedRow = shallowRef<JudgedRow>();
  /** The place of a row that was asked for before it came. */
  const awaited = ref<number>();
  const pages = createPages<View, JudgedRow, JudgedRows>({
    onState: (listener) => studio.onState(listener),
    fetch: ({ choice, ...view }, offset, limit, signal) => studio.procedures.evaluation.rows({ ...view, ...choice, offset, limit }, { signal }),
    alike: (a, b) => a.project === b.project && a.run === b.run && a.target === b.target && a.label === b.label && a.column === b.column,
  });

  const isNumeric = computed(() => evaluation.target?.kind === "numeric");
  const choice = computed<RowChoice>(() => chosen.value ?? (isNumeric.value ? every : worst));
  const view = computed<View | undefined>(
    () =>
      evaluation.question && {
        ...evaluation.question,
        choice: choice.value,
        order: order.value,
        ...(evaluation.column !== undefined && { column: evaluation.column }),
        ...(threshold.forRows !== undefined && { threshold: threshold.forRows }),
      },
  );
  watch(view, (next) => pages.show(next), { immediate: true });
  watch(
    () => JSON.stringify([evaluation.question?.project, evaluation.question?.run, evaluation.question?.target, evaluation.label, evaluation.column]),
    () => {
      only(undefined);
    },
  );
  // It may have been chosen by its number only, and what is decided of it may have changed.
  watch(
    () => pages.latest.value,
    (page) => {
      const found = page?.rows.find(({ row }) => row === selected.value);
      if (found) selectedRow.value = found;
    },
  );

  watch(
    () => (awaited.value === undefined ? undefined : pages.row(awaited.value)),
    (row) => {
      if (row) select(row);
    },
  );

  function only(next: RowChoice | undefined, row?: number): void {
    chosen.value = next;
    selected.value = row;
    selectedRow.value = undefined;
    awaited.value = undefined;
  }

  function select(row: JudgedRow | undefined): void {
    selected.value = row?.row;
    selectedRow.value = row;
    awaited.value = undefined;
  }

  return {
    choice,
    order,
    selected,
    isNumeric,
    /** Changes with every new choice of rows, for who scrolls to its beginning. */
    view,
    columns: computed(() => pages.latest.value?.columns ?? []),
    total: computed(() => pages.latest.value?.total),
    note: computed(() => pages.latest.value?.note),
    loading: computed(() => pages.loading.value),
    error: computed(() => pages.error.value),
    row: (index: number) => pages.row(index),
    want: (first: number, last: number) => pages.want(first, last),
    refresh: () => pages.refresh(),
    selectedRow,
    /** Looks at a row, or at none. */
    select,
    /** Looks at the row in this place of the order shown, as soon as it is there. */
    selectAt(index: number): void {
      const row = pages.row(index);
      if (row) select(row);
      else awaited.value = index;
    },
    only,
    /** Rows of one cell of the confusion matrix. */
    ofCell: (truth: string, predicted: string) => only({ show: "all", truth, predicted }),
    /** Rows of one class, mistaken or not. */
    ofClass: (truth: string) => only({ show: "all", truth }),
    ofResiduals: (from: number, to: number, row?: number) => only({ show: "all", residual: { from, to } }, row),
    /** The worst first again. */
    clear(): void {
      only(undefined);
      chosenOrder.value = undefined;
    },
  };
});
