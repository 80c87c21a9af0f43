import { LatheError } from "../base/errors.js";
import { Lru } from "../base/lru.js";
import type { DataSpec } from "../contract/data.js";
import type { RowsPage } from "../contract/table-views.js";
import { resolveRoles } from "./roles.js";
import { PART, SPLITS } from "./splits.js";
import { stageData } from "./stage-data.js";
import type { Source } from "./sources/source.js";
import type { RawTable, StagedTable } from "./staged-table.js";
import { type RowsQuestion, TableQuery, type TableSplit, cellOf } from "./table-query.js";

/** Orders of rows kept at hand. */
const MOST_VIEWS = 4;

/** Tables that belong to the split, in the order they are dropped. */
const SPLIT_TABLES = ["copies", "parts", "test_parts", "spans", "test_spans", "data", "test_data"];

/**
 * Splits a staged table as training would. What an earlier split left is dropped.
 * @throws LatheError `data.*` for everything that keeps training from starting.
 */
export async function splitTable(staged: StagedTable, data: DataSpec, seed: number, signal?: AbortSignal): Promise<TableSplit> {
  const { database, main, test } = staged;
  return database.until(signal, async () => {
    for (const table of SPLIT_TABLES) await database.exec(`DROP TABLE IF EXISTS ${table}`);
    const roles = resolveRoles(data, main.source);
    const { tables } = await stageData(database, {
      source: undecided(main.source),
      testSource: test && undecided(test.source),
      data,
      seed,
      roles,
      progress: () => undefined,
    });
    return { roles, data, tables };
  });
}

/** Of the rows in use training decides by itself how words are read. */
function undecided(source: Source): Source {
  return { ...source, columns: source.columns.map(({ words: _words, ...column }) => column) };
}

/** Orders of rows made before; they hold for one split. */
export type Views = Lru<string, { readonly table: string; readonly total: number }>;

export function createViews(): Views {
  return new Lru(MOST_VIEWS);
}

let views = 0;

/**
 * A page of rows. Filtering or sorting makes a list of row numbers first, which further pages go by.
 * @param split the split, or why there is none.
 * @throws LatheError `data.column` for a column that is not there; why there is no split where it is asked about.
 */
export async function readRows(
  staged: StagedTable,
  split: TableSplit | LatheError,
  made: Views,
  question: RowsQuestion,
  signal?: AbortSignal,
): Promise<RowsPage> {
  const { database, main, test } = staged;
  return database.until(signal, async () => {
    const all = main.rows + (test?.rows ?? 0);
    const columns = main.source.columns.map(({ name }) => name);
    const { offset, limit, filters, sort } = question;
    if (filters.length === 0 && !sort) {
      const rows = Array.from({ length: Math.max(0, Math.min(limit, all - offset)) }, (_, i) => offset + i);
      return { columns, total: all, rows: await rowsAt(staged, split, rows) };
    }
    const key = JSON.stringify([filters, sort]);
    const view = made.get(key) ?? (await makeView(staged, split, question));
    for (const { table } of made.set(key, view)) await database.exec(`DROP TABLE IF EXISTS ${table}`);
    const listed = await database.all(`SELECT r FROM ${view.table} WHERE rowid BETWEEN ${offset} AND ${offset + limit - 1} ORDER BY rowid`);
    return {
      columns,
      total: view.total,
      rows: await rowsAt(
        staged,
        split,
        listed.map(({ r }) => Number(r)),
      ),
    };
  });
}

async function makeView(
  staged: StagedTable,
  split: TableSplit | LatheError,
  question: RowsQuestion,
): Promise<{ readonly table: string; readonly total: number }> {
  const { database } = staged;
  const selects = new TableQuery(staged, split).selects(question);
  if (question.filters.some(({ kind }) => kind === "duplicates") && !(split instanceof LatheError)) await markCopies(staged, split);
  const table = `view_${++views}`;
  const order = question.sort ? `k ${question.sort.descending ? "DESC" : "ASC"} NULLS LAST, r` : "r";
  await database.exec(`CREATE TABLE ${table} AS SELECT r FROM (${selects.join(" UNION ALL ")}) ORDER BY ${order}`);
  return { table, total: Number((await database.one(`SELECT count(*) AS n FROM ${table}`))["n"]) };
}

/** Which rows of the main table equal an earlier one, and which of validation and test equal one of training; as `findDuplicates` counts them. */
async function markCopies({ database }: StagedTable, { roles, tables: [main] }: TableSplit): Promise<void> {
  if (!main) return;
  const { staged, parts } = main;
  const values = [...roles.numbers.map((c) => staged.number(c)), ...roles.texts.map((c) => staged.text(c))];
  await database.exec(`CREATE TABLE IF NOT EXISTS copies AS SELECT part <> ${PART.skipped} AND row_number() OVER same > 1 AS copied,
    part NOT IN (${PART.skipped}, ${PART.train}) AND count(*) FILTER (part = ${PART.train}) OVER (PARTITION BY h, part = ${PART.skipped}) > 0 AS leaked
    FROM (SELECT ${staged.table}.rowid AS r, part, hash(${values.join(", ")}) AS h FROM ${staged.table} POSITIONAL JOIN ${parts})
    WINDOW same AS (PARTITION BY h, part = ${PART.skipped} ORDER BY r) ORDER BY r`);
}

/** Rows by their numbers from 0, in that order. */
async function rowsAt(staged: StagedTable, split: TableSplit | LatheError, numbers: readonly number[]): Promise<RowsPage["rows"]> {
  const { main, test } = staged;
  const found = new Map<number, RowsPage["rows"][number]>();
  const tables: readonly [RawTable | undefined, number, number][] = [
    [main, 0, 0],
    [test, main.rows, 1],
  ];
  for (const [raw, before, k] of tables) {
    const own = numbers.filter((r) => (k === 0 ? r < main.rows : r >= main.rows)).map((r) => r - before);
    if (!raw || own.length === 0) continue;
    const at = whereRows(own);
    const parts = split instanceof LatheError ? undefined : split.tables[k]?.parts;
    const part = new Map(
      parts === undefined
        ? []
        : (await staged.database.all(`SELECT rowid AS r, part FROM ${parts} WHERE ${at}`)).map((row) => [Number(row["r"]), Number(row["part"])]),
    );
    const cells = main.source.columns.map(({ name }, i) => `${cellOf(staged, raw, name, split)} AS v${i}`);
    for (const row of await staged.database.all(`SELECT rowid AS r, ${cells.join(", ")} FROM ${raw.table} WHERE ${at}`)) {
      const r = Number(row["r"]);
      const name = SPLITS.find((s) => PART[s] === part.get(r));
      const texts = cells.map((_, i) => row[`v${i}`] ?? null);
      found.set(r + before, { row: r + before + 1, ...(name ? { split: name } : {}), cells: texts.map((text) => (text === null ? null : String(text))) });
    }
  }
  return numbers.flatMap((r) => found.get(r) ?? []);
}

function whereRows(rows: readonly number[]): string {
  const [first = 0] = rows;
  return rows.every((r, i) => r === first + i) ? `rowid BETWEEN ${first} AND ${first + rows.length - 1}` : `rowid IN (${rows.join(", ")})`;
}
