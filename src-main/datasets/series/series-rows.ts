import { defined } from "../../base/assert.js";
import { joinFloats } from "../../base/join-floats.js";
import type { FittedData } from "../../features/fitted.js";
import { horizonOf, kindOf, rowsOf, targetKindOf } from "../../features/index.js";
import { PLACES, seriesFile } from "../cache.js";
import type { PreparedData, SeriesRows } from "../prepared.js";
import { selectRaw } from "../raw-batch.js";
import { RecordWriter, readRecords } from "../record-file.js";
import type { Database } from "../sources/database.js";
import { PART } from "../splits.js";
import type { StagedPart } from "../stage-data.js";

/** One file of rows that samples have parts of: columns of the series, row by row, once. */
export interface RowsFile {
  readonly name: string;
  readonly columns: readonly string[];
  /** By tensor of a batch (`target.<name>` of targets), where a sample's rows begin, from its own on. */
  readonly from: ReadonlyMap<string, number>;
  /** From values in their columns' own unit, `[rows, columns]`, to those that are kept. */
  readonly kept: (values: Float32Array) => Float32Array;
}

/**
 * The files for what reads rows of a series: windows hold the columns as they are, and share a file where they are the same; targets as they are trained on.
 */
export function seriesRowsOf(fitted: FittedData): readonly RowsFile[] {
  const files: RowsFile[] = [];
  const windows = fitted.inputs.filter((input) => kindOf(input).kept === "series");
  for (const columns of new Set(windows.map((input) => JSON.stringify(kindOf(input).columnsOf(input))))) {
    const same = windows.filter((input) => JSON.stringify(kindOf(input).columnsOf(input)) === columns);
    const from = new Map(same.map((input) => [input.name, rowsOf(input).from]));
    files.push({ name: `window-${files.length}`, columns: JSON.parse(columns) as string[], from, kept: (values) => values });
  }
  for (const target of fitted.targets) {
    if (horizonOf(target) === 0) continue;
    const kind = targetKindOf(target);
    const kept = (values: Float32Array) => kind.trained(values, target);
    files.push({ name: `target-${files.length}`, columns: kind.columnsOf(target), from: new Map([[`target.${target.name}`, 1]]), kept });
  }
  return files;
}

/** Where the rows of a tensor are, as prepared data say it. */
export function placeOfRows(files: readonly RowsFile[], tensor: string): SeriesRows {
  const file = defined(
    files.find(({ from }) => from.has(tensor)),
    tensor,
  );
  return { file: file.name, columns: file.columns.length, from: file.from.get(tensor) ?? 0 };
}

/** Words of a row's place: its segment and part in int32, its time in float64. */
const PLACE_WORDS = 4;

