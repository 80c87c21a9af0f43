import { rmSync } from "node:fs";
import { Lru } from "../base/lru.js";
import { makeWorkFolder } from "../base/work-folder.js";
import type { SourceSpec } from "../contract/data.js";
import type { ColumnsResult } from "../contract/table-views.js";
import { type ColumnFacts, type StagedTable, stageTable, summarizeColumns, tellsColumns } from "../datasets/index.js";
import type { FolderAccess } from "./folder-access.js";
import { type ProjectData, identityOf, readProjectData, tableSourceOf } from "./project-data.js";
import { type Progress, type SharedWork, shareWork } from "./shared-work.js";

/** Tables kept at hand, how long unused, and results remembered of tables that are not. */
const MOST_OPEN = 2;
const IDLE = 5 * 60_000;
const MOST_REMEMBERED = 16;

export interface ColumnsFound {
  readonly result: ColumnsResult;
  readonly facts: readonly ColumnFacts[];
}

/** The tables of projects at hand, staged in databases of their own while they are looked at. */
export interface Tables {
  /** Every column of a project's table; the rest of the project may be wrong. @throws LatheError `project.*`, `data.*`, `rpc.refused`, `cancelled` */
  columns(project: string, onProgress?: Progress, signal?: AbortSignal): Promise<ColumnsFound>;
  /** The same of a document that need not be saved. */
  columnsOf(data: ProjectData, onProgress?: Progress, signal?: AbortSignal): Promise<ColumnsFound>;
  /** Does something with the staged table, which stays open meanwhile. */
  use<T>(data: ProjectData, job: (table: OpenTable) => Promise<T>, onProgress?: Progress, signal?: AbortSignal): Promise<T>;
  /** Whether threads of this process may be at work on a table. */
  readonly busy: boolean;
  /** Lets go of every table at once. */
  close(): void;
}

export interface OpenTable {
  readonly staged: StagedTable;
  /** One job at a time: tables are made and dropped. */
  exclusively<T>(job: () => Promise<T>): Promise<T>;
  /** What a user of the table keeps with it, by key, as long as it is open. */
  readonly kept: Map<string, unknown>;
}

interface Entry {
  readonly identity: string;
  readonly folder: string;
  readonly staging: SharedWork<OpenTable>;
  open?: OpenTable;
  columns?: SharedWork<ColumnsFound>;
  users: number;
  usedAt: number;
  timer?: ReturnType<typeof setTimeout>;
  stale: boolean;
}

export interface TablesOptions {
  readonly idle?: number;
  readonly most?: number;
  /** Sees, elsewhere, whether a table that says of itself what its columns are can be opened at all. @throws LatheError as `stageTable` */
  readonly probe?: (question: { readonly folder: string; readonly source: SourceSpec }, signal: AbortSignal) => Promise<unknown>;
}

