import { LatheError, toLatheError } from "../base/errors.js";
import { createViews, dataFingerprint, readRows } from "../datasets/index.js";
import { readConfig } from "../training/run-config.js";
import { RunFolder } from "../training/run-folder.js";
import type { FolderAccess } from "./folder-access.js";
import { type ProjectData, tableSourceOf } from "./project-data.js";
import type { FoundRun } from "./run-reference.js";
import type { Tables } from "./tables.js";
import { inside } from "../base/own-files.js";

export interface RowCells {
  readonly columns: readonly string[];
  readonly cells: ReadonlyMap<number, readonly (string | null)[]>;
  /** By row: the folder that a path in it starts from. */
  readonly rootOf: (row: number) => string | undefined;
  /** Why there are none. */
  readonly note?: string;
}

type Views = Parameters<typeof readRows>[2];
const KEPT = "judged rows";

/** Rows of the table that a run was trained on, by their numbers, read by the run's own settings. Where they cannot be had it says why instead. */
export async function cellsOfRows(access: FolderAccess, tables: Tables, run: FoundRun, rows: readonly number[], signal?: AbortSignal): Promise<RowCells> {
  try {
    const { data, changed } = await dataOf(access, run, signal);
    if (changed) return none("the data file has changed since this run was trained, so the rows cannot be shown; what the model answered then is kept");
    if (rows.length === 0) return { columns: [], cells: new Map(), rootOf: () => undefined };
    return await tables.use(data, (table) => table.exclusively(async () => {
      const views: Views = (table.kept.get(KEPT) as Views | undefined) ?? createViews();
      table.kept.set(KEPT, views);
      // The split does not matter here.
      const split = new LatheError("internal", "rows were asked for without a split");
      const page = await readRows(table.staged, split, views, { offset: 0, limit: rows.length, filters: [{ kind: "rows", rows: [...rows] }] }, signal);
      const { main, test } = table.staged;
      // Rows of a test file of its own go on after those of the main one.
      const rootOf = (row: number) => (row <= main.rows ? main : test ?? main).source.root;
      return { columns: page.columns, cells: new Map(page.rows.map(({ row, cells }) => [row, cells])), rootOf };
    }), undefined, signal);
  } catch (thrown) {
    const error = toLatheError(thrown);
    if (error.code === "cancelled" || error.code === "internal") throw error;
    return none(`the rows cannot be shown: ${error.message}`);
  }
}

function none(note: string): RowCells {
  return { columns: [], cells: new Map(), rootOf: () => undefined, note };
}

/** The frozen settings of a run as a project, and whether its data is still what it was. */
async function dataOf(access: FolderAccess, { reference: { project: folder, run } }: FoundRun, signal?: AbortSignal): Promise<{ readonly data: ProjectData; readonly changed: boolean }> {
  const opened = RunFolder.open(folder, run);
  const config = readConfig(opened);
  const data = { folder, file: opened.file("config.json"), document: { ...config.project } };
  await tableSourceOf(access, data);
  const { fingerprint } = await dataFingerprint({ folder, data: config.project.data, seed: config.project.seed, cacheFolder: inside(folder, ".lathe", "cache"), ...(signal ? { signal } : {}) });
  return { data, changed: fingerprint !== config.dataFingerprint };
}
