import { computed, type Ref } from "vue";
import type { RowFilterInput, RowsPage, TableRow } from "../../src-main/contract/table-views.js";
import type { StudioContract } from "../../src-main/contract/procedures.js";
import type { ReconnectingClient } from "../../src-main/rpc/reconnecting.js";
import type { Procedures } from "../../src-main/rpc/types.js";
import { createPages, type Pages } from "./pages.js";

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

export interface RowPages extends Omit<Pages<RowsView, TableRow, RowsPage>, "latest"> {
  readonly columns: Readonly<Ref<readonly string[]>>;
  /** Rows that pass the filters; undefined until known. */
  readonly total: Readonly<Ref<number | undefined>>;
}

/** Rows of a project's table. */
export function createRowPages(studio: RowsHost): RowPages {
  const { latest, ...pages } = createPages<RowsView, TableRow, RowsPage>({
    onState: studio.onState,
    fetch: ({ project, filters, sort }, offset, limit, signal) =>
      studio.procedures.data.rows({ project, offset, limit, filters: [...filters], ...(sort && { sort }) }, { signal }),
    alike: (a, b) => a.project === b.project,
  });
  return { ...pages, columns: computed(() => latest.value?.columns ?? []), total: computed(() => latest.value?.total) };
}