export function createTables(access: FolderAccess, { idle = IDLE, most = MOST_OPEN, probe = () => Promise.resolve() }: TablesOptions = {}): Tables {
  const entries = new Map<string, Entry>();
  const remembered = new Lru<string, { readonly identity: string; readonly found: ColumnsFound }>(MOST_REMEMBERED);
  // A table that is open when the process ends leaves nothing behind.
  const onExit = () => closeAll();

  function closeAll(): void {
    for (const [key, entry] of entries) drop(key, entry);
  }

  function drop(key: string, entry: Entry): void {
    entry.stale = true;
    clearTimeout(entry.timer);
    if (entries.get(key) === entry) entries.delete(key);
    if (entry.users === 0) release(entry);
    if (entries.size === 0) process.off("exit", onExit);
  }

  function release(entry: Entry): void {
    entry.open?.staged.database.close();
    delete entry.open;
    rmSync(entry.folder, { recursive: true, force: true });
  }

  /** What became stale while it was used goes now, the rest when nobody has come back for a while. */
  function rest(key: string, entry: Entry): void {
    if (entry.stale) return release(entry);
    clearTimeout(entry.timer);
    entry.timer = setTimeout(() => drop(key, entry), idle);
    entry.timer.unref();
  }

  function entryFor(key: string, identity: string, data: ProjectData, source: Parameters<typeof stageTable>[0]["source"]): Entry {
    const known = entries.get(key);
    if (known?.identity === identity && !known.staging.abandoned) return known;
    if (known) drop(key, known);
    for (const [other, entry] of [...entries].sort(([, a], [, b]) => a.usedAt - b.usedAt).slice(0, Math.max(0, entries.size - most + 1))) drop(other, entry);
    const folder = makeWorkFolder();
    const staging = shareWork<OpenTable>(async (progress, signal) => {
      if ([source.path, source.test ?? ""].some(tellsColumns)) await probe({ folder: data.folder, source }, signal);
      const table = openTable(await stageTable({ folder: data.folder, source, workFolder: folder, progress, signal }));
      entry.open = table;
      return table;
    });
    const entry: Entry = { identity, folder, staging, users: 0, usedAt: Date.now(), stale: false };
    if (entries.size === 0) process.on("exit", onExit);
    entries.set(key, entry);
    return entry;
  }

  async function withEntry<T>(key: string, entry: Entry, job: (entry: Entry) => Promise<T>): Promise<T> {
    entry.users++;
    entry.usedAt = Date.now();
    clearTimeout(entry.timer);
    try {
      return await job(entry);
    } finally {
      entry.users--;
      if (isUnused(entry) && !entry.staging.done) {
        // Nobody waits any more, or it failed: the next one tries again.
        const well = await entry.staging.settled;
        if (isUnused(entry) && !well) drop(key, entry);
      }
      if (isUnused(entry)) rest(key, entry);
    }
  }

  async function use<T>(data: ProjectData, job: (table: OpenTable) => Promise<T>, onProgress?: Progress, signal?: AbortSignal): Promise<T> {
    const source = await tableSourceOf(access, data);
    const entry = entryFor(data.folder, await identityOf(data.folder, source), data, source);
    return withEntry(data.folder, entry, async () => {
      const table = await entry.staging.join(signal, onProgress);
      return job(table);
    });
  }

  async function columnsOf(data: ProjectData, onProgress?: Progress, signal?: AbortSignal): Promise<ColumnsFound> {
    const source = await tableSourceOf(access, data);
    const identity = await identityOf(data.folder, source);
    const before = remembered.get(data.folder);
    if (before?.identity === identity) return before.found;
    const entry = entryFor(data.folder, identity, data, source);
    return withEntry(data.folder, entry, async () => {
      const table = await entry.staging.join(signal, onProgress);
      const work = entry.columns?.abandoned === false ? entry.columns : shareWork((progress, interrupt) => table.exclusively(async () => summary(table.staged, progress, interrupt)));
      entry.columns = work;
      try {
        const found = await work.join(signal, onProgress);
        remembered.set(data.folder, { identity, found });
        return found;
      } finally {
        await afterLeaving(entry, work);
      }
    });
  }

  return {
    use, columnsOf,
    get busy() {
      return [...entries.values()].some(({ users }) => users > 0);
    },
    columns: async (project, onProgress, signal) => columnsOf(await readProjectData(access, project), onProgress, signal),
    close: closeAll,
  };
}

/** A function, because it changes while others are waited for. */
function isUnused(entry: Entry): boolean {
  return entry.users === 0;
}

/** Work that was called off must be over before its table may be closed, and is begun anew by who comes next. */
async function afterLeaving(entry: Entry, work: SharedWork<ColumnsFound>): Promise<void> {
  if (work.done) return;
  if (entry.users > 1) return;
  if (!(await work.settled) && entry.columns === work) delete entry.columns;
}

function openTable(staged: StagedTable): OpenTable {
  let last: Promise<unknown> = Promise.resolve();
  return {
    staged, kept: new Map(),
    exclusively<T>(job: () => Promise<T>): Promise<T> {
      const next = last.then(job);
      last = next.catch(() => undefined);
      return next;
    },
  };
}

async function summary(staged: StagedTable, progress: Progress, signal: AbortSignal): Promise<ColumnsFound> {
  const facts = await summarizeColumns(staged, (done, total) => progress("columns", done, total), signal);
  const { main, test } = staged;
  const { path, format } = main.source;
  return {
    facts,
    result: {
      path, format, rows: main.rows, ...(test ? { testRows: test.rows } : {}),
      columns: facts.map(({ exact, rarest: _rarest, ...column }) => ({ ...column, ...(exact ? {} : { approximate: true }) })),
      warnings: [...main.source.warnings, ...(test?.source.warnings ?? [])],
    },
  };
}
