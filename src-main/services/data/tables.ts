import { resolve } from "node:path";
import { toLatheError } from "../../base/errors.js";
import { Lru } from "../../base/lru.js";
import { parseProject } from "../../contract/project.js";
import type { SeriesOverview, SeriesSampleAnswer, SeriesSampleQuestion, SeriesViewAnswer, SeriesViewQuestion } from "../../contract/series-drawing.js";
import type { RowsPage } from "../../contract/table-views.js";
import { tellsColumns } from "../../datasets/sources/table.js";
import type { FolderAccess } from "../files/folder-access.js";
import { type ProjectData, identityOf, namesIn, readProjectData, tableSourceOf } from "../projects/project-data.js";
import type { Reader } from "../processes/reader.js";
import type { CellsOfRun, CellsQuestion, ColumnsFound, PlacesOfRun, PlacesQuestion, RowsQuestion, TableAt } from "../processes/reading.js";
import { type Progress, type SharedWork, shareWork } from "../jobs/shared-work.js";

/** Tables whose columns are remembered, open or not. */
const MOST_REMEMBERED = 16;

/**
 * The tables of projects, which a reader process holds open. Where it ends, whoever waits hears `engine.crashed`, and the next question opens the table anew.
 * Everything throws LatheError `project.*`, `data.*`, `rpc.refused`, `engine.crashed`, `cancelled`.
 */
export interface Tables {
  /** Every column of a project's table; the rest of the project may be wrong. */
  columns(project: string, onProgress?: Progress, signal?: AbortSignal): Promise<ColumnsFound>;
  /** The same of a document that need not be saved. */
  columnsOf(data: ProjectData, onProgress?: Progress, signal?: AbortSignal): Promise<ColumnsFound>;
  /** A page of a project's table, with the split that training would use. While the project cannot be split, rows come without. */
  rows(project: string, page: RowsQuestion["page"], signal?: AbortSignal): Promise<RowsPage>;
  /** Rows of the table that a run was trained on. @param data the run's settings as a project */
  cells(data: ProjectData, asked: Omit<CellsQuestion, "table">, signal?: AbortSignal): Promise<CellsOfRun>;
  /** The series of a project: what is known of it, a stretch to be drawn, and what a sample reaches over. */
  overview(project: string, signal?: AbortSignal): Promise<SeriesOverview>;
  stretch(project: string, view: SeriesViewQuestion, signal?: AbortSignal): Promise<SeriesViewAnswer>;
  sample(project: string, sample: SeriesSampleQuestion, signal?: AbortSignal): Promise<SeriesSampleAnswer>;
  /** Where the rows of the series stand that a run was trained on. @param data the run's settings as a project */
  places(data: ProjectData, run: PlacesQuestion["run"], signal?: AbortSignal): Promise<PlacesOfRun>;
  /** Lets go of every table. Settles when the process that held them has gone. */
  close(): Promise<void>;
}

/**
 * @param open holds tables open. @param probe another process, which sees first whether a table that says of itself what its columns are can be opened at all.
 */
export function createTables(access: FolderAccess, { open, probe }: { readonly open: Reader; readonly probe: Reader }): Tables {
  const probed = new Lru<string, { readonly identity: string; readonly work: SharedWork<unknown> }>(MOST_REMEMBERED);
  const remembered = new Lru<string, { readonly identity: string; readonly found: ColumnsFound }>(MOST_REMEMBERED);

  async function tableOf(data: ProjectData): Promise<TableAt> {
    const source = await tableSourceOf(access, data);
    return { folder: data.folder, source, names: namesIn(data), identity: await identityOf(data.folder, source) };
  }

  async function beforeOpening({ folder, source, names, identity }: TableAt, signal: AbortSignal | undefined): Promise<void> {
    if (![source.path, source.test ?? ""].some(tellsColumns)) return;
    let known = probed.get(folder);
    if (known?.identity !== identity || known.work.abandoned) {
      const work = shareWork((_progress, interrupt) => probe.ask("probe", { folder, source, ...(names ? { names } : {}) }, source.path, { signal: interrupt }));
      known = { identity, work };
      probed.set(folder, known);
    }
    try {
      await known.work.join(signal);
    } catch (thrown) {
      // Who comes next tries again.
      probed.delete(folder, known);
      throw thrown;
    }
  }

  /** @param what is read, for a message. */
  const whatOf = ({ folder, source }: TableAt): string => resolve(folder, source.path);

  async function columnsOf(data: ProjectData, onProgress?: Progress, signal?: AbortSignal): Promise<ColumnsFound> {
    const table = await tableOf(data);
    const before = remembered.get(table.folder);
    if (before?.identity === table.identity) return before.found;
    await beforeOpening(table, signal);
    const found = await open.ask("columns", { table }, whatOf(table), { signal, onProgress });
    remembered.set(table.folder, { identity: table.identity, found });
    return found;
  }

  async function opened(project: string, signal: AbortSignal | undefined): Promise<TableAt> {
    const table = await tableOf(await readProjectData(access, project));
    await beforeOpening(table, signal);
    return table;
  }

  return {
    columnsOf,
    columns: async (project, onProgress, signal) => columnsOf(await readProjectData(access, project), onProgress, signal),
    async rows(project, page, signal) {
      const data = await readProjectData(access, project);
      const table = await tableOf(data);
      await beforeOpening(table, signal);
      return open.ask("rows", { table, split: splitOf(data), page }, whatOf(table), { signal });
    },
    async cells(data, asked, signal) {
      const table = await tableOf(data);
      await beforeOpening(table, signal);
      return open.ask("cells", { table, ...asked }, whatOf(table), { signal });
    },
    async overview(project, signal) {
      const table = await opened(project, signal);
      return open.ask("overview", { table }, whatOf(table), { signal });
    },
    async stretch(project, view, signal) {
      const table = await opened(project, signal);
      return open.ask("stretch", { table, view }, whatOf(table), { signal });
    },
    async sample(project, sample, signal) {
      const table = await opened(project, signal);
      return open.ask("sample", { table, sample }, whatOf(table), { signal });
    },
    async places(data, run, signal) {
      const table = await tableOf(data);
      await beforeOpening(table, signal);
      return open.ask("places", { table, run }, whatOf(table), { signal });
    },
    close: () => open.close(),
  };
}

function splitOf({ document, file }: ProjectData): RowsQuestion["split"] {
  try {
    const { data, seed } = parseProject(document, file);
    return { data, seed };
  } catch (thrown) {
    return { problem: toLatheError(thrown).toRecord() };
  }
}
