import { LatheError } from "../base/errors.js";
import type { SourceSpec } from "../contract/data.js";
import type { ColumnSummary } from "../contract/table-views.js";
import { withWords } from "./column-words.js";
import { type NumberSummary, describeNumbers, describeTexts } from "./describe-column.js";
import { type ColumnProfile, numberOrNull, profileColumns } from "./profile.js";
import { targetKind } from "./propose.js";
import { Database } from "./sources/database.js";
import { findFile } from "./sources/find-file.js";
import { openMain, openTest } from "./sources/open-source.js";
import { type Source, textOf } from "./sources/source.js";
import { explainReading } from "./staging.js";

/** Files below this are staged in memory. */
const SMALL = 32 << 20;

/** A file read once into a table of this database, cells as they came; its `relation` is that table, whose `rowid` counts rows from 0. */
export interface RawTable {
  readonly source: Source;
  readonly table: string;
  readonly rows: number;
}

export interface StagedTable {
  readonly database: Database;
  readonly main: RawTable;
  readonly test: RawTable | undefined;
  /** Of the main file. */
  readonly profiles: readonly ColumnProfile[];
  /** A table beside the main one, row by row: columns of numbers as DOUBLE x0, x1, … by their place among the columns. */
  readonly numbers: string;
}

export interface StageTableOptions {
  /** What relative paths start from. */
  readonly folder: string;
  readonly source: SourceSpec;
  /** Of columns that the project calls by name. */
  readonly names?: readonly string[] | undefined;
  /** For temporary files. */
  readonly workFolder: string;
  readonly progress: (stage: string, done: number, total?: number) => void;
  readonly signal?: AbortSignal;
}

/** Keeps a table at hand, whatever parts its columns play. @throws LatheError `data.*` for a file that cannot be read as a table; `cancelled` */
export async function stageTable({ folder, source: spec, names, workFolder, progress, signal }: StageTableOptions): Promise<StagedTable> {
  const database = await Database.open(workFolder, { large: (await sizeOf(folder, spec)) > SMALL });
  try {
    return await database.until(signal, async () => {
      const steps = spec.test === undefined ? 3 : 4;
      progress("read", 0, steps);
      const source = await openMain(database, folder, spec, { names, signal });
      const read = await readRaw(database, source, "raw");
      // What counts as missing, and which spellings are one value, is the same wherever a column is shown.
      const main = { ...read, source: await withWords(database, read.source) };
      let test: RawTable | undefined;
      if (spec.test !== undefined) {
        progress("read", 1, steps);
        const testSource = await openTest(database, folder, spec, source, signal);
        test = testSource && withWordsOf(main.source, await readRaw(database, testSource, "raw_test"));
      }
      progress("read", steps - 2, steps);
      const profiles = await profileColumns(database, main.source);
      progress("read", steps - 1, steps);
      const numeric = profiles.flatMap((profile, k) => (isNumeric(profile) ? [`${numberOf(main.source, k)} AS x${k}`] : []));
      await database.exec(`CREATE TABLE raw_numbers AS SELECT ${numeric.length > 0 ? numeric.join(", ") : "NULL AS x"} FROM raw`);
      return { database, main, test, profiles, numbers: "raw_numbers" };
    });
  } catch (error) {
    database.close();
    throw error;
  }
}

/**
 * Opens a table's files as far as their columns, and lets go of them: what they say of themselves may keep a reader busy for ever, take all memory, or make it
 * crash.
 * @returns how many columns there are. @throws as `stageTable`
 */
export async function probeTable({ folder, source: spec, names, workFolder, signal }: Omit<StageTableOptions, "progress">): Promise<number> {
  const database = await Database.open(workFolder, { signal });
  try {
    const source = await openMain(database, folder, spec, { names, signal });
    if (spec.test !== undefined) await openTest(database, folder, spec, source, signal);
    return source.columns.length;
  } finally {
    database.close();
  }
}

/** Bytes of a table's files; a listing of pictures is small. */
async function sizeOf(folder: string, spec: SourceSpec): Promise<number> {
  if (spec.type === "image-folder") return 0;
  const { size } = await findFile(folder, spec.path);
  return size + (spec.test === undefined ? 0 : (await findFile(folder, spec.test)).size);
}

async function readRaw(database: Database, source: Source, table: string): Promise<RawTable> {
  try {
    await database.exec(`CREATE TABLE ${table} AS SELECT ${source.columns.map(({ sql }) => sql).join(", ")} FROM ${source.relation}`);
  } catch (error) {
    throw await explainReading(database, source, [], error);
  }
  const rows = Number((await database.one(`SELECT count(*) AS n FROM ${table}`))["n"]);
  if (rows === 0) throw new LatheError("data.empty", `${source.path} has a header but no rows, expected at least one`, { path: source.path });
  return { source: { ...source, relation: table }, table, rows };
}

function withWordsOf({ columns }: Source, test: RawTable): RawTable {
  const words = new Map(columns.map((column) => [column.name, column.words]));
  const worded = test.source.columns.map((column) => {
    const own = words.get(column.name);
    return own && column.kind === "text" ? { ...column, words: own } : column;
  });
  return { ...test, source: { ...test.source, columns: worded } };
}

/** Read as numbers, where a word such as NA is a missing value. */
export function isNumeric({ type }: ColumnProfile): boolean {
  return type === "number" || type === "boolean";
}

function numberOf({ columns }: Source, k: number): string {
  const column = columns[k];
  if (!column) throw new LatheError("internal", `there is no column ${k}`);
  return numberOrNull(column);
}

/** A column's summary, and how many rows have its rarest value, where its values were counted. */
export interface ColumnFacts extends ColumnSummary {
  readonly exact: boolean;
  readonly rarest?: number;
}

/** Every column at a glance, whatever its role. */
export async function summarizeColumns(
  staged: StagedTable,
  progress: (done: number, total: number) => void,
  signal?: AbortSignal,
): Promise<readonly ColumnFacts[]> {
  const { database, main, profiles, numbers } = staged;
  return database.until(signal, async () => {
    const summaries: ColumnFacts[] = [];
    const numeric = profiles.flatMap((profile, k) => (isNumeric(profile) ? [`x${k}`] : []));
    const described = await describeNumbers(database, numeric, numbers, (done) => progress(done, profiles.length));
    for (const [k, profile] of profiles.entries()) {
      progress(k, profiles.length);
      const { name, type, missing, distinct, exact, rarest } = profile;
      const column = main.source.columns[k];
      if (!column) continue;
      const details = type === "empty" ? {} : isNumeric(profile) ? (described.get(`x${k}`) ?? {}) : await describeTexts(database, textOf(column), main.table);
      summaries.push({ name, type, missing, distinct, exact, target: targetKind(profile), ...(rarest === undefined ? {} : { rarest }), ...plain(details) });
    }
    return summaries;
  });
}

/** As the contract has it, whose lists may be changed. */
function plain(details: Partial<NumberSummary & Awaited<ReturnType<typeof describeTexts>>>): Partial<ColumnSummary> {
  const { histogram, values, ...numbers } = details;
  return {
    ...numbers,
    ...(histogram ? { histogram: { edges: [...histogram.edges], counts: [...histogram.counts] } } : {}),
    ...(values ? { values: values.map((v) => ({ ...v })) } : {}),
  };
}
