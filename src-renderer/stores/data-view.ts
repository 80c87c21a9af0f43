import { defineStore } from "pinia";
import { computed, onScopeDispose, ref, shallowRef, watch } from "vue";
import type { ColumnSummary, RowFilterInput } from "../../src-main/contract/table-views.js";
import { useStudio } from "../rpc/studio.js";
import { useProject } from "./project.js";
import { columnsOfInput, inputOf, rolesOf, targetOf } from "../document/roles.js";
import { createRowPages } from "../fetching/row-pages.js";
import { createWork } from "../fetching/work.js";

/** Milliseconds of calm after a saved change before the project is audited anew. */
const calm = 250;

/** The table that the open project learns from: its columns, its rows, and what an audit says of them. */
export const useDataView = defineStore("data-view", () => {
  const studio = useStudio();
  const project = useProject();
  const columnWork = createWork(studio, "columns");
  const auditWork = createWork(studio, "audit");
  const pages = createRowPages(studio);
  const selected = ref<string>();
  const filters = shallowRef<readonly RowFilterInput[]>([]);
  const search = ref("");
  const sort = shallowRef<{ readonly column: string; readonly descending: boolean }>();
  /** How often the file was found to be another than it was. */
  const changes = ref(0);
  let shown: string | undefined;
  /** Of the columns last seen, and of the source they are from. */
  let fingerprint: string | undefined;
  let fingerprintSource: string | undefined;
  /** What was audited last, as saved. */
  let audited: string | undefined;

  const columns = computed<readonly ColumnSummary[]>(() => columnWork.state.value.result?.columns ?? []);
  const names = computed(() => columns.value.map(({ name }) => name));
  const roles = computed(() => (project.draft ? rolesOf(project.draft, names.value) : new Map()) as ReturnType<typeof rolesOf>);
  /** Until one is chosen, what is to be predicted. */
  const column = computed(
    () => columns.value.find(({ name }) => name === selected.value) ?? columns.value.find(({ name }) => roles.value.get(name) === "target") ?? columns.value[0],
  );
  /** The parts of the document that decide what the table is, and how it is used. */
  const source = computed(() => JSON.stringify(project.draft?.data.source));
  /** Where the rows come from, whatever is said of single ones. */
  const place = computed(() => {
    const {
      exclude: _exclude,
      testExclude: _testExclude,
      relabel: _relabel,
      testRelabel: _testRelabel,
      ...rest
    } = (project.draft?.data.source ?? {}) as Readonly<Record<string, unknown>>;
    return JSON.stringify(rest);
  });
  const saved = computed(() => (project.document === undefined || project.unsaved ? undefined : JSON.stringify([project.draft?.data, project.draft?.seed])));
  const allFilters = computed<readonly RowFilterInput[]>(() =>
    search.value === "" ? filters.value : [...filters.value, { kind: "text", text: search.value }],
  );

  function reset(path: string | undefined): void {
    if (shown === path) return;
    shown = path;
    columnWork.reset();
    auditWork.reset();
    pages.show(undefined);
    selected.value = undefined;
    filters.value = [];
    search.value = "";
    sort.value = undefined;
    fingerprint = undefined;
    audited = undefined;
  }

  function lookAtColumns(): void {
    if (project.path !== undefined) columnWork.start({ project: project.path });
  }

  function audit(): void {
    if (project.path === undefined) return;
    audited = saved.value;
    auditWork.start({ project: project.path });
  }

  function showRows(): void {
    pages.show(
      project.path === undefined || !columnWork.state.value.result ? undefined : { project: project.path, filters: allFilters.value, sort: sort.value },
    );
  }

  /** Everything anew, from the file. */
  function reload(): void {
    lookAtColumns();
    audit();
    pages.refresh();
  }

  /** Keeps the view up to date until the calling scope ends. */
  function follow(): void {
    let timer: ReturnType<typeof setTimeout> | undefined;
    watch(() => project.path, reset, { immediate: true });
    // Of another source, nothing that is known holds any more.
    let sourceBefore: string | undefined;
    let placeBefore: string | undefined;
    watch(
      [saved, source] as const,
      ([now, from]) => {
        if (now === undefined) return;
        if (from !== sourceBefore) {
          if (sourceBefore !== undefined && placeBefore !== place.value) {
            filters.value = [];
            sort.value = undefined;
          }
          sourceBefore = from;
          placeBefore = place.value;
          lookAtColumns();
        }
        clearTimeout(timer);
        if (now === audited && auditWork.state.value.result) return;
        const first = auditWork.state.value.result === undefined && !auditWork.state.value.running;
        timer = setTimeout(
          () => {
            audit();
            pages.refresh();
          },
          first ? 0 : calm,
        );
      },
      { immediate: true },
    );
    watch([allFilters, sort, () => columnWork.state.value.result] as const, showRows, { immediate: true });
    watch(
      () => columnWork.state.value.result,
      (result) => {
        if (!result) return;
        const print = JSON.stringify(result);
        if (fingerprint !== undefined && fingerprint !== print && sourceBefore === fingerprintSource) {
          changes.value++;
          audit();
          pages.refresh();
        }
        fingerprint = print;
        fingerprintSource = sourceBefore;
        if (selected.value !== undefined && !result.columns.some(({ name }) => name === selected.value)) selected.value = undefined;
        filters.value = filters.value.filter(
          (filter) => !("column" in filter) || filter.column === undefined || result.columns.some(({ name }) => name === filter.column),
        );
        if (sort.value && !result.columns.some(({ name }) => name === sort.value?.column)) sort.value = undefined;
      },
    );
    // An audit puts aside pictures that cannot be read: who looks at those excluded sees them now.
    watch(
      () => auditWork.state.value.result,
      (result) => {
        if (result && allFilters.value.some(({ kind }) => kind === "skipped")) pages.refresh();
      },
    );
    // Whoever comes back may have changed the file; where it is the same, the host knows the answer.
    const back = () => {
      if (!columnWork.state.value.running && columnWork.state.value.result) lookAtColumns();
    };
    addEventListener("focus", back);
    const registration = studio.onState((state) => {
      if (state !== "connected") return;
      lookAtColumns();
      audit();
    });
    onScopeDispose(() => {
      clearTimeout(timer);
      removeEventListener("focus", back);
      registration.dispose();
      columnWork.cancel();
      auditWork.cancel();
    });
  }
  return {
    columns,
    names,
    roles,
    column,
    selected,
    filters,
    search,
    sort,
    allFilters,
    changes,
    rowColumns: computed(() => pages.columns.value),
    rowTotal: computed(() => pages.total.value),
    rowsLoading: computed(() => pages.loading.value),
    rowsError: computed(() => pages.error.value),
    row: (index: number) => pages.row(index),
    wantRows: (first: number, last: number) => pages.want(first, last),
    refreshRows: () => pages.refresh(),
    columnState: computed(() => columnWork.state.value),
    auditState: computed(() => auditWork.state.value),
    auditResult: computed(() => auditWork.state.value.result),
    input: computed(() => (project.draft && column.value ? inputOf(project.draft, column.value.name, names.value) : undefined)),
    inputColumns: computed(() => {
      const input = project.draft && column.value ? inputOf(project.draft, column.value.name, names.value) : undefined;
      return project.draft && input ? columnsOfInput(project.draft, input, names.value) : [];
    }),
    target: computed(() => (project.draft && column.value ? targetOf(project.draft, column.value.name) : undefined)),
    select: (name: string) => void (selected.value = name),
    addFilter(filter: RowFilterInput): void {
      if (!filters.value.some((other) => JSON.stringify(other) === JSON.stringify(filter))) filters.value = [...filters.value, filter].slice(-7);
    },
    /** Only these rows. */
    onlyRows: (filter: RowFilterInput) => void (filters.value = [filter]),
    removeFilter: (index: number) => void (filters.value = filters.value.filter((_, i) => i !== index)),
    clearFilters(): void {
      filters.value = [];
      search.value = "";
    },
    sortBy(name: string): void {
      const current = sort.value?.column === name ? sort.value : undefined;
      sort.value = !current ? { column: name, descending: false } : current.descending ? undefined : { column: name, descending: true };
    },
    cancelColumns: () => columnWork.cancel(),
    cancelAudit: () => auditWork.cancel(),
    follow,
    reload,
    audit,
    lookAtColumns,
  };
});
