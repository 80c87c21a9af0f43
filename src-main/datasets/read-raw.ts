import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { defined } from "../base/assert.js";
import { LatheError, toLatheError } from "../base/errors.js";
import { nameColumns } from "../contract/file-names.js";
import type { FittedData } from "../features/fitted.js";
import { kindOf, picturesOf, targetKindOf } from "../features/index.js";
import { Speller } from "../features/spelling.js";
import { checkClasses } from "./pictures/check-classes.js";
import { hasPictureName } from "./pictures/formats.js";
import { PictureMemory } from "./pictures/picture-memory.js";
import { OddRows } from "./odd-rows.js";
import { PICTURES, type UnreadPicture, withPictures } from "./pictures/raw-pictures.js";
import type { PreparedData, SkippedRows } from "./prepared.js";
import { RawAssembler, type RawBatch, type Spelling, columnsOf, selectConverted } from "./raw-batch.js";
import { readRowNumbers } from "./record-file.js";
import { findColumn } from "./roles.js";
import { type Doubt, RowChecks, tellRefused } from "./row-checks.js";
import { listAll } from "./shorten.js";
import { csvOptions } from "./sources/csv.js";
import { Database } from "./sources/database.js";
import { openFrozen, openImageFolder, openPicture } from "./sources/image-folder.js";
import { type Source, besideTraining, namedLike, readBefore, withMissing } from "./sources/source.js";
import { sourceOfValues } from "./sources/values.js";
import type { OutsideRows, ReadTableOptions, TableReader, UnknownTexts } from "./table-reader.js";
import { openTable } from "./sources/table.js";
import { type FutureTable, loadFuture } from "./series/future-table.js";
import { readSeries } from "./series/read-windows.js";
import type { SplitName } from "./splits.js";
import { convertedRows, explainReading } from "./staging.js";

/** Rows of a table that go through a model together. */
export const BATCH = 4096;
/** Pictures of a part that are read once more. */
const MOST_PICTURES = 1000;

/**
 * Opens a table to evaluate or predict on. Columns may come in any order, and there may be more of them.
 * @throws LatheError `data.missing`, `data.empty`, `data.unreadable`; `data.column` for an input column that is not there, `data.target` for a target; while
 * iterating, `data.value` and `data.ragged`, and `data.empty` where there were no rows.
 */
export async function readTable(options: ReadTableOptions): Promise<TableReader> {
  const { fitted, workFolder, signal } = options;
  const database = await Database.open(workFolder, { signal });
  try {
    if (fitted.series) return await readSeries(database, asFitted(await openAny(database, options), fitted), fitted.series, options);
    const source = options.listing ? await openFrozen(database, options.listing) : await openAny(database, options);
    requireColumns(source, fitted, options.targets === "required");
    return new Reader(database, asFitted(source, fitted), options);
  } catch (error) {
    database.close();
    throw error;
  }
}

/**
 * A table of a series with rows behind the end of each, whole in memory.
 * @param ahead how many. @throws LatheError as `readTable`
 */
