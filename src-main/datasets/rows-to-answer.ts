import { createHash } from "node:crypto";
import { statSync } from "node:fs";
import { resolve } from "node:path";
import { LatheError, toLatheError } from "../base/errors.js";
import type { FittedData } from "../features/fitted.js";
import { picturesOf } from "../features/index.js";
import { OddRows } from "./odd-rows.js";
import { decodedAhead, picturesAtOnce } from "./pictures/decoded-ahead.js";
import { PicturePool } from "./pictures/picture-pool.js";
import { nameSkipped } from "./prepared.js";
import { RawAssembler, type Spelling, columnsOf, selectConverted } from "./raw-batch.js";
import { BATCH, asFitted, openAny, requireColumns, spellingOf } from "./read-raw.js";
import { findColumn } from "./roles.js";
import { type Doubt, RowChecks, tellRefused } from "./row-checks.js";
import { readSeries } from "./series/read-windows.js";
import { samplesAtOnce } from "./series/series-inputs.js";
import { saidBy } from "./sources/library-errors.js";
import { Database } from "./sources/database.js";
import { openManyPictures } from "./sources/image-folder.js";
import { NO_NUMBER, REFUSED, type Source, type TolerantReading, type Wanted } from "./sources/source.js";
import { convertedRows, explainReading, tellNoNumber } from "./staging.js";
import type { FailedRow, ReadTableOptions, RowsToAnswer, TableReader } from "./table-reader.js";

/** A table, or pictures, being read for a model that answers for each row: a bad row is a row too. What is odd is complete when all rows have come. */
export interface AnswerSource extends Pick<TableReader, "path" | "warnings" | "ofFolder" | "skipped" | "unknown" | "outside"> {
  /** Whether rows have names, and not numbers alone. */
  readonly named: boolean;
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
    try {
      return new TableSource(database, { source, fitted, rejected: [], ...(await lookAt(database, source, fitted, progress)) });
    } catch (thrown) {
      const { tolerant } = source;
      if (!tolerant || toLatheError(thrown).code !== "data.ragged") throw thrown;
      const rejected = await rejectedRows(database, tolerant, thrown);
      const without = { ...source, relation: tolerant.relation() };
      const { total, fingerprint } = await lookAt(database, without, fitted, progress);
      return new TableSource(database, { source: without, fitted, rejected, total: total + rejected.length, fingerprint });
    }
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
    named: true,
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

/** Rows of a text that cannot be told apart into fields, at most; a file of more is another than it was taken for. */
const MOST_REJECTED = 10_000;

/** @param ragged what is thrown where there are too many, or where they cannot be found in the file */
async function rejectedRows(database: Database, tolerant: TolerantReading, ragged: unknown): Promise<readonly FailedRow[]> {
  const { n } = await database.one(`SELECT count(*) AS n FROM ${tolerant.relation("rejected_rows")}`);
  // A row has a message for each field that is missing, or that is one too many: the first of the one, the last of the other says how many it has.
  const message =
    "CASE WHEN bool_or(error_type = 'TOO MANY COLUMNS') THEN arg_max(error_message, column_idx) ELSE arg_min(error_message, column_idx) END AS message";
  const rejected = await database.all(`SELECT line, ${message} FROM rejected_rows GROUP BY line ORDER BY line LIMIT ${MOST_REJECTED + 1}`);
  if (rejected.length > MOST_REJECTED || rejected.length > Number(n)) throw ragged;
  const rows = await tolerant.rowsOf(rejected.map(({ line }) => Number(line)));
  if (rows.some((row, i) => row <= (rows[i - 1] ?? 0))) throw ragged;
  return rejected.map(({ message }, i) => ({ row: rows[i] ?? 0, name: String(rows[i]), reason: tolerant.tell(String(message)) }));
}

/** Rows that failed and are told at once: of a table of nothing else no more is in memory than of another. */
const MOST_FAILED = 4096;

class TableSource implements AnswerSource {
  readonly path: string;
  readonly warnings: readonly string[];
  readonly ofFolder: boolean;
  readonly named: boolean;
  readonly total: number;
  readonly batchSize: number;
  readonly fingerprint: string;
  readonly #database: Database;
  readonly #source: Source;
  readonly #fitted: FittedData;
  readonly #spelling: Spelling;
  readonly #odd = new OddRows();
  readonly #pool: PicturePool | undefined;
  /** Rows that the source passes over. */
  readonly #rejected: readonly FailedRow[];
  #closed = false;

  constructor(
    database: Database,
    {
      source,
      fitted,
      rejected,
      total,
      fingerprint,
    }: { readonly source: Source; readonly fitted: FittedData; readonly rejected: readonly FailedRow[]; readonly total: number; readonly fingerprint: string },
  ) {
    this.#database = database;
    this.#source = source;
    this.#fitted = fitted;
    this.#rejected = rejected;
    this.#spelling = spellingOf(source, fitted);
    const pictures = picturesOf(fitted.inputs).length > 0;
    this.#pool = pictures ? new PicturePool() : undefined;
    this.batchSize = pictures ? picturesAtOnce(fitted) : BATCH;
    this.path = source.path;
    this.warnings = source.warnings;
    this.ofFolder = this.named = source.format === "pictures";
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
    /** Rows that were looked at: of the file, of those that are not passed over, and of those that are. */
    let [seen, good, passed] = [0, 0, 0];
    let failed: FailedRow[] = [];
    const take = (): RowsToAnswer => {
      const rows = { batch: assembler.take(), failed, upTo: seen, blank: [] };
      failed = [];
      return rows;
    };
    const fail = (row: FailedRow) => {
      if (row.row > after) failed.push(row);
    };
    /** The next rows, as far as they are passed over. */
    const passOver = () => {
      for (let next = this.#rejected[passed]; next?.row === seen + 1; next = this.#rejected[++passed]) {
        seen++;
        fail(next);
      }
    };
    // A table without a bad number is read the sooner way; at the first bad one it is read anew, its bad numbers told, and goes on there.
    for (let tells = false; ;) {
      try {
        let before = 0;
        for await (const chunk of this.#database.stream(this.#sql(wanted, tells))) {
          const [picked, numbers] = [new Int32Array(chunk.rowCount), new Float64Array(chunk.rowCount)];
          const numberOf = (i: number) => numbers[i] ?? 0;
          let count = 0;
          for (let i = Math.max(0, good - before); i < chunk.rowCount; i++) {
            passOver();
            const row = ++seen;
            good++;
            numbers[i] = row;
            const refused = tells ? chunk.getColumnVector(wanted.numbers.length + wanted.texts.length).getItem(i) : null;
            const doubt = typeof refused === "string" ? undefined : checks.look(chunk, i);
            if (typeof refused === "string") fail(this.#refused(row, refused, wanted));
            else if (doubt) fail({ row, name: String(row), reason: tellDoubt(doubt) });
            else if (row > after) picked[count++] = i;
            if (row <= after || (assembler.size + count < this.batchSize && failed.length < MOST_FAILED)) continue;
            assembler.add(chunk, picked, 0, count, numberOf);
            count = 0;
            yield take();
          }
          assembler.add(chunk, picked, 0, count, numberOf);
          before += chunk.rowCount;
        }
        break;
      } catch (error) {
        if (tells || !saidBy(error).includes(NO_NUMBER)) throw await explainReading(this.#database, this.#source, wanted.numbers, error, true);
        tells = true;
      }
    }
    passOver();
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
