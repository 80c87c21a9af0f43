import { createHash } from "node:crypto";
import { statSync } from "node:fs";
import { resolve } from "node:path";
import { LatheError } from "../base/errors.js";
import type { FittedData } from "../features/fitted.js";
import { picturesOf } from "../features/index.js";
import { OddRows } from "./odd-rows.js";
import { decodedAhead, picturesAtOnce } from "./pictures/decoded-ahead.js";
import { PicturePool } from "./pictures/picture-pool.js";
import type { UnreadPicture } from "./pictures/raw-pictures.js";
import { nameSkipped } from "./prepared.js";
import { RawAssembler, type RawBatch, type Spelling, columnsOf, selectConverted } from "./raw-batch.js";
import { BATCH, asFitted, openAny, requireColumns, spellingOf } from "./read-raw.js";
import { findColumn } from "./roles.js";
import { type Doubt, RowChecks, tellRefused } from "./row-checks.js";
import { readSeries } from "./series/read-windows.js";
import { samplesAtOnce } from "./series/series-inputs.js";
import { saidBy } from "./sources/library-errors.js";
import { Database } from "./sources/database.js";
import { openManyPictures } from "./sources/image-folder.js";
import { NO_NUMBER, REFUSED, type Source, type Wanted } from "./sources/source.js";
import { convertedRows, explainReading, tellNoNumber } from "./staging.js";
import type { ReadTableOptions, TableReader } from "./table-reader.js";

/** A row that the model has no answer for. */
export interface FailedRow {
  /** From 1. */
  readonly row: number;
  /** What it is called: a picture's path in its folder, else its number. */
  readonly name: string;
  /** Of a picture in a folder the end of a sentence that begins with its name, else a sentence. */
  readonly reason: string;
}

/** Some rows in their order: those that the model answers for, and those that it cannot. */
export interface RowsToAnswer {
  readonly batch: RawBatch;
  readonly failed: readonly FailedRow[];
  /** All rows to this one are in these or in earlier ones. */
  readonly upTo: number;
  /** Pictures that empty ones stand in for; the path of one that is missing is empty. */
  readonly blank: readonly Pick<UnreadPicture, "path" | "reason">[];
}

/** A table, or pictures, being read for a model that answers for each row: a bad row is a row too. What is odd is complete when all rows have come. */
export interface AnswerSource extends Pick<TableReader, "path" | "warnings" | "ofFolder" | "skipped" | "unknown" | "outside"> {
  /** Rows; of a series those of which some begin no sample. */
  readonly total: number;
  /** Rows in a full batch. */
  readonly batchSize: number;
  /** Of what the files are: their names, sizes and times. */
  readonly fingerprint: string;
  readonly onLines?: number | undefined;
  /** Batches are the same ones each time, wherever they begin. @param after the last row that is not asked for, at the end of a batch; 0: none */
  rows(after: number): AsyncIterable<RowsToAnswer>;
  close(): Promise<void>;
}

export interface AnswerSourceOptions extends Pick<ReadTableOptions, "fitted" | "folder" | "path" | "workFolder" | "signal"> {
  /** Hears how many pictures were looked for, before any is read. */
  readonly progress?: (done: number) => void;
}

/**
 * Opens a table, a folder of pictures, or one picture, to answer for each row. Memory does not grow with the rows, but for a series, which is in memory whole.
 * @throws LatheError as `readTable`, and while its rows are asked for: but never for the values of a row, nor for its pictures
 */
export async function openAnswerSource(options: AnswerSourceOptions): Promise<AnswerSource> {
  const { fitted, workFolder, signal, progress = () => undefined } = options;
  const pictures = picturesOf(fitted.inputs).length > 0;
  const database = await Database.open(workFolder, { large: pictures, signal });
  try {
    const asked = { ...options, targets: "none" } as const;
    const source = asFitted(await openAny(database, asked, openManyPictures), fitted);
    if (fitted.series) return seriesSource(await readSeries(database, source, fitted.series, asked), source, fitted);
    requireColumns(source, fitted, false);
    const { total, fingerprint } = await lookAt(database, source, fitted, progress);
    return new TableSource(database, { source, fitted, total, fingerprint });
  } catch (error) {
    database.close();
    throw error;
  }
}

