import { defined } from "../../base/assert.js";
import { LatheError } from "../../base/errors.js";
import type { FittedData } from "../../features/fitted.js";
import { kindOf, rowsOf, rowsOfTarget, targetKindOf } from "../../features/index.js";
import type { RowSpan } from "../../features/kind.js";
import type { FittedSeries } from "../../features/series.js";
import { Speller } from "../../features/spelling.js";
import type { TensorData } from "../../onnx/types.js";
import { OddRows, isFarOutside } from "../odd-rows.js";
import type { SkippedRows } from "../prepared.js";
import { type RawBatch, classReader, classTensor, columnsOf } from "../raw-batch.js";
import type { OutsideRows, ReadSeries, ReadTableOptions, TableReader, UnknownTexts } from "../table-reader.js";
import { findColumn } from "../roles.js";
import type { Database } from "../sources/database.js";
import type { Source } from "../sources/source.js";
import { throwIfAborted } from "../throw-if-aborted.js";
import { openFitted } from "./fitted-series.js";
import { endsOnLine } from "./look-ahead.js";
import { samplesAtOnce, seriesInputs } from "./series-inputs.js";
import { type SeriesTable, loadSeries } from "./series-table.js";
import { writeTime } from "./zone.js";

/**
 * Reads another table of a series as the model was trained on one: made regular by the same step, zone and calendar, a sample for each row around which all
 * that the model reads is there. The table is in memory once; batches are copies of its rows.
 * @throws LatheError `data.*` as `openSeries`
 */
export async function readSeries(database: Database, table: Source, series: FittedSeries, options: ReadTableOptions): Promise<TableReader> {
  const { fitted, targets, signal } = options;
  const withTargets = targets === "required";
  const wanted = columnsOf(fitted, withTargets);
  const source = await openFitted(database, table, series, wanted, { signal });
  for (const name of [...wanted.numbers, ...wanted.texts]) findColumn(source, name, "data.column", "the series");
  const onLine = await rowsOnLines(database, source, fitted);
  return new SeriesReader(database, { source, table: await loadSeries(database, source, wanted), onLine }, options);
}

/** Rows, from 0, that `endsOnLine` is about. */
async function rowsOnLines(database: Database, { series }: Source, fitted: FittedData): Promise<ReadonlySet<number>> {
  const sql = series && endsOnLine(series, fitted, (input) => kindOf(input).columnsOf(input));
  if (!series || sql === undefined) return new Set();
  return new Set((await database.all(`SELECT rowid AS row FROM ${series.table} WHERE ${sql}`)).map(({ row }) => Number(row)));
}

/** Columns of a row's surroundings that must be there. */
interface Field {
  readonly columns: readonly string[];
  readonly rows: RowSpan;
  readonly reason: SkippedRows["reason"];
  /** Whether a value may be missing. */
  readonly gaps: boolean;
}

class SeriesReader implements TableReader {
  readonly path: string;
  readonly warnings: readonly string[];
  readonly bad = [];
  readonly blank = [];
  readonly ofFolder = false;
  readonly #database: Database;
  readonly #table: SeriesTable;
  readonly #source: Source;
  readonly #onLine: ReadonlySet<number>;
  readonly #options: ReadTableOptions;
  readonly #odd = new OddRows();
  readonly #checks: readonly WordCheck[];
  readonly #classReaders: ReadonlyMap<string, (text: string) => number>;
  #answeredOnLine = 0;
  #closed = false;

  constructor(
    database: Database,
    { source, table, onLine }: { readonly source: Source; readonly table: SeriesTable; readonly onLine: ReadonlySet<number> },
    options: ReadTableOptions,
  ) {
    this.#database = database;
    this.#source = source;
    this.#onLine = onLine;
    this.#table = table;
    this.#options = options;
    this.#checks = checksOf(options.fitted, options.targets === "required");
    this.#classReaders = new Map(options.fitted.targets.map((target) => [target.name, classReader(target)]));
    this.path = source.path;
    this.warnings = source.warnings;
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
    const { inputs } = this.#options.fitted;
    return inputs.flatMap((input) => {
      const kind = kindOf(input);
      return kind.columnsOf(input).flatMap((column, k): readonly OutsideRows[] => {
        const range = kind.range(input, k);
        if (!range) return [];
        const isFar = isFarOutside(range);
        const rows = this.#table.numbers(column).reduce((n, value) => n + (isFar(value) ? 1 : 0), 0);
        return rows === 0 ? [] : [{ column, rows, ...range }];
      });
    });
  }

  get onLines(): number {
    return this.#answeredOnLine;
  }

  get rows(): number {
    return this.#table.rows;
  }

