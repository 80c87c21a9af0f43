import { defineStore } from "pinia";
import { computed, onScopeDispose, ref, shallowRef, watch } from "vue";
import type { SeriesOverview, SeriesSampleAnswer, SeriesViewAnswer } from "../../src-main/contract/series-drawing.js";
import { targetColumns } from "../../src-main/features/index.js";
import { reachOf } from "../document/series.js";
import { createLoader } from "../fetching/loadable.js";
import { useStudio } from "../rpc/studio.js";
import { useProject } from "./project.js";

/** Milliseconds of calm after the view has moved before its stretch is fetched. */
const calm = 60;
/** Stretches that a line is cut into over what is in view, and over the whole. */
const [POINTS, WHOLE] = [1200, 500];
/** How much more than what is in view is fetched, at each side: moving a little finds it there. */
const MARGIN = 0.5;
/** Columns that are drawn at once. */
const MOST = 4;

interface Range {
  readonly min: number;
  readonly max: number;
}

/** The open project's series as the Data screen draws it: which one, which columns, what is in view, and the sample that is looked at. */
export const useSeriesView = defineStore("series-view", () => {
  const studio = useStudio();
  const project = useProject();
  const overview = createLoader<SeriesOverview>();
  const stretch = createLoader<SeriesViewAnswer>();
  const whole = createLoader<SeriesViewAnswer>();
  const sample = createLoader<SeriesSampleAnswer>();
  const wantedId = ref<string>();
  const wantedColumns = shallowRef<readonly string[]>();
  const wantedView = shallowRef<Range>();
  /** The moment that was chosen. */
  const at = ref<number>();
  let timer: ReturnType<typeof setTimeout> | undefined;

  const found = computed(() => overview.state.value.value);
  const source = computed(() =>
    project.document === undefined || project.unsaved || !project.isSeries ? undefined : JSON.stringify([project.path, project.draft?.data.source]),
  );
  const listed = computed(() => found.value?.report.series ?? []);
  const series = computed(() => listed.value.find(({ id }) => id === wantedId.value) ?? listed.value[0]);
  const targets = computed(() => (project.draft?.data.targets ?? []).flatMap(targetColumns));
  const columns = computed(() => {
    const { numbers = [] } = found.value ?? {};
    const chosen = (wantedColumns.value ?? []).filter((name) => numbers.includes(name));
    if (chosen.length > 0) return chosen;
    const first = targets.value.filter((name) => numbers.includes(name)).slice(0, 1);
    return first.length > 0 ? first : numbers.slice(0, 1);
  });
  const range = computed<Range>(() => {
    const [first = 0, last = 1] = [series.value?.first.us, series.value?.last.us];
    return first < last ? { min: first, max: last } : { min: first - 0.5, max: first + 0.5 };
  });
  const view = computed<Range>(() => {
    const { min, max } = range.value;
    const wanted = wantedView.value;
    return wanted && wanted.min < max && wanted.max > min ? { min: Math.max(min, wanted.min), max: Math.min(max, wanted.max) } : range.value;
  });
  const reach = computed(() => (project.draft ? reachOf(project.draft) : { past: 0, ahead: 0, length: 0, horizon: 0 }));

  function look(): void {
    const path = project.path;
    if (path === undefined || !project.isSeries) return;
    void overview.load((signal) => studio.procedures.series.overview({ project: path }, { signal }));
  }

  function ask(range: Range, points: number, signal: AbortSignal): Promise<SeriesViewAnswer> {
    const id = series.value?.id;
    return studio.procedures.series.view(
      { project: project.path ?? "", columns: [...columns.value], from: range.min, to: range.max, points, ...(id === undefined ? {} : { id }) },
      { signal },
    );
  }

  function fetchWhole(): void {
    if (series.value && columns.value.length > 0) void whole.load((signal) => ask(range.value, WHOLE, signal));
  }

  function fetchStretch(): void {
    timer = undefined;
    if (!series.value || columns.value.length === 0) return;
    const { min, max } = view.value;
    const more = (max - min) * MARGIN;
    const wide = { min: Math.max(range.value.min, min - more), max: Math.min(range.value.max, max + more) };
    void stretch.load((signal) => ask(wide, Math.ceil((POINTS * (wide.max - wide.min)) / (max - min)), signal));
  }

  function soon(wait: number): void {
    clearTimeout(timer);
    timer = setTimeout(fetchStretch, wait);
  }

  function fetchSample(): void {
    const [path, moment, id] = [project.path, at.value, series.value?.id];
    if (path === undefined || moment === undefined || !series.value) return sample.reset();
    const { past, ahead } = reach.value;
    void sample.load((signal) => studio.procedures.series.sample({ project: path, at: moment, past, ahead, ...(id === undefined ? {} : { id }) }, { signal }));
  }

  /** Keeps what is drawn up to date until the calling scope ends. */
  function follow(): void {
    let shown: string | undefined;
    watch(
      source,
      (now) => {
        if (now === undefined) return;
        if (shown !== project.path) {
          shown = project.path;
          for (const loader of [overview, stretch, whole, sample]) loader.reset();
          wantedId.value = wantedColumns.value = wantedView.value = at.value = undefined;
        }
        look();
      },
      { immediate: true },
    );
    watch(
      [found, () => series.value?.id, columns] as const,
      () => {
        fetchWhole();
        soon(0);
      },
      { immediate: true },
    );
    watch(view, () => soon(calm));
    watch([at, () => series.value?.id, reach, found] as const, fetchSample, { immediate: true });
    const registration = studio.onState((state) => {
      if (state === "connected") look();
    });
    onScopeDispose(() => {
      clearTimeout(timer);
      registration.dispose();
    });
  }

  return {
    overview: computed(() => overview.state.value),
    found,
    listed,
    series,
    columns,
    targets,
    range,
    view,
    reach,
    at,
    stretch: computed(() => stretch.state.value),
    whole: computed(() => whole.state.value.value),
    sample: computed(() => sample.state.value),
    most: MOST,
    follow,
    look,
    chooseId(id: string): void {
      wantedId.value = id;
      wantedView.value = undefined;
      at.value = undefined;
    },
    toggleColumn(name: string): void {
      const now = columns.value;
      const next = now.includes(name) ? now.filter((other) => other !== name) : [...now, name].slice(-MOST);
      if (next.length > 0) wantedColumns.value = next;
    },
    show: (next: Range | undefined) => void (wantedView.value = next),
    pick: (moment: number | undefined) => void (at.value = moment),
    /** The sample beside the one that is looked at. */
    step(by: number): void {
      const { value } = sample.state.value;
      const next = by < 0 ? value?.before : value?.after;
      if (next !== undefined) at.value = next;
    },
  };
});
