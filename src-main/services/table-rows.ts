import { LatheError, toLatheError } from "../base/errors.js";
import { parseProject } from "../contract/project.js";
import type { RowsPage } from "../contract/table-views.js";
import { type TableSplit, createViews, readRows, splitTable } from "../datasets/index.js";
import { type ProjectData, readProjectData } from "./project-data.js";
import type { FolderAccess } from "./folder-access.js";
import type { OpenTable, Tables } from "./tables.js";

export type RowsRequest = Parameters<typeof readRows>[3];

/** What is kept with an open table: the split of the project as last saved, and orders of rows that hold for it. */
interface Kept {
  readonly key: string;
  readonly split: TableSplit | LatheError;
  readonly views: Parameters<typeof readRows>[2];
}

const KEPT = "rows";

/**
 * A page of a project's table, with the split that training would use. While the project cannot be split, rows come without.
 * @throws LatheError `project.*`, `data.*`, `rpc.refused`, `cancelled`
 */
export async function pageOfRows(access: FolderAccess, tables: Tables, project: string, request: RowsRequest, signal?: AbortSignal): Promise<RowsPage> {
  const data = await readProjectData(access, project);
  return tables.use(data, (table) => table.exclusively(async () => {
    const { split, views } = await splitOf(table, data, signal);
    return readRows(table.staged, split, views, request, signal);
  }), undefined, signal);
}

async function splitOf(table: OpenTable, { document, file }: ProjectData, signal: AbortSignal | undefined): Promise<Kept> {
  let question: { readonly data: Parameters<typeof splitTable>[1]; readonly seed: number } | LatheError;
  try {
    const { data, seed } = parseProject(document, file);
    question = { data, seed };
  } catch (thrown) {
    question = toLatheError(thrown);
  }
  const key = JSON.stringify(question instanceof LatheError ? question.message : question);
  const kept = table.kept.get(KEPT) as Kept | undefined;
  if (kept?.key === key) return kept;
  // Orders may go by the split, and missing values by roles.
  for (const { table: view } of kept?.views.values() ?? []) await table.staged.database.exec(`DROP TABLE IF EXISTS ${view}`);
  table.kept.delete(KEPT);
  const split = question instanceof LatheError ? question : await splitTable(table.staged, question.data, question.seed, signal).catch((thrown: unknown) => {
    const error = toLatheError(thrown);
    if (error.code === "cancelled") throw error;
    return error;
  });
  const made: Kept = { key, split, views: createViews() };
  table.kept.set(KEPT, made);
  return made;
}