export async function readFuture(options: Omit<ReadTableOptions, "targets" | "rows" | "batchSize">, ahead: number): Promise<FutureTable> {
  const { fitted, workFolder, signal } = options;
  const database = await Database.open(workFolder, { signal });
  try {
    const source = asFitted(await openAny(database, { ...options, targets: "none" }), fitted);
    return await loadFuture(database, source, defined(fitted.series, "the series"), { fitted, ahead, signal });
  } finally {
    database.close();
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
  const source = asFitted(sourceOfValues(values, columnsOf(fitted, false), fitted.decimal), fitted);
  return new Reader(database, source, { fitted, folder: ".", path: "", workFolder, targets: "none" });
}

/** As the training rows were read. */
export function asFitted(source: Source, fitted: FittedData): Source {
  const named = namedLike(source, namesOf(fitted, true));
  return fitted.version === 1 ? readBefore(named) : besideTraining(withMissing(named, fitted.missing));
}

/** How texts are read as training would have; folders are called as they are. */
export function spellingOf({ columns, before }: Source, { inputs, targets }: FittedData): Spelling {
  if (before) return new Map();
  const isText = (name: string) => ["text", "boolean", "number"].includes(columns.find((column) => column.name === name)?.kind ?? "");
  return new Map([
    ...inputs.flatMap((input) => {
      const kind = kindOf(input);
      const known = kind.known(input);
      return known && kind.columnsOf(input).every(isText) ? [[`input ${input.name}`, new Speller(known)] as const] : [];
    }),
    ...targets.flatMap((target) => {
      const kind = targetKindOf(target);
      // Labels are spelled by their reader.
      const isClass = kind.cells === "text" && !kind.reader && kind.columnsOf(target).every(isText);
      return isClass ? [[`target ${target.name}`, new Speller(kind.classOf(target).keys())] as const] : [];
    }),
  ]);
}

/** The columns that a model reads. */
function namesOf(fitted: FittedData, withTargets: boolean): readonly string[] {
  if (fitted.series) return fitted.series.decision.columns.map(({ name }) => name);
  const { numbers, texts } = columnsOf(fitted, withTargets);
  return [...numbers, ...texts];
}

/** A table, or for a model of pictures a folder of them or a single one. @param openFolder how a folder is listed */
export async function openAny(
  database: Database,
  { fitted, folder, path, signal, targets, ...options }: ReadTableOptions,
  openFolder: typeof openImageFolder = openImageFolder,
): Promise<Source> {
  const full = resolve(folder, path);
  const found = picturesOf(fitted.inputs).length > 0 ? await stat(full).catch(() => undefined) : undefined;
  if (!found || (found.isFile() && !hasPictureName(full)))
    return openTable(database, folder, path, {
      ...csvOptions(options),
      timesAsText: fitted.series !== undefined,
      likely: options.likely ?? fitted.decimal,
      names: options.names ?? namesOf(fitted, targets === "required"),
    });
  const { levels = [], names } = fitted;
  const texts = columnsOf(fitted, targets === "required").texts;
  const needed = texts.some((column) => levels.includes(column));
  if (found.isFile()) return openPicture(database, full);
  const named = nameColumns(names).some((column) => texts.includes(column)) ? { names } : {};
  const source = await openFolder(database, full, { levels: needed ? levels : [], ...named, signal }).catch((thrown: unknown) => {
    const reads = columnsOf(fitted, false).texts.filter((column) => levels.includes(column));
    throw reads.length > 0
      ? tooShallow(thrown, full, levels, reads, [...new Set([...picturesOf(fitted.inputs).map(({ column }) => column), ...texts])])
      : thrown;
  });
  if (targets === "none") return source;
  const counts = new Map<string, ReadonlyMap<string, number>>();
  for (const { name, sql } of source.columns.filter((column) => levels.includes(column.name))) {
    const rows = await database.all(`SELECT ${sql} AS v, count(*) AS n FROM ${source.relation} GROUP BY 1 ORDER BY 1`);
    counts.set(name, new Map(rows.map(({ v, n }) => [String(v), Number(n)])));
  }
  const strangers = await checkClasses({ path: full, targets: fitted.targets, classesIn: (column) => counts.get(column), levels: levels.length, signal });
  return { ...source, warnings: [...source.warnings, ...strangers] };
}

/** Of a folder whose folders do not say what the model reads of them: what would. @param reads the levels that are read @param columns all that is needed */
function tooShallow(thrown: unknown, path: string, levels: readonly string[], reads: readonly string[], columns: readonly string[]): unknown {
  const { code, details } = toLatheError(thrown);
  const count = details["unlabelled"];
  if (typeof count !== "number") return thrown;
  const folders = levels.length === 1 ? "a level of folders" : `${levels.length} levels of folders`;
  return new LatheError(
    code,
    `${path} has ${count} picture${count === 1 ? "" : "s"}, but not in ${folders} for ${listAll(levels)}, and the model reads ${listAll(reads)}; ` +
      `give a folder that has ${levels.length === 1 ? "it" : "them"}, or a table with the columns ${listAll(columns)}, ` +
      `of which ${columns[0]} holds the pictures' paths`,
    details,
  );
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
  readonly #odd = new OddRows();
  readonly #spelling: Spelling;
  readonly #bad: UnreadPicture[] = [];
  readonly #blank: UnreadPicture[] = [];
  #rows = 0;
  #closed = false;

  constructor(database: Database, source: Source, options: ReadTableOptions) {
    this.#database = database;
    this.#source = source;
    this.#options = options;
    this.#spelling = spellingOf(source, options.fitted);
    this.path = source.path;
    this.warnings = source.warnings;
  }

  get bad(): readonly UnreadPicture[] {
    return this.#bad;
  }

  get blank(): readonly UnreadPicture[] {
    return this.#blank;
  }

  get ofFolder(): boolean {
    return this.#source.format === "pictures";
  }

  get skipped(): readonly SkippedRows[] {
    return this.#odd.skipped;
  }

  get unknown(): readonly UnknownTexts[] {
    return this.#odd.unknown;
  }

  get unknownClasses(): readonly UnknownTexts[] {
    return this.#odd.unknownClasses;
  }

  get outside(): readonly OutsideRows[] {
    return this.#odd.outside;
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
    const assembler = new RawAssembler(fitted, pictures ? PICTURES : batchSize, withTargets, 0, this.#spelling);
    const checks = new RowChecks(fitted, wanted, { withTargets, spelling: this.#spelling, odd: this.#odd });
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
            blank: (picture) => this.#blank.push(picture),
            skip: (column, reason, picture) => {
              this.#odd.skip(reason, column);
              this.#bad.push(picture);
            },
          })
        : [placed];
    };
    let picked = new Int32Array(0);
    try {
      for await (const chunk of this.#database.stream(`SELECT ${selectConverted(wanted).join(", ")} FROM ${convertedRows(this.#source, wanted)}`)) {
        const before = this.#rows;
        if (picked.length < chunk.rowCount) picked = new Int32Array(chunk.rowCount);
        let count = 0;
        for (let i = 0; i < chunk.rowCount; i++) {
          if (wantedRows) {
            if (wantedRows[next] !== before + i + 1) continue;
            next++;
          } else if (!this.#usable(checks.look(chunk, i), before + i + 1)) continue;
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
      throw await explainReading(this.#database, this.#source, wanted.numbers, error, true);
    } finally {
      this.close();
    }
  }

  #usable(doubt: Doubt | undefined, row: number): boolean {
    if (!doubt) return true;
    const { reason, column } = doubt;
    if (reason === "refused") {
      throw new LatheError("data.value", `${this.path}, row ${row}, column "${column}": ${tellRefused(doubt)}; fill it in`, { path: this.path, row, column });
    }
    this.#odd.skip(reason, column);
    return false;
  }
}

export function requireColumns(source: Source, fitted: FittedData, withTargets: boolean): void {
  for (const input of fitted.inputs) {
    for (const column of kindOf(input).columnsOf(input)) findColumn(source, column, "data.column", `input ${input.name}`);
  }
  if (!withTargets) return;
  for (const target of fitted.targets) {
    for (const column of targetKindOf(target).columnsOf(target)) findColumn(source, column, "data.target", `target ${target.name}`);
  }
}
