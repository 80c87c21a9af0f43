import { defined } from "../../base/assert.js";
import { selectConverted } from "../raw-batch.js";
import type { Database } from "../sources/database.js";
import type { Source, Wanted } from "../sources/source.js";
import { convertedRows } from "../staging.js";

/** A regular table in memory, column by column. */
export class SeriesTable {
  readonly rows: number;
  readonly #numbers: ReadonlyMap<string, Float32Array>;
  /** Of each column of numbers, how many values are missing before a row. */
  readonly #missing: ReadonlyMap<string, Uint32Array>;
  readonly #texts: ReadonlyMap<string, readonly string[]>;
  readonly #segments: Int32Array;
  readonly #times: Float64Array;
  readonly #ids: readonly string[];

  constructor(
    columns: { readonly numbers: ReadonlyMap<string, Float32Array>; readonly texts: ReadonlyMap<string, readonly string[]>; readonly ids: readonly string[] },
    segments: Int32Array,
    times: Float64Array,
  ) {
    this.rows = segments.length;
    this.#numbers = columns.numbers;
    this.#texts = columns.texts;
    this.#ids = columns.ids;
    this.#segments = segments;
    this.#times = times;
    this.#missing = new Map([...columns.numbers].map(([name, values]) => [name, missingBefore(values)]));
  }

  get segments(): Int32Array {
    return this.#segments;
  }

  get times(): Float64Array {
    return this.#times;
  }

  /** Row numbers from 1. */
  *all(): Iterable<number> {
    for (let row = 1; row <= this.rows; row++) yield row;
  }

  isNumber(column: string): boolean {
    return this.#numbers.has(column);
  }

  numbers(column: string): Float32Array {
    return defined(this.#numbers.get(column), column);
  }

  /** Writes a number into a row: what is asked of missing values stays as it was read. */
  put(column: string, row: number, value: number): void {
    const values = this.#numbers.get(column);
    if (values && row < values.length) values[row] = value;
  }

  /** "" where it is missing. */
  text(column: string, row: number): string {
    return this.#texts.get(column)?.[row] ?? "";
  }

  /** µs since 1970; or the row's number where there are no times. */
  time(row: number): number {
    return this.#times[row] ?? NaN;
  }

  id(row: number): string {
    return this.#ids[row] ?? "";
  }

  segment(row: number): number {
    return this.#segments[row] ?? -1;
  }

  /** Whether a row has a value now, also where one was put. */
  has(column: string, row: number): boolean {
    const values = this.#numbers.get(column);
    return values ? !Number.isNaN(values[row] ?? NaN) : this.text(column, row) !== "";
  }

  /** Whether rows `from` to `to` are there, in one piece with `row`. */
  isWhole(from: number, to: number, row: number): boolean {
    return from >= 0 && to < this.rows && this.#segments[from] === this.#segments[row] && this.#segments[to] === this.#segments[row];
  }

  /** Whether a column lacks a value in one of the rows `from` to `to`. */
  isMissing(column: string, from: number, to: number): boolean {
    const before = this.#missing.get(column);
    if (before) return (before[to + 1] ?? 0) > (before[from] ?? 0);
    for (let row = from; row <= to; row++) if (this.text(column, row) === "") return true;
    return false;
  }

  /** Rows `from` to `to` from each of some rows on: `[places, rows, columns]`. */
  windows(columns: readonly string[], places: readonly number[], from: number, to: number): Float32Array {
    const [length, width] = [to - from + 1, columns.length];
    const data = new Float32Array(places.length * length * width);
    columns.forEach((column, k) => {
      const values = this.numbers(column);
      places.forEach((row, i) => {
        for (let t = 0; t < length; t++) data[(i * length + t) * width + k] = values[row + from + t] ?? NaN;
      });
    });
    return data;
  }
}

function missingBefore(values: Float32Array): Uint32Array {
  const before = new Uint32Array(values.length + 1);
  for (let row = 0; row < values.length; row++) before[row + 1] = (before[row] ?? 0) + (Number.isNaN(values[row]) ? 1 : 0);
  return before;
}

/** Reads columns of a series' source into memory: numbers as float32 with NaN for missing, texts with "". @throws LatheError `data.*` */
export async function loadSeries(database: Database, source: Source, wanted: Wanted): Promise<SeriesTable> {
  const series = defined(source.series, "the series");
  const { n } = await database.one(`SELECT count(*) AS n FROM ${series.table}`);
  const rows = Number(n);
  const numbers = new Map(wanted.numbers.map((column) => [column, new Float32Array(rows)]));
  const texts = new Map(wanted.texts.map((column) => [column, new Array<string>(rows).fill("")]));
  const ids = series.id === undefined ? [] : new Array<string>(rows).fill("");
  const [segments, times] = [new Int32Array(rows), new Float64Array(rows)];
  const id = source.columns.find(({ name }) => name === series.id);
  const selected = [...selectConverted(wanted), "series_segment", "CAST(series_time AS DOUBLE)", id ? `coalesce(CAST(${id.sql} AS VARCHAR), '')` : "''"];
  let start = 0;
  for await (const chunk of database.stream(`SELECT ${selected.join(", ")} FROM ${convertedRows(source, wanted)} POSITIONAL JOIN ${series.table}`)) {
    const read = (position: number, put: (row: number, value: unknown) => void) => {
      const vector = chunk.getColumnVector(position);
      for (let r = 0; r < chunk.rowCount; r++) put(start + r, vector.getItem(r));
    };
    wanted.numbers.forEach((column, k) => {
      const values = defined(numbers.get(column), column);
      read(k, (row, value) => (values[row] = Number(value)));
    });
    const first = wanted.numbers.length;
    wanted.texts.forEach((column, k) => {
      const values = defined(texts.get(column), column);
      read(first + k, (row, value) => (values[row] = String(value)));
    });
    const after = first + wanted.texts.length;
    read(after, (row, value) => (segments[row] = Number(value)));
    read(after + 1, (row, value) => (times[row] = Number(value)));
    if (id) read(after + 2, (row, value) => (ids[row] = String(value)));
    start += chunk.rowCount;
  }
  return new SeriesTable({ numbers, texts, ids }, segments, times);
}
