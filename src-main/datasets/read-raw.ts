import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import type { DuckDBDataChunk } from "@duckdb/node-api";
import { LatheError } from "../base/errors.js";
import type { FittedData, FittedTarget } from "../features/fitted.js";
import { kindOf, picturesOf, targetKindOf } from "../features/index.js";
import { checkClasses } from "./pictures/check-classes.js";
import { hasPictureName } from "./pictures/formats.js";
import { PictureMemory } from "./pictures/picture-memory.js";
import { PICTURES, type UnreadPicture, withPictures } from "./pictures/raw-pictures.js";
import type { FrozenListing, PreparedData, SkippedRows } from "./prepared.js";
import { RawAssembler, type RawBatch, columnsOf, selectRaw } from "./raw-batch.js";
import { readRowNumbers } from "./record-file.js";
import { findColumn } from "./roles.js";
import { type CsvOptions, csvOptions } from "./sources/csv.js";
import { Database } from "./sources/database.js";
import { openFrozen, openImageFolder, openPicture } from "./sources/image-folder.js";
import type { Source, Wanted } from "./sources/source.js";
import { sourceOfValues } from "./sources/values.js";
import { openTable } from "./sources/table.js";
import type { SplitName } from "./splits.js";
import { convertedRows, explainReading } from "./staging.js";

const BATCH = 4096;
/** Pictures of a part that are read once more. */
const MOST_PICTURES = 1000;

export interface ReadTableOptions extends CsvOptions {
  /** What the encoders learnt; the only thing known of the training data. */
  readonly fitted: FittedData;
  /** What a relative path starts from. */
  readonly folder: string;
  readonly path: string;
  /** For temporary files. */
  readonly workFolder: string;
  /** `required`: rows without a usable target are skipped and counted, a table without the column is an error. `none`: targets are not looked at. */
  readonly targets: "required" | "none";
  readonly batchSize?: number;
  /** Only these row numbers (from 1, ascending), whatever they hold. */
  readonly rows?: Uint32Array;
  /** A listing of pictures as it was, in place of what the folder holds now. */
  readonly listing?: FrozenListing;
  /** What a picture's file held when it was read before; one that holds something else by now is skipped. */
  readonly contentOf?: (path: string) => string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Rows seen with a text that training did not know, which the model takes as none of its classes. */
export interface UnknownTexts {
  readonly column: string;
  readonly rows: number;
  readonly example: string;
}

/** A table being read as the exported model takes it. What was skipped is complete when all batches have come. */
export interface TableReader extends AsyncIterable<RawBatch> {
  readonly path: string;
  readonly warnings: readonly string[];
  readonly skipped: readonly SkippedRows[];
  /** Those that are skipped because of a picture that cannot be read. */
  readonly bad: readonly UnreadPicture[];
  /** Whether rows are pictures of a folder, which are called by their path. */
  readonly ofFolder: boolean;
  readonly unknown: readonly UnknownTexts[];
  /** Rows read so far. */
  readonly rows: number;
  /** Also done at the end of the batches, or when their loop is left. */
  close(): void;
}

/**
 * Opens a table to evaluate or predict on. Columns may come in any order, and there may be more of them.
 * @throws LatheError `data.missing`, `data.empty`, `data.unreadable`; `data.column` for an input column that is not there, `data.target` for a target; while
 * iterating, `data.value` and `data.ragged`, and `data.empty` where there were no rows.
 */
export async function readTable(options: ReadTableOptions): Promise<TableReader> {
  const { fitted, workFolder, signal } = options;
  const database = await Database.open(workFolder, { signal });
  try {
    const source = options.listing ? await openFrozen(database, options.listing) : await openAny(database, options);
    requireColumns(source, fitted, options.targets === "required");
    return new Reader(database, source, options);
  } catch (error) {
    database.close();
    throw error;
  }
}

/**
 * One row of values as they would stand in a delimited text, read as `readTable` reads a file of it.
 * @param values by column; null, or omitted: missing.
 */
export async function readValues({
  fitted,
  values,
  workFolder,
}: {
  readonly fitted: FittedData;
  readonly values: Readonly<Record<string, string | null>>;
  readonly workFolder: string;
}): Promise<TableReader> {
  const database = await Database.open(workFolder);
  return new Reader(database, sourceOfValues(values, columnsOf(fitted, false), fitted.decimal), { fitted, folder: ".", path: "", workFolder, targets: "none" });
}

/** The columns that a model reads. */
function namesOf(fitted: FittedData, withTargets: boolean): readonly string[] {
  const { numbers, texts } = columnsOf(fitted, withTargets);
  return [...numbers, ...texts];
}

/** A table, or for a model of pictures a folder of them or a single one. */
async function openAny(database: Database, { fitted, folder, path, signal, targets, ...options }: ReadTableOptions): Promise<Source> {
  const full = resolve(folder, path);
  const found = picturesOf(fitted.inputs).length > 0 ? await stat(full).catch(() => undefined) : undefined;
  if (!found || (found.isFile() && !hasPictureName(full)))
    return openTable(database, folder, path, {
      ...csvOptions(options),
      likely: options.likely ?? fitted.decimal,
      names: options.names ?? namesOf(fitted, targets === "required"),
    });
  const levels = fitted.levels ?? [];
  const needed = columnsOf(fitted, targets === "required").texts.some((column) => levels.includes(column));
  if (found.isFile()) return openPicture(database, full);
  const source = await openImageFolder(database, full, { levels: needed ? levels : [], signal });
  if (targets === "none") return source;
  const counts = new Map<string, ReadonlyMap<string, number>>();
  for (const { name, sql } of source.columns.filter((column) => levels.includes(column.name))) {
    const rows = await database.all(`SELECT ${sql} AS v, count(*) AS n FROM ${source.relation} GROUP BY 1 ORDER BY 1`);
    counts.set(name, new Map(rows.map(({ v, n }) => [String(v), Number(n)])));
  }
  const strangers = await checkClasses({ path: full, targets: fitted.targets, classesIn: (column) => counts.get(column), levels: levels.length, signal });
  return { ...source, warnings: [...source.warnings, ...strangers] };
}

/**
 * A part of prepared data once more from its file, in the order of the sample file. Of pictures at most 1,000, evenly spread; those that are not any more what
 * they were are excluded.
 * @throws LatheError as `readTable`, and `data.changed` where the file has other rows by now.
 */
export async function* readSplit(
  prepared: Omit<PreparedData, "readRaw">,
  split: SplitName,
  workFolder: string,
  signal?: AbortSignal,
): AsyncGenerator<RawBatch, void, void> {
  const { source, fitted } = prepared;
  const own = split === "test" && source.test !== undefined;
  const path = own ? (source.test ?? source.path) : source.path;
  const all = readRowNumbers(prepared.files[split], prepared.fingerprint);
  const pictures = picturesOf(fitted.inputs).length > 0;
  const step = pictures ? Math.max(1, Math.ceil(all.length / MOST_PICTURES)) : 1;
  const rows = step === 1 ? all : all.filter((_, i) => i % step === 0);
  const listing = prepared.listings?.[own ? "test" : "main"];
  const memory = pictures ? await PictureMemory.open(workFolder) : undefined;
  const reader = await readTable({
    fitted,
    folder: ".",
    path,
    ...source.options,
    workFolder,
    targets: "required",
    rows,
    signal,
    ...(listing ? { listing } : {}),
    ...(memory ? { contentOf: (file) => memory.contentOf(file) } : {}),
  });
  let read = 0;
  for await (const batch of reader) {
    read += batch.size;
    yield step === 1 ? batch : { ...batch, places: batch.places?.map((place) => place * step) ?? new Uint32Array(0) };
  }
  if (pictures && read > 0) return;
  if (read !== rows.length) {
    throw new LatheError(
      "data.changed",
      pictures
        ? `none of the ${rows.length} ${split} pictures of ${path} is what it was when the data were prepared, so the model cannot be checked on ` +
            `them; put them back and resume the run`
        : `${path} has other rows than when the data were prepared: ${read} of ${rows.length} ${split} rows are there; prepare them again`,
      { path },
    );
  }
}

class Reader implements TableReader {
  readonly path: string;
  readonly warnings: readonly string[];
  readonly #database: Database;
  readonly #source: Source;
  readonly #options: ReadTableOptions;
  readonly #skipped = new Map<string, SkippedRows>();
  readonly #unknown = new Map<string, UnknownTexts>();
  readonly #bad: UnreadPicture[] = [];
  #rows = 0;
  #closed = false;

