import { LatheError } from "../../base/errors.js";
import type { FittedData } from "../../features/fitted.js";
import { horizonOf, kindOf, rowsOf, targetKindOf } from "../../features/index.js";
import type { RowSpan } from "../../features/kind.js";
import type { FittedSeries } from "../../features/series.js";
import { Speller } from "../../features/spelling.js";
import type { TensorData } from "../../onnx/types.js";
import type { Tensors } from "../../engines/engine.js";
import type { SkippedRows } from "../prepared.js";
import { type RawBatch, classTensor, columnsOf } from "../raw-batch.js";
import type { OutsideRows, ReadSeries, ReadTableOptions, TableReader, UnknownTexts } from "../table-reader.js";
import { findColumn } from "../roles.js";
import type { Database } from "../sources/database.js";
import type { Source } from "../sources/source.js";
import { specOfFitted } from "./fitted-series.js";
import { openSeries, writeTime } from "./regular-series.js";
import { type SeriesTable, loadSeries } from "./series-table.js";

/** Samples of a batch. */
const BATCH = 1024;
/** Unknown texts that are counted by name. */
const MOST_TEXTS = 1000;

/**
 * Reads another table of a series as the model was trained on one: made regular by the same step, zone and calendar, a sample for each row around which all
 * that the model reads is there. The table is in memory once; batches are copies of its rows.
 * @throws LatheError `data.*` as `openSeries`
 */
export async function readSeries(database: Database, table: Source, series: FittedSeries, options: ReadTableOptions): Promise<TableReader> {
  const { fitted, targets, signal } = options;
  const withTargets = targets === "required";
  const wanted = columnsOf(fitted, withTargets);
  const cells = new Map([...wanted.numbers.map((name) => [name, "number" as const] as const), ...wanted.texts.map((name) => [name, "text" as const] as const)]);
  const source = await openSeries(database, table, specOfFitted(series, table.path), { like: series.decision, cells, signal });
  for (const name of [...wanted.numbers, ...wanted.texts]) findColumn(source, name, "data.column", "the series");
  return new SeriesReader(database, source, await loadSeries(database, source, wanted), options);
}

/** Part of the columns of a row's surroundings, as a tensor of a batch. */
interface Field {
  readonly name: string;
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
  readonly ofFolder = false;
  readonly #database: Database;
  readonly #table: SeriesTable;
  readonly #source: Source;
  readonly #options: ReadTableOptions;
  readonly #skipped = new Map<string, SkippedRows>();
  readonly #unknown = new Map<string, { readonly column: string; rows: number; readonly texts: Map<string, number>; readonly known: readonly string[] }>();
  readonly #unknownClasses = new Map<
    string,
    { readonly column: string; rows: number; readonly texts: Map<string, number>; readonly known: readonly string[] }
  >();
  #closed = false;

  constructor(database: Database, source: Source, table: SeriesTable, options: ReadTableOptions) {
    this.#database = database;
    this.#source = source;
    this.#table = table;
    this.#options = options;
    this.path = source.path;
    this.warnings = source.warnings;
  }