function seriesSource(reader: TableReader, source: Source, fitted: FittedData): AnswerSource {
  return {
    path: reader.path,
    warnings: reader.warnings,
    ofFolder: false,
    total: reader.rows,
    batchSize: samplesAtOnce(fitted),
    fingerprint: markOf(source).digest("hex"),
    get skipped() {
      return reader.skipped;
    },
    get unknown() {
      return reader.unknown;
    },
    get outside() {
      return reader.outside;
    },
    get onLines() {
      return reader.onLines;
    },
    async *rows(after) {
      for await (const batch of reader) {
        const upTo = batch.rows.at(-1) ?? 0;
        if (upTo > after) yield { batch, failed: [], upTo, blank: [] };
      }
    },
    close() {
      reader.close();
      return Promise.resolve();
    },
  };
}

/** The file's size and time. A folder's are those of its pictures. */
function markOf({ path, format }: Source) {
  return createHash("sha256").update(JSON.stringify([path, format === "pictures" ? "" : stampOf(path)]));
}

function stampOf(path: string): string {
  const found = statSync(path, { throwIfNoEntry: false });
  return found ? `${found.size} ${found.mtimeMs}` : "none";
}

/** How many rows there are, and what the files are. */
async function lookAt(
  database: Database,
  source: Source,
  { inputs }: FittedData,
  progress: (done: number) => void,
): Promise<{ readonly total: number; readonly fingerprint: string }> {
  const mark = markOf(source);
  const columns = [...new Set(picturesOf(inputs).map(({ column }) => column))].map((name) => findColumn(source, name, "data.column", "the table").sql);
  try {
    if (columns.length === 0) {
      const { n } = await database.one(`SELECT count(*) AS n FROM ${source.relation}`);
      return { total: Number(n), fingerprint: mark.digest("hex") };
    }
    let total = 0;
    for await (const chunk of database.stream(`SELECT ${columns.map((sql) => `coalesce(CAST(${sql} AS VARCHAR), '')`).join(", ")} FROM ${source.relation}`)) {
      for (let i = 0; i < chunk.rowCount; i++)
        columns.forEach((_, k) => {
          const path = String(chunk.getColumnVector(k).getItem(i));
          mark.update(`${path}\0${path === "" ? "" : stampOf(resolve(source.root, path))}\0`);
        });
      total += chunk.rowCount;
      progress(total);
    }
    return { total, fingerprint: mark.digest("hex") };
  } catch (error) {
    throw await explainReading(database, source, [], error, true);
  }
}

/** Rows that failed and are told at once: of a table of nothing else no more is in memory than of another. */
const MOST_FAILED = 4096;

class TableSource implements AnswerSource {
  readonly path: string;
  readonly warnings: readonly string[];
  readonly ofFolder: boolean;
  readonly total: number;
  readonly batchSize: number;
  readonly fingerprint: string;
  readonly #database: Database;
  readonly #source: Source;
  readonly #fitted: FittedData;
  readonly #spelling: Spelling;
  readonly #odd = new OddRows();
  readonly #pool: PicturePool | undefined;
  #closed = false;

  constructor(
    database: Database,
    {
      source,
      fitted,
      total,
      fingerprint,
    }: { readonly source: Source; readonly fitted: FittedData; readonly total: number; readonly fingerprint: string },
  ) {
    this.#database = database;
    this.#source = source;
    this.#fitted = fitted;
    this.#spelling = spellingOf(source, fitted);
    const pictures = picturesOf(fitted.inputs).length > 0;
    this.#pool = pictures ? new PicturePool() : undefined;
    this.batchSize = pictures ? picturesAtOnce(fitted) : BATCH;
    this.path = source.path;
    this.warnings = source.warnings;
    this.ofFolder = source.format === "pictures";
    this.total = total;
    this.fingerprint = fingerprint;
  }