  constructor(database: Database, source: Source, options: ReadTableOptions) {
    this.#database = database;
    this.#source = source;
    this.#options = options;
    this.path = source.path;
    this.warnings = source.warnings;
  }

  get bad(): readonly UnreadPicture[] {
    return this.#bad;
  }

  get ofFolder(): boolean {
    return this.#source.format === "pictures";
  }

  get skipped(): readonly SkippedRows[] {
    return [...this.#skipped.values()];
  }

  get unknown(): readonly UnknownTexts[] {
    return [...this.#unknown.values()];
  }

  get rows(): number {
    return this.#rows;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#database.close();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<RawBatch, void, void> {
    const { fitted, targets, rows: wantedRows, batchSize = BATCH } = this.#options;
    const withTargets = targets === "required";
    const wanted = columnsOf(fitted, withTargets);
    const pictures = picturesOf(fitted.inputs).length > 0;
    const assembler = new RawAssembler(fitted, pictures ? PICTURES : batchSize, withTargets, 0);
    const checks = checksOf(fitted, wanted, withTargets);
    let [next, given] = [0, 0];
    const take = (): Iterable<RawBatch> | AsyncIterable<RawBatch> => {
      const batch = assembler.take();
      const placed = wantedRows ? { ...batch, places: Uint32Array.from(batch.rows, (_, i) => given + i) } : batch;
      given += batch.size;
      return pictures
        ? withPictures(placed, {
            fitted,
            source: this.#source,
            contentOf: this.#options.contentOf,
            skip: (column, reason, picture) => this.#skip(column, reason, picture),
          })
        : [placed];
    };
    let picked = new Int32Array(0);
    try {
      for await (const chunk of this.#database.stream(`SELECT ${selectOf(wanted)} FROM ${convertedRows(this.#source, wanted)}`)) {
        const before = this.#rows;
        if (picked.length < chunk.rowCount) picked = new Int32Array(chunk.rowCount);
        let count = 0;
        for (let i = 0; i < chunk.rowCount; i++) {
          if (wantedRows) {
            if (wantedRows[next] !== before + i + 1) continue;
            next++;
          } else if (!this.#usable(chunk, i, before + i + 1, checks)) continue;
          picked[count++] = i;
        }
        this.#rows += chunk.rowCount;
        for (let from = 0; from < count;) {
          from += assembler.add(chunk, picked, from, count, (i) => before + i + 1);
          if (assembler.full) yield* take();
        }
        if (wantedRows && next === wantedRows.length) break;
      }
      if (this.#rows === 0) throw new LatheError("data.empty", `${this.path} has a header but no rows, expected at least one`, { path: this.path });
      if (assembler.size > 0) yield* take();
    } catch (error) {
      throw await explainReading(this.#database, this.#source, wanted.numbers, error);
    } finally {
      this.close();
    }
  }

  /** Counts what is odd about a row. */
  #usable(chunk: DuckDBDataChunk, i: number, row: number, checks: readonly Check[]): boolean {
    for (const { position, column, test, reason } of checks) {
      const value = chunk.getColumnVector(position).getItem(i);
      if (!test(value)) continue;
      if (reason === "refused") {
        throw new LatheError(
          "data.value",
          `${this.path}, row ${row}, column "${column}": got nothing, expected a number, because missing is "error"; fill it in`,
          { path: this.path, row, column },
        );
      }
      if (reason === "unknown text") {
        const known = this.#unknown.get(column);
        this.#unknown.set(column, { column, rows: (known?.rows ?? 0) + 1, example: known?.example ?? String(value) });
        continue;
      }
      this.#skip(column, reason);
      return false;
    }
    return true;
  }

  #skip(column: string, reason: SkippedRows["reason"], picture?: UnreadPicture): void {
    const known = this.#skipped.get(`${reason} ${column}`);
    this.#skipped.set(`${reason} ${column}`, { reason, column, rows: (known?.rows ?? 0) + 1 });
    if (picture) this.#bad.push(picture);
  }
}

interface Check {
  readonly position: number;
  readonly column: string;
  readonly test: (value: unknown) => boolean;
  readonly reason: SkippedRows["reason"] | "refused" | "unknown text";
}

function checksOf(fitted: FittedData, wanted: Wanted, withTargets: boolean): readonly Check[] {
  const isMissing = (value: unknown) => value === "" || Number.isNaN(value);
  const position = (column: string, numeric: boolean) => (numeric ? wanted.numbers.indexOf(column) : wanted.numbers.length + wanted.texts.indexOf(column));
  const strangers = (column: string, known: ReadonlySet<string>, reason: Check["reason"]): Check => ({
    position: position(column, false),
    column,
    reason,
    test: (value) => typeof value === "string" && value !== "" && !known.has(value),
  });
  const ofTarget = (target: FittedTarget): readonly Check[] => {
    const kind = targetKindOf(target);
    const isNumber = kind.cells === "number";
    return kind.columnsOf(target).flatMap((column): readonly Check[] => {
      const missing = { position: position(column, isNumber), column, test: isMissing, reason: "missing target" } as const;
      return isNumber ? [missing] : [missing, strangers(column, new Set(kind.classOf(target).keys()), "unknown class")];
    });
  };
  return [
    ...(withTargets ? fitted.targets.flatMap(ofTarget) : []),
    ...fitted.inputs.flatMap((input): readonly Check[] => {
      const kind = kindOf(input);
      const gaps = kind.gaps(input);
      const known = kind.known(input);
      return kind
        .columnsOf(input)
        .flatMap((column): readonly Check[] => [
          ...(gaps === "keep"
            ? []
            : [
                {
                  position: position(column, kind.cells === "number"),
                  column,
                  test: isMissing,
                  reason: gaps === "drop" ? ("missing value" as const) : ("refused" as const),
                },
              ]),
          ...(known ? [strangers(column, known, "unknown text")] : []),
        ]);
    }),
  ];
}

function selectOf(wanted: Wanted): string {
  return selectRaw(
    wanted,
    (c) => `n${wanted.numbers.indexOf(c)}`,
    (c) => `t${wanted.texts.indexOf(c)}`,
  );
}

function requireColumns(source: Source, fitted: FittedData, withTargets: boolean): void {
  for (const input of fitted.inputs) {
    for (const column of kindOf(input).columnsOf(input)) findColumn(source, column, "data.column", `input ${input.name}`);
  }
  if (!withTargets) return;
  for (const target of fitted.targets) {
    for (const column of targetKindOf(target).columnsOf(target)) findColumn(source, column, "data.target", `target ${target.name}`);
  }
}
