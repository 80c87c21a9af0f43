import { LatheError, toLatheError } from "../../../base/errors.js";
import { inside } from "../../../base/own-files.js";
import type { RowsPage } from "../../../contract/table-views.js";
import { type TableSplit, createViews, dataFingerprint, readRows, splitTable } from "../../../datasets/index.js";
import type { CellsOfRun, CellsQuestion, RowsQuestion, TableAt } from "../reading.js";
import type { OpenTable, OpenTables } from "./open-tables.js";

type Views = Parameters<typeof readRows>[2];

/** What is kept with an open table: the split of the project as last saved, and orders of rows that hold for it. */
interface Kept {
  readonly key: string;
  readonly split: TableSplit | LatheError;
  readonly views: Views;
}

const [KEPT, KEPT_OF_RUN] = ["rows", "rows of a run"];

/** A page of a table, with the split that training would use. While it cannot be split, rows come without. @throws LatheError `data.*`, `cancelled` */
export function pageOf(tables: OpenTables, { table: at, split: asked, page }: RowsQuestion, signal: AbortSignal): Promise<RowsPage> {
  return tables.use(
    at,
    (table) =>
      table.exclusively(async () => {
        const { split, views } = await splitOf(table, asked, signal);
        return readRows(table.staged, split, views, page, signal);
      }),
    signal,
  );
}

async function splitOf(table: OpenTable, asked: RowsQuestion["split"], signal: AbortSignal): Promise<Kept> {
  const key = JSON.stringify(asked);
  const kept = table.kept.get(KEPT) as Kept | undefined;
  if (kept?.key === key) return kept;
  // Orders may go by the split, and missing values by roles.
  for (const { table: view } of kept?.views.values() ?? []) await table.staged.database.exec(`DROP TABLE IF EXISTS ${view}`);
  table.kept.delete(KEPT);
  const split =
    "problem" in asked
      ? LatheError.fromRecord(asked.problem)
      : await splitTable(table.staged, asked.data, asked.seed, signal).catch((thrown: unknown) => {
          const error = toLatheError(thrown);
          if (error.code === "cancelled") throw error;
          return error;
        });
  const made: Kept = { key, split, views: createViews() };
  table.kept.set(KEPT, made);
  return made;
}

/** Whether the data is another than a run was trained on. */
export async function hasChanged({ folder }: TableAt, { data, seed, fingerprint: began }: CellsQuestion["run"], signal: AbortSignal): Promise<boolean> {
  const { formats } = await dataFingerprint({ folder, data, seed, cacheFolder: inside(folder, ".lathe", "cache"), signal });
  return !formats.has(began);
}

/** Rows of the table that a run was trained on, by their numbers, unless its data has changed since. @throws LatheError `data.*`, `run.storage`, `cancelled` */
export async function cellsOf(tables: OpenTables, { table: at, run, rows }: CellsQuestion, signal: AbortSignal): Promise<CellsOfRun> {
  if (await hasChanged(at, run, signal)) return { changed: true };
  if (rows.length === 0) return { changed: false, columns: [], cells: [], mainRows: 0, root: "" };
  return tables.use(
    at,
    (table) =>
      table.exclusively(async () => {
        const views: Views = (table.kept.get(KEPT_OF_RUN) as Views | undefined) ?? createViews();
        table.kept.set(KEPT_OF_RUN, views);
        // The split does not matter here.
        const split = new LatheError("internal", "rows were asked for without a split");
        const page = await readRows(table.staged, split, views, { offset: 0, limit: rows.length, filters: [{ kind: "rows", rows: [...rows] }] }, signal);
        const { main, test } = table.staged;
        return {
          changed: false,
          columns: page.columns,
          cells: page.rows.map(({ row, cells }) => [row, cells]),
          mainRows: main.rows,
          root: main.source.root,
          ...(test ? { testRoot: test.source.root } : {}),
        };
      }),
    signal,
  );
}