  get skipped() {
    return this.#odd.skipped;
  }

  get unknown() {
    return this.#odd.unknown;
  }

  get outside() {
    return this.#odd.outside;
  }

  rows(after: number): AsyncIterable<RowsToAnswer> {
    const gathered = this.#gathered(after);
    return this.#pool ? decodedAhead(gathered, { fitted: this.#fitted, source: this.#source, pool: this.#pool }) : gathered;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#database.close();
    await this.#pool?.close();
  }

  /** Of pictures the paths. */
  async *#gathered(after: number): AsyncGenerator<RowsToAnswer, void, void> {
    const wanted = columnsOf(this.#fitted, false);
    const checks = new RowChecks(this.#fitted, wanted, { withTargets: false, spelling: this.#spelling, odd: this.#odd });
    const assembler = new RawAssembler(this.#fitted, this.batchSize, false, 0, this.#spelling);
    /** Rows that were looked at. */
    let seen = 0;
    let failed: FailedRow[] = [];
    const take = (): RowsToAnswer => {
      const rows = { batch: assembler.take(), failed, upTo: seen, blank: [] };
      failed = [];
      return rows;
    };
    // A table without a bad number is read the sooner way; at the first bad one it is read anew, its bad numbers told, and goes on there.
    for (let tells = false; ;) {
      try {
        let first = 1;
        for await (const chunk of this.#database.stream(this.#sql(wanted, tells))) {
          const numberOf = (i: number) => first + i;
          const picked = new Int32Array(chunk.rowCount);
          let count = 0;
          for (let i = Math.max(0, seen + 1 - first); i < chunk.rowCount; i++) {
            const row = numberOf(i);
            seen = row;
            const refused = tells ? chunk.getColumnVector(wanted.numbers.length + wanted.texts.length).getItem(i) : null;
            const doubt = typeof refused === "string" ? undefined : checks.look(chunk, i);
            if (row <= after) continue;
            if (typeof refused === "string") failed.push(this.#refused(row, refused, wanted));
            else if (doubt) failed.push({ row, name: String(row), reason: tellDoubt(doubt) });
            else picked[count++] = i;
            if (assembler.size + count < this.batchSize && failed.length < MOST_FAILED) continue;
            assembler.add(chunk, picked, 0, count, numberOf);
            count = 0;
            yield take();
          }
          assembler.add(chunk, picked, 0, count, numberOf);
          first += chunk.rowCount;
        }
        break;
      } catch (error) {
        if (tells || !saidBy(error).includes(NO_NUMBER)) throw await explainReading(this.#database, this.#source, wanted.numbers, error, true);
        tells = true;
      }
    }
    if (seen === 0) throw new LatheError("data.empty", `${this.path} has a header but no rows, expected at least one`, { path: this.path });
    if (assembler.size > 0 || failed.length > 0) yield take();
  }

  #sql(wanted: Wanted, tells: boolean): string {
    return `SELECT ${[...selectConverted(wanted), ...(tells ? [REFUSED] : [])].join(", ")} FROM ${convertedRows(this.#source, wanted, tells)}`;
  }

  /** @param refused as `REFUSED` has it */
  #refused(row: number, refused: string, { numbers }: Wanted): FailedRow {
    const at = refused.indexOf(":");
    return { row, name: String(row), reason: tellNoNumber(this.#source, numbers[Number(refused.slice(0, at))], refused.slice(at + 1), true) };
  }
}

function tellDoubt(doubt: Doubt): string {
  if (doubt.reason === "refused") return `column "${doubt.column}": ${tellRefused(doubt)}`;
  return `${nameSkipped({ reason: doubt.reason, column: doubt.column, rows: 1 }, '"')}: the model was trained without such rows`;
}