  get skipped(): readonly SkippedRows[] {
    return [...this.#skipped.values()];
  }

  get unknown(): readonly UnknownTexts[] {
    return [...this.#unknown.values()];
  }

  get unknownClasses(): readonly UnknownTexts[] {
    return [...this.#unknownClasses.values()];
  }

  get outside(): readonly OutsideRows[] {
    const { inputs } = this.#options.fitted;
    return inputs.flatMap((input) => {
      const kind = kindOf(input);
      return kind.columnsOf(input).flatMap((column, k): readonly OutsideRows[] => {
        const range = kind.range(input, k);
        if (!range) return [];
        const { min, max } = range;
        const [least, most] = [min - (max - min), max + (max - min)];
        const rows = this.#table.numbers(column).reduce((n, value) => n + (value < least || value > most ? 1 : 0), 0);
        return rows === 0 ? [] : [{ column, rows, min, max }];
      });
    });
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
    const { fitted, targets, rows: wanted, batchSize = BATCH } = this.#options;
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
          this.#options.signal?.throwIfAborted();
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
    const { fitted, targets } = this.#options;
    for (const target of targets === "required" ? fitted.targets : []) {
      const kind = targetKindOf(target);
      if (kind.cells === "number") continue;
      const [column = ""] = kind.columnsOf(target);
      const known = kind.classOf(target);
      const text = new Speller(known.keys()).read(this.#table.text(column, row));
      if (known.has(text)) continue;
      meet(this.#unknownClasses, column, text, [...known.keys()]);
      return this.#skip("unknown class", column);
    }
    for (const input of fitted.inputs) {
      const kind = kindOf(input);
      const known = kind.known(input);
      for (const column of known ? kind.columnsOf(input) : []) {
        const text = new Speller(known ?? []).read(this.#table.text(column, row));
        if (text !== "" && known && !known.has(text)) meet(this.#unknown, column, text, [...known]);
      }
    }
    return true;
  }

  #skip(reason: SkippedRows["reason"], column: string): false {
    const known = this.#skipped.get(`${reason} ${column}`);
    this.#skipped.set(`${reason} ${column}`, { reason, column, rows: (known?.rows ?? 0) + 1 });
    return false;
  }

  #batch(places: readonly number[], fitted: FittedData, withTargets: boolean): RawBatch {
    const table = this.#table;
    const inputs: Record<string, TensorData> = {};
    for (const input of fitted.inputs) {
      const kind = kindOf(input);
      const columns = kind.columnsOf(input);
      const { from, to } = rowsOf(input);
      if (kind.cells === "number") {
        const data = table.windows(columns, places, from, to);
        inputs[input.name] = {
          dtype: "float32",
          dims: kind.kept === "series" ? [places.length, to - from + 1, columns.length] : [places.length, columns.length],
          data,
        };
      } else {
        const speller = new Speller(kind.known(input) ?? []);
        const data = places.flatMap((row) => columns.map((column) => speller.read(table.text(column, row))));
        inputs[input.name] = { dtype: "string", dims: [places.length, columns.length], data };
      }
    }
    const answers: Record<string, TensorData> = {};
    for (const target of withTargets ? fitted.targets : []) {
      const kind = targetKindOf(target);
      const columns = kind.columnsOf(target);
      const horizon = horizonOf(target);
      if (kind.cells === "number") {
        const data = table.windows(columns, places, horizon === 0 ? 0 : 1, horizon);
        answers[target.name] = { dtype: "float32", dims: [places.length, kind.valuesOf(target).length], data };
      } else {
        const known = kind.classOf(target);
        const speller = new Speller(known.keys());
        const { tensor, put } = classTensor(target, places.length);
        places.forEach((row, i) => put(i, known.get(speller.read(table.text(columns[0] ?? "", row))) ?? -1));
        answers[target.name] = tensor;
      }
    }
    const series = this.#source.series;
    const names = series ? places.map((row) => [...(series.id === undefined ? [] : [table.id(row)]), writeTime(table.time(row), series)].join(" ")) : [];
    return { size: places.length, rows: Uint32Array.from(places, (row) => row + 1), names, inputs: inputs as Tensors, targets: answers as Tensors };
  }
}

function fieldsOf(fitted: FittedData, withTargets: boolean): readonly Field[] {
  return [
    ...(withTargets
      ? fitted.targets.map((target): Field => {
          const kind = targetKindOf(target);
          const horizon = horizonOf(target);
          return {
            name: target.name,
            columns: kind.columnsOf(target),
            rows: { from: horizon === 0 ? 0 : 1, to: horizon },
            reason: "missing target",
            gaps: false,
          };
        })
      : []),
    ...fitted.inputs.map((input): Field => {
      const kind = kindOf(input);
      return { name: input.name, columns: kind.columnsOf(input), rows: rowsOf(input), reason: "missing value", gaps: kind.gaps(input) === "keep" };
    }),
  ];
}

function meet(
  all: Map<string, { readonly column: string; rows: number; readonly texts: Map<string, number>; readonly known: readonly string[] }>,
  column: string,
  text: string,
  known: readonly string[],
): void {
  const met = all.get(column) ?? { column, rows: 0, texts: new Map<string, number>(), known };
  met.rows++;
  if (met.texts.has(text) || met.texts.size < MOST_TEXTS) met.texts.set(text, (met.texts.get(text) ?? 0) + 1);
  all.set(column, met);
}