/** Writes them for a staged table, in its order, and where each row stands; a value that is missing is NaN, and in no sample. */
export async function writeSeriesRows(
  database: Database,
  { staged, spans }: StagedPart,
  files: readonly RowsFile[],
  { folder, fingerprint, ofTestFile }: { readonly folder: string; readonly fingerprint: string; readonly ofTestFile: boolean },
): Promise<void> {
  const { series } = staged.source;
  if (!series) return;
  const columns = [...new Set(files.flatMap((file) => file.columns))];
  const writers: RecordWriter[] = [];
  const create = async (name: string, words: number) => {
    const writer = await RecordWriter.create(seriesFile(folder, name, ofTestFile), words);
    writers.push(writer);
    return writer;
  };
  try {
    const kept: { readonly file: RowsFile; readonly writer: RecordWriter; readonly places: readonly number[] }[] = [];
    for (const file of files)
      kept.push({ file, writer: await create(file.name, file.columns.length), places: file.columns.map((column) => columns.indexOf(column)) });
    const standing = await create(PLACES, PLACE_WORDS);
    const selected = [
      ...selectRaw({ numbers: columns, texts: [] }, staged.number, staged.text),
      "series_segment",
      "CAST(part AS INTEGER)",
      "CAST(series_time AS DOUBLE)",
    ];
    const joined = `${staged.table} POSITIONAL JOIN ${series.table} POSITIONAL JOIN ${spans}`;
    for await (const chunk of database.stream(`SELECT ${selected.join(", ")} FROM ${joined}`)) {
      const read = (position: number) => {
        const vector = chunk.getColumnVector(position);
        return Float64Array.from({ length: chunk.rowCount }, (_, r) => Number(vector.getItem(r)));
      };
      const values = columns.map((_, k) => read(k));
      for (const { file, writer, places } of kept) {
        const width = places.length;
        const own = file.kept(Float32Array.from({ length: chunk.rowCount * width }, (_, i) => values[places[i % width] ?? 0]?.[Math.floor(i / width)] ?? NaN));
        await append(writer, chunk.rowCount, (r, at) => writer.floats.set(own.subarray(r * width, (r + 1) * width), at));
      }
      const [segments, parts, times] = [read(columns.length), read(columns.length + 1), read(columns.length + 2)];
      const time = new Int32Array(times.buffer);
      await append(standing, chunk.rowCount, (r, at) => {
        standing.integers.set([segments[r] ?? 0, parts[r] ?? 0], at);
        standing.integers.set(time.subarray(r * 2, r * 2 + 2), at + 2);
      });
    }
    for (const writer of writers) await writer.finish(fingerprint);
  } finally {
    for (const writer of writers) await writer.abandon();
  }
}

async function append(writer: RecordWriter, rows: number, put: (row: number, at: number) => void): Promise<void> {
  for (let r = 0; r < rows; r++) {
    if (writer.full) await writer.flush();
    put(r, writer.record());
  }
}

/** A prepared series, row by row; rows of a test file of its own follow those of the main file, as their numbers do. */
export interface PreparedSeries {
  /** `[rows]`: rows with the same number are a run, one step apart. */
  readonly segment: Int32Array;
  /** `[rows]`: µs since 1970 UTC, or the row's number within its series where there is no time. */
  readonly time: Float64Array;
  /** `[rows]`: 1 in the training span. */
  readonly training: Uint8Array;
  /** Steps of a season; 1 where there is none. */
  readonly season: number;
  /** Of a target with a horizon: its columns' true values, `[rows, columns]`, as the network is trained on them. */
  values(target: string): Float32Array;
}

type Prepared = Pick<PreparedData, "folder" | "fingerprint" | "fitted" | "targets" | "source">;

/** Reads what prepared data hold of a series. @throws LatheError `data.unreadable` */
export function readPreparedSeries({ folder, fingerprint, fitted, targets, source }: Prepared): PreparedSeries {
  const own = source.test === undefined ? [false] : [false, true];
  const records = (name: string) => own.map((ofTestFile) => readRecords(seriesFile(folder, name, ofTestFile), fingerprint));
  const places = records(PLACES);
  const rows = places.reduce((sum, { count }) => sum + count, 0);
  const [segment, time, training] = [new Int32Array(rows), new Float64Array(rows), new Uint8Array(rows)];
  const bits = new Int32Array(time.buffer);
  let row = 0;
  let segments = 0;
  for (const { count, integers } of places) {
    const first = segments;
    for (let r = 0; r < count; r++, row++) {
      const at = r * PLACE_WORDS;
      const number = first + (integers[at] ?? 0);
      segment[row] = number;
      segments = Math.max(segments, number + 1);
      training[row] = integers[at + 1] === PART.train ? 1 : 0;
      bits.set(integers.subarray(at + 2, at + PLACE_WORDS), row * 2);
    }
  }
  return {
    segment,
    time,
    training,
    season: fitted.series?.decision.season ?? 1,
    values(name) {
      const { rows: where } = defined(
        targets.find((target) => target.name === name),
        name,
      );
      return joinFloats(records(defined(where, `the rows of ${name}`).file).map(({ floats }) => floats));
    },
  };
}
