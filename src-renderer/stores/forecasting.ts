import { defineStore } from "pinia";
import { computed, onScopeDispose, ref, shallowRef, watch } from "vue";
import type { KnownValues } from "../../src-main/contract/forecast-result.js";
import type { RunReference } from "../../src-main/contract/summaries.js";
import { isKnown, reachOf } from "../document/series.js";
import { createWork } from "../fetching/work.js";
import { useStudio } from "../rpc/studio.js";
import { useProject } from "./project.js";

/** Rows before the forecast that are drawn. */
const HISTORY = 200;
/** Milliseconds of calm after a change before it is forecast anew. */
const calm = 300;

/** Values by step, as far as they are given; of one series by its id, or of all. */
type Given = Readonly<Record<string, readonly (number | null | undefined)[]>>;

/** What comes after the end of a series, by a run's model: drawn, and what if other values were known in advance. */
export const useForecasting = defineStore("forecasting", () => {
  const studio = useStudio();
  const project = useProject();
  const work = createWork(studio, "forecast");
  const saving = createWork(studio, "forecast");
  const reference = shallowRef<RunReference>();
  const steps = ref<number>();
  const wantedId = ref<string>();
  const data = ref<string>();
  const out = ref<string>();
  const given = shallowRef<Given>({});
  let timer: ReturnType<typeof setTimeout> | undefined;

  const result = computed(() => work.state.value.result);
  /** The series that is drawn. */
  const drawn = computed(() => result.value?.drawn[0]);
  const ids = computed(() => (result.value?.series ?? []).flatMap(({ id }) => (id === undefined ? [] : [id])));
  /** Columns that a what-if may change; those of the calendar are what they are. */
  const columns = computed(() => {
    const lacking = lacks.value.map(({ column }) => column);
    const known = Object.keys(drawn.value?.forecast.known ?? {}).filter((column) => project.draft && isKnown(project.draft, column));
    return [...new Set([...known, ...lacking])];
  });
  /** What the table does not say of the steps ahead, where that keeps the forecast from being made. */
  const lacks = computed<readonly { readonly column: string; readonly from: string; readonly to: string }[]>(() => {
    const short: unknown = work.state.value.error?.details["short"];
    if (!Array.isArray(short)) return [];
    const seen = new Map<string, { column: string; from: string; to: string }>();
    for (const one of short as unknown[])
      if (typeof one === "object" && one !== null && "column" in one && "from" in one && "to" in one)
        if (!seen.has(String(one.column))) seen.set(String(one.column), { column: String(one.column), from: String(one.from), to: String(one.to) });
    return [...seen.values()];
  });
  const count = computed(() => result.value?.steps ?? steps.value ?? (project.draft ? reachOf(project.draft).horizon : 1));

  function question() {
    const known: KnownValues[] = Object.entries(given.value).map(([column, values]) => ({
      column,
      values: Array.from({ length: count.value }, (_, step) => values[step] ?? valueAt(column, step)),
    }));
    return {
      ...(steps.value === undefined ? {} : { steps: steps.value }),
      ...(data.value === undefined ? {} : { data: data.value }),
      ...(known.length === 0 ? {} : { known }),
      history: HISTORY,
      series: 1,
      ...(wantedId.value === undefined ? {} : { ids: [wantedId.value] }),
    };
  }

  function start(): void {
    timer = undefined;
    if (reference.value) work.start({ ...reference.value, ...question() });
  }

  function soon(): void {
    clearTimeout(timer);
    timer = setTimeout(start, calm);
  }

  /** Of the table, or as it was given before. */
  function valueAt(column: string, step: number): number | null {
    return given.value[column]?.[step] ?? drawn.value?.forecast.known[column]?.[step] ?? null;
  }

  function show(next: RunReference | undefined): void {
    if (next?.project === reference.value?.project && next?.run === reference.value?.run) return;
    work.reset();
    saving.reset();
    reference.value = next;
    given.value = {};
    steps.value = wantedId.value = undefined;
    if (next) start();
  }

  watch(
    () => project.path,
    () => {
      data.value = out.value = undefined;
    },
  );
  onScopeDispose(() => clearTimeout(timer));

  return {
    reference,
    result,
    drawn,
    ids,
    id: computed(() => drawn.value?.id ?? wantedId.value),
    columns,
    lacks,
    count,
    data,
    out,
    given,
    state: computed(() => work.state.value),
    saved: computed(() => saving.state.value),
    show,
    start,
    valueAt,
    chooseId(id: string): void {
      wantedId.value = id;
      start();
    },
    chooseSteps(next: number): void {
      steps.value = next;
      soon();
    },
    chooseData(path: string | undefined): void {
      data.value = path;
      given.value = {};
      start();
    },
    /** @param everywhere for every step from this one on */
    give(column: string, step: number, value: number | null, everywhere = false): void {
      const values = Array.from({ length: count.value }, (_, s) => (s === step || (everywhere && s > step) ? value : (given.value[column]?.[s] ?? undefined)));
      given.value = { ...given.value, [column]: values };
      // Until all is there that is lacking, there is nothing to ask.
      const complete = lacks.value.every(({ column: lacking }) => Array.from({ length: count.value }, (_, s) => valueAt(lacking, s)).every((v) => v !== null));
      if (complete) soon();
    },
    clearGiven(): void {
      given.value = {};
      start();
    },
    save(options: { readonly replace: boolean; readonly spreadsheet: boolean }): void {
      if (!reference.value || out.value === undefined) return;
      saving.start({ ...reference.value, ...question(), series: 0, history: 0, out: out.value, ...options });
    },
    cancel: () => work.cancel(),
    cancelSave: () => saving.cancel(),
  };
});
