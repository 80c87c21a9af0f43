import { onScopeDispose, shallowReactive, shallowRef, type Ref } from "vue";
import { type LatheError, toLatheError } from "../../src-main/base/errors.js";
import type { RowFilterInput, TableRow } from "../../src-main/contract/table-views.js";
import type { StudioContract } from "../../src-main/contract/procedures.js";
import type { ReconnectingClient } from "../../src-main/rpc/reconnecting.js";
import type { Procedures } from "../../src-main/rpc/types.js";

/** Rows fetched at once, pages kept, and milliseconds that a place must stay in view before it is fetched. */
const size = 100;
const most = 60;
const calm = 60;

/** Of the studio, what rows need. */
export interface RowsHost {
  readonly procedures: { readonly data: Procedures<StudioContract>["data"] };
  readonly onState: ReconnectingClient<StudioContract>["onState"];
}

export interface RowsView {
  readonly project: string;
  readonly filters: readonly RowFilterInput[];
  readonly sort: { readonly column: string; readonly descending: boolean } | undefined;
}

export interface RowPages {
  readonly columns: Readonly<Ref<readonly string[]>>;
  /** Rows that pass the filters; undefined until known. */
  readonly total: Readonly<Ref<number | undefined>>;
  readonly loading: Readonly<Ref<boolean>>;
  readonly error: Readonly<Ref<LatheError | undefined>>;
  /** @param index from 0, in the order shown. @returns undefined while it is not there. */
  row(index: number): TableRow | undefined;
  /** Shows another table, order or choice of rows. What is shown stays until the new is there. */
  show(view: RowsView | undefined): void;
  /** Fetches what is in view, soon. */
  want(first: number, last: number): void;
  /** Fetches anew what is in view: the table or its split has changed. */
  refresh(): void;
}

/** Rows of a table of any length: pages that come as they are looked at and go when they are long past. */
export function createRowPages(studio: RowsHost): RowPages {
  const pages = shallowReactive(new Map<number, readonly TableRow[]>());
  const columns = shallowRef<readonly string[]>([]);
  const total = shallowRef<number>();
  const loading = shallowRef(false);
  const error = shallowRef<LatheError>();
  const asked = new Map<number, AbortController>();
  let view: RowsView | undefined;
  let inView: readonly [number, number] = [0, size - 1];
  let timer: ReturnType<typeof setTimeout> | undefined;
  /** Of what `view` names now; what belongs to an earlier one is stale. */
  let turn = 0;
  let fresh = new Set<number>();

  async function fetchPage(page: number): Promise<void> {
    if (!view || asked.has(page) || fresh.has(page)) return;
    const [mine, abort] = [turn, new AbortController()];
    asked.set(page, abort);
    loading.value = true;
    const { project, filters, sort } = view;
    try {
      const answer = await studio.procedures.data.rows({ project, offset: page * size, limit: size, filters: [...filters], ...(sort && { sort }) }, { signal: abort.signal });
      if (mine !== turn) return;
      if (fresh.size === 0) pages.clear();
      fresh.add(page);
      columns.value = answer.columns;
      total.value = answer.total;
      error.value = undefined;
      pages.set(page, answer.rows);
      for (const oldest of [...pages.keys()].slice(0, Math.max(0, pages.size - most))) {
        pages.delete(oldest);
        fresh.delete(oldest);
      }
    } catch (thrown) {
      const failure = toLatheError(thrown);
      if (mine === turn && failure.code !== "cancelled" && failure.code !== "rpc.closed") error.value = failure;
    } finally {
      if (asked.get(page) === abort) asked.delete(page);
      loading.value = asked.size > 0;
    }
  }

  function fetchInView(): void {
    timer = undefined;
    const [first, last] = inView.map((index) => Math.floor(index / size)) as [number, number];
    for (const [page, abort] of asked) {
      if (page >= first - 1 && page <= last + 1) continue;
      abort.abort();
      asked.delete(page);
    }
    for (let page = Math.max(0, first); page <= last; page++) void fetchPage(page);
  }

  function begin(): void {
    turn++;
    for (const abort of asked.values()) abort.abort();
    asked.clear();
    fresh = new Set();
    clearTimeout(timer);
    if (view) fetchInView();
  }

  const registration = studio.onState((state) => {
    if (state === "connected") begin();
  });
  onScopeDispose(() => {
    registration.dispose();
    view = undefined;
    begin();
  });

  return {
    columns, total, loading, error,
    row: (index) => pages.get(Math.floor(index / size))?.[index % size],
    show(next) {
      if (JSON.stringify(next) === JSON.stringify(view)) return;
      if (next?.project !== view?.project) {
        pages.clear();
        columns.value = [];
        total.value = undefined;
      }
      view = next;
      inView = [0, size - 1];
      error.value = undefined;
      begin();
    },
    want(first, last) {
      inView = [Math.max(0, first), Math.max(0, last)];
      const missing = [first, last].some((index) => !fresh.has(Math.floor(Math.max(0, index) / size)));
      if (missing) timer ??= setTimeout(fetchInView, calm);
    },
    refresh: begin,
  };
}