  get series(): ReadSeries {
    const table = this.#table;
    const all = Array.from({ length: table.rows }, (_, row) => row);
    return { segment: table.segments, time: table.times, values: (columns) => table.windows(columns, all, 0, 0) };
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#database.close();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<RawBatch, void, void> {
    const { fitted, targets, rows: wanted, batchSize = samplesAtOnce(this.#options.fitted) } = this.#options;
    const fields = fieldsOf(fitted, targets === "required");
    let places: number[] = [];
    let given = 0;
    const take = (): RawBatch => {
      const batch = this.#batch(places, fitted, targets === "required");
      const placed = wanted ? { ...batch, places: Uint32Array.from(places, (_, i) => given + i) } : batch;
      given += places.length;
      places = [];
      return placed;
    };
    try {
      if (this.#table.rows === 0) throw new LatheError("data.empty", `${this.path} has no rows, expected at least one`, { path: this.path });
      for (const row of wanted ?? this.#table.all()) {
        if (!wanted && !this.#usable(row - 1, fields)) continue;
        places.push(row - 1);
        if (places.length === batchSize) {
          yield take();
          throwIfAborted(this.#options.signal);
        }
      }
      if (places.length > 0) yield take();
    } finally {
      this.close();
    }
  }

  /** Counts why a row begins no sample. */
  #usable(row: number, fields: readonly Field[]): boolean {
    for (const { rows, columns, reason, gaps } of fields) {
      if (!this.#table.isWhole(row + rows.from, row + rows.to, row)) return this.#skip("incomplete window", "");
      if (gaps) continue;
      for (const column of columns) if (this.#table.isMissing(column, row + rows.from, row + rows.to)) return this.#skip(reason, column);
    }
    for (const { column, known, speller, isClass } of this.#checks) {
      const text = speller.read(this.#table.text(column, row));
      if (known.has(text) || (text === "" && !isClass)) continue;
      if (!isClass) {
        this.#odd.meetText(column, text, known);
        continue;
      }
      this.#odd.meetClass(column, text, known);
      return this.#skip("unknown class", column);
    }
    if (!this.#onLine.has(row)) return true;
    if (this.#options.targets === "required") return this.#skip("last value filled in on a line", "");
    this.#answeredOnLine++;
    return true;
  }

  #skip(reason: SkippedRows["reason"], column: string): false {
    this.#odd.skip(reason, column);
    return false;
  }

  #batch(places: readonly number[], fitted: FittedData, withTargets: boolean): RawBatch {
    const table = this.#table;
    const answers: Record<string, TensorData> = {};
    for (const target of withTargets ? fitted.targets : []) {
      const kind = targetKindOf(target);
      const columns = kind.columnsOf(target);
      if (kind.cells === "number") {
        const { from, to } = rowsOfTarget(target);
        const data = table.windows(columns, places, from, to);
        answers[target.name] = { dtype: "float32", dims: [places.length, kind.valuesOf(target).length], data };
      } else {
        const speller = new Speller(kind.classOf(target).keys());
        const classOf = defined(this.#classReaders.get(target.name), target.name);
        const { tensor, put } = classTensor(target, places.length);
        places.forEach((row, i) => put(i, classOf(speller.read(table.text(columns[0] ?? "", row)))));
        answers[target.name] = tensor;
      }
    }
    const series = this.#source.series;
    const names = series ? places.map((row) => [...(series.id === undefined ? [] : [table.id(row)]), writeTime(table.time(row), series)].join(" ")) : [];
    return { size: places.length, rows: Uint32Array.from(places, (row) => row + 1), names, inputs: seriesInputs(table, fitted, places), targets: answers };
  }
}

function fieldsOf(fitted: FittedData, withTargets: boolean): readonly Field[] {
  return [
    ...(withTargets
      ? fitted.targets.map((target): Field => {
          return { columns: targetKindOf(target).columnsOf(target), rows: rowsOfTarget(target), reason: "missing target", gaps: false };
        })
      : []),
    ...fitted.inputs.map((input): Field => {
      const kind = kindOf(input);
      return { columns: kind.columnsOf(input), rows: rowsOf(input), reason: "missing value", gaps: kind.gaps(input) === "keep" };
    }),
  ];
}

/** A column of texts that training knew by heart: an input's words, or a target's classes, without which a row cannot be judged. */
interface WordCheck {
  readonly column: string;
  readonly known: ReadonlySet<string>;
  readonly speller: Speller;
  readonly isClass: boolean;
}

function checksOf({ inputs, targets }: FittedData, withTargets: boolean): readonly WordCheck[] {
  const check = (column: string, known: ReadonlySet<string>, isClass: boolean): WordCheck => ({ column, known, speller: new Speller(known), isClass });
  return [
    ...(withTargets ? targets : []).flatMap((target) => {
      const kind = targetKindOf(target);
      return kind.cells === "number" || kind.open ? [] : kind.columnsOf(target).map((column) => check(column, new Set(kind.classOf(target).keys()), true));
    }),
    ...inputs.flatMap((input) => {
      const kind = kindOf(input);
      const known = kind.known(input);
      return known ? kind.columnsOf(input).map((column) => check(column, known, false)) : [];
    }),
  ];
}
