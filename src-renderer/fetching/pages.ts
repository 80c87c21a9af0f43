import { onScopeDispose, shallowReactive, shallowRef, type Ref } from "vue";
import { type LatheError, toLatheError } from "../../src-main/base/errors.js";
import type { StudioContract } from "../../src-main/contract/procedures.js";
import type { ReconnectingClient } from "../../src-main/rpc/reconnecting.js";

/** Rows fetched at once, pages kept, and milliseconds that a place must stay in view before it is fetched. */
const size = 100;
const most = 60;
const calm = 60;

export interface Page<R> {
  readonly total: number;
  readonly rows: readonly R[];
}

export interface PageSource<V, R, P extends Page<R>> {
  readonly onState: ReconnectingClient<StudioContract>["onState"];
  fetch(view: V, offset: number, limit: number, signal: AbortSignal): Promise<P>;
  /** Whether what is shown of one view may stay until the other's rows are there. */
  alike(a: V, b: V): boolean;
}

export interface Pages<V, R, P extends Page<R>> {
  /** The last that came, for what it tells of all of them; undefined until known. */
  readonly latest: Readonly<Ref<P | undefined>>;
  readonly loading: Readonly<Ref<boolean>>;
  readonly error: Readonly<Ref<LatheError | undefined>>;
  /** @param index from 0, in the order shown. @returns undefined while it is not there. */
  row(index: number): R | undefined;
  /** Shows other rows, or in another order. What is shown stays until the new is there. */
  show(view: V | undefined): void;
  /** Fetches what is in view, soon. */
  want(first: number, last: number): void;
  /** Fetches anew what is in view. */
  refresh(): void;
}

/** Rows of any number: pages that come as they are looked at and go when they are long past. */
export function createPages<V, R, P extends Page<R>>(source: PageSource<V, R, P>): Pages<V, R, P> {
  const pages = shallowReactive(new Map<number, readonly R[]>());
  const latest = shallowRef<P>();
  const loading = shallowRef(false);
  const error = shallowRef<LatheError>();
  const asked = new Map<number, AbortController>();
  let view: V | undefined;
  let inView: readonly [number, number] = [0, size - 1];
  let timer: ReturnType<typeof setTimeout> | undefined;
  /** Of what `view` names now; what belongs to an earlier one is stale. */
  let turn = 0;
  let fresh = new Set<number>();
  /** Pages that could not be fetched and have been in view since: the message about them moves what is in view, which is no reason to ask again. */
  let refused = new Set<number>();

  async function fetchPage(page: number): Promise<void> {
    if (!view || asked.has(page) || fresh.has(page) || refused.has(page)) return;
    const [mine, abort] = [turn, new AbortController()];
    asked.set(page, abort);
    loading.value = true;
    try {
      const answer = await source.fetch(view, page * size, size, abort.signal);
      if (mine !== turn) return;
      if (fresh.size === 0) pages.clear();
      fresh.add(page);
      latest.value = answer;
      if (refused.size === 0) error.value = undefined;
      pages.set(page, answer.rows);
      for (const oldest of [...pages.keys()].slice(0, Math.max(0, pages.size - most))) {
        pages.delete(oldest);
        fresh.delete(oldest);
      }
    } catch (thrown) {
      const failure = toLatheError(thrown);
      if (mine !== turn || failure.code === "cancelled" || failure.code === "rpc.closed") return;
      refused.add(page);
      error.value = failure;
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
    refused = new Set();
    clearTimeout(timer);
    if (view) fetchInView();
  }

  const registration = source.onState((state) => {
    if (state === "connected") begin();
  });
  onScopeDispose(() => {
    registration.dispose();
    view = undefined;
    begin();
  });

  return {
    latest,
    loading,
    error,
    row: (index) => pages.get(Math.floor(index / size))?.[index % size],
    show(next) {
      if (JSON.stringify(next) === JSON.stringify(view)) return;
      if (next === undefined || view === undefined || !source.alike(next, view)) {
        pages.clear();
        latest.value = undefined;
      }
      view = next;
      inView = [0, size - 1];
      error.value = undefined;
      begin();
    },
    want(first, last) {
      inView = [Math.max(0, first), Math.max(0, last)];
      const [top = 0, bottom = 0] = inView.map((index) => Math.floor(index / size));
      refused = new Set([...refused].filter((page) => page >= top && page <= bottom));
      const missing = [top, bottom].some((page) => !fresh.has(page) && !refused.has(page));
      if (missing) timer ??= setTimeout(fetchInView, calm);
    },
    refresh: begin,
  };
}
