import { rmSync } from "node:fs";
import { type OneAtATime, oneAtATime } from "../../../base/one-at-a-time.js";
import { makeWorkFolder } from "../../../base/work-folder.js";
import { type StagedTable, stageTable, summarizeColumns } from "../../../datasets/index.js";
import type { ColumnsFound, TableAt } from "../reading.js";
import { type Progress, type SharedWork, shareWork } from "../../jobs/shared-work.js";

/** Tables kept open, and how long unused. */
const MOST_OPEN = 2;
const IDLE = 5 * 60_000;

/** Tables of projects, each staged in a database of its own while it is looked at. */
export interface OpenTables {
  /** Every column of a table. @throws LatheError `data.*`, `cancelled` */
  columns(at: TableAt, onProgress: Progress, signal: AbortSignal): Promise<ColumnsFound>;
  /** Does something with the staged table, which stays open meanwhile. @throws as `columns`, and as the job */
  use<T>(at: TableAt, job: (table: OpenTable) => Promise<T>, signal: AbortSignal): Promise<T>;
}

export interface OpenTable {
  readonly staged: StagedTable;
  /** Tables of the database are made and dropped: one job at a time. */
  readonly exclusively: OneAtATime;
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

export function createOpenTables(): OpenTables {
  /** By project. */
  const entries = new Map<string, Entry>();
  // A table that is open when the process ends in good order leaves nothing behind; of one that is killed the host takes it away.
  const onExit = () => {
    for (const [key, entry] of entries) drop(key, entry);
  };

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
    entry.timer = setTimeout(() => drop(key, entry), IDLE);
    entry.timer.unref();
  }

  function entryFor({ folder: key, identity, source, names }: TableAt): Entry {
    const known = entries.get(key);
    if (known?.identity === identity && !known.staging.abandoned) return known;
    if (known) drop(key, known);
    for (const [other, entry] of [...entries].sort(([, a], [, b]) => a.usedAt - b.usedAt).slice(0, Math.max(0, entries.size - MOST_OPEN + 1)))
      drop(other, entry);
    const folder = makeWorkFolder();
    const staging = shareWork<OpenTable>(async (progress, signal) => {
      const table = {
        staged: await stageTable({ folder: key, source, names, workFolder: folder, progress, signal }),
        exclusively: oneAtATime(),
        kept: new Map<string, unknown>(),
      };
      entry.open = table;
      return table;
    });
    const entry: Entry = { identity, folder, staging, users: 0, usedAt: Date.now(), stale: false };
    if (entries.size === 0) process.on("exit", onExit);
    entries.set(key, entry);
    return entry;
  }

  async function withEntry<T>(at: TableAt, job: (entry: Entry) => Promise<T>): Promise<T> {
    const entry = entryFor(at);
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
        if (isUnused(entry) && !well) drop(at.folder, entry);
      }
      if (isUnused(entry)) rest(at.folder, entry);
    }
  }

  return {
    use: (at, job, signal) => withEntry(at, async (entry) => job(await entry.staging.join(signal))),
    columns: (at, onProgress, signal) =>
      withEntry(at, async (entry) => {
        const table = await entry.staging.join(signal, onProgress);
        const work =
          entry.columns?.abandoned === false
            ? entry.columns
            : shareWork((progress, interrupt) => table.exclusively(async () => summary(table.staged, progress, interrupt)));
        entry.columns = work;
        try {
          return await work.join(signal, onProgress);
        } finally {
          await afterLeaving(entry, work);
        }
      }),
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

async function summary(staged: StagedTable, progress: Progress, signal: AbortSignal): Promise<ColumnsFound> {
  const facts = await summarizeColumns(staged, (done, total) => progress("columns", done, total), signal);
  const { main, test } = staged;
  const { path, format } = main.source;
  return {
    facts,
    result: {
      path,
      format,
      rows: main.rows,
      ...(test ? { testRows: test.rows } : {}),
      columns: facts.map(({ exact, rarest: _rarest, ...column }) => ({ ...column, ...(exact ? {} : { approximate: true }) })),
      warnings: [...main.source.warnings, ...(test?.source.warnings ?? [])],
    },
  };
}
