import { defineStore } from "pinia";
import { computed, onScopeDispose, ref, shallowRef } from "vue";
import { type LatheError, toLatheError } from "../../src-main/base/errors.js";
import type { FormField, OnePrediction, PredictionForm } from "../../src-main/contract/evaluation-views.js";
import type { RunReference } from "../../src-main/contract/summaries.js";
import { targetColumns } from "../../src-main/features/index.js";
import { useStudio } from "../rpc/studio.js";
import { createLoader } from "../fetching/loadable.js";
import { useProject } from "./project.js";

/** Milliseconds of calm before what is typed is asked. */
const calm = 150;

/** A row of the project's table that the form was filled from, with what it says of the targets. */
export interface FilledRow {
  readonly row: number;
  readonly truths: Readonly<Record<string, string>>;
}

/** One row that a run's model is asked about, and its answer, live. */
export const usePredictOne = defineStore("predict-one", () => {
  const studio = useStudio();
  const project = useProject();
  const form = createLoader<PredictionForm>();
  const answer = createLoader<OnePrediction>();
  const reference = shallowRef<RunReference>();
  /** As they would stand in a file, by column; null: missing. */
  const values = ref<Record<string, string | null>>({});
  const filled = shallowRef<FilledRow>();
  const filling = ref(false);
  const fillError = shallowRef<LatheError>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  /** Columns of pictures; without one there is nothing to ask. */
  const pictures = computed(() => (form.state.value.value?.fields ?? []).filter(({ kind }) => kind === "picture").map(({ column }) => column));
  /** Those without a picture yet. */
  const lacking = computed(() => pictures.value.filter((column) => (values.value[column] ?? null) === null));
  const lacksPicture = computed(() => lacking.value.length > 0);
  /** Whether a picture is all that is asked about. */
  const isPicture = computed(() => pictures.value.length === 1 && form.state.value.value?.fields.length === 1);

  async function show(next: RunReference | undefined): Promise<void> {
    // Meanwhile it may decide by another threshold, or have been taken up again.
    if (next?.project === reference.value?.project && next?.run === reference.value?.run) return load();
    const before = next?.project === reference.value?.project ? values.value : {};
    reference.value = next;
    form.reset();
    answer.reset();
    filled.value = undefined;
    fillError.value = undefined;
    values.value = before;
    await load();
  }

  async function load(): Promise<void> {
    const run = reference.value;
    if (!run) return;
    await form.load((signal) => studio.procedures.prediction.form(run, { signal }));
    if (reference.value !== run) return;
    // What was typed for another run's model is kept, where this one reads it too.
    const fields = form.state.value.value?.fields ?? [];
    values.value = Object.fromEntries(
      fields.map(({ column, kind, typical }) => [column, Object.hasOwn(values.value, column) ? (values.value[column] ?? null) : typicalOf(kind, typical)]),
    );
    ask();
  }

  function ask(): void {
    clearTimeout(timer);
    const run = reference.value;
    if (lacksPicture.value) return answer.reset();
    // A plain copy: a port of the desktop window cannot send what Vue watches.
    if (run && form.state.value.value) void answer.load((signal) => studio.procedures.prediction.one({ ...run, values: { ...values.value } }, { signal }));
  }

  function set(column: string, value: string | null): void {
    values.value = { ...values.value, [column]: value };
    filled.value = undefined;
    clearTimeout(timer);
    timer = setTimeout(ask, calm);
  }

  function reset(): void {
    values.value = Object.fromEntries((form.state.value.value?.fields ?? []).map(({ column, kind, typical }) => [column, typicalOf(kind, typical)]));
    filled.value = undefined;
    fillError.value = undefined;
    ask();
  }

  /** A row by chance of those that training never saw; of all where there are none. @param random from 0 to 1, 1 excluded. */
  async function fill(random: number): Promise<void> {
    const run = reference.value;
    const fields = form.state.value.value?.fields;
    // A form that is still on its way has nothing to fill.
    if (!run || filling.value || !fields) return;
    filling.value = true;
    fillError.value = undefined;
    try {
      const rows = (offset: number, onlyTest: boolean) =>
        studio.procedures.data.rows({ project: run.project, offset, limit: 1, filters: onlyTest ? [{ kind: "split", split: "test" }] : [] });
      const first = await rows(0, true).catch(() => undefined);
      const onlyTest = first !== undefined && first.total > 0;
      const total = onlyTest ? first.total : (await rows(0, false)).total;
      const page = await rows(Math.floor(random * total), onlyTest);
      const row = page.rows[0];
      if (!row || reference.value !== run) return;
      const cells = new Map(page.columns.map((column, i) => [column, row.cells[i] ?? null]));
      const next = await Promise.all(
        fields.map(async ({ column, kind }) => {
          const cell = cells.get(column) ?? null;
          // A picture is named from the project's folder; a model is asked about any.
          return [column, kind === "picture" && cell !== null ? await placeOf(run.project, cell, row.split === "test") : cell] as const;
        }),
      );
      if (reference.value !== run) return;
      values.value = Object.fromEntries(next);
      const truths = (project.draft?.data.targets ?? []).map(
        (target) =>
          [
            target.name,
            targetColumns(target)
              .map((column) => cells.get(column) ?? "")
              .join(", "),
          ] as const,
      );
      filled.value = { row: row.row, truths: Object.fromEntries(truths) };
      ask();
    } catch (thrown) {
      fillError.value = toLatheError(thrown);
    } finally {
      filling.value = false;
    }
  }

  async function placeOf(of: string, picture: string, isTest: boolean): Promise<string> {
    const source = project.draft?.data.source;
    return (await studio.procedures.pictures.sample({ project: of, picture, test: isTest && source?.test !== undefined, side: 16 })).path;
  }

  const registration = studio.onState((state) => {
    if (state !== "connected") return;
    if (form.state.value.value) ask();
    else void load();
  });
  onScopeDispose(() => {
    clearTimeout(timer);
    registration.dispose();
  });
  return {
    form: computed(() => form.state.value),
    answer: computed(() => answer.state.value),
    values,
    filled,
    filling,
    fillError,
    pictures,
    isPicture,
    lacking,
    lacksPicture,
    run: computed(() => reference.value),
    show,
    load,
    set,
    reset,
    fill,
    ask,
  };
});

/** Nothing is typical of pictures. */
function typicalOf(kind: FormField["kind"], typical: string): string | null {
  return kind === "picture" ? null : typical;
}
