import { defined } from "../../base/assert.js";
import { DuckDBFloatVector } from "@duckdb/node-api";
import { LatheError } from "../../base/errors.js";
import type { FittedData } from "../../features/fitted.js";
import { horizonOf, kindOf, rowsOf, targetKindOf } from "../../features/index.js";
import { seriesFile } from "../cache.js";
import type { SeriesRows } from "../prepared.js";
import { RecordWriter } from "../record-file.js";
import type { Database } from "../sources/database.js";
import type { Staged } from "../staging.js";

/** One file of rows that samples have parts of: columns of the series, row by row, once. */
export interface RowsFile {
  readonly name: string;
  readonly columns: readonly string[];
  /** By tensor of a batch (`target.<name>` of targets), where a sample's rows begin, from its own on. */
  readonly from: ReadonlyMap<string, number>;
  /** From values in their columns' own unit, `[rows, columns]`, to those that are kept. */
  readonly kept: (values: Float32Array) => Float32Array;
}

/** The files for what reads rows of a series: windows hold the columns as they are, and share a file where they are the same; targets as they are trained on. */
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

/** Writes them for a staged table, in its order; a value that is missing is NaN, and in no sample. */
export async function writeSeriesRows(
  database: Database,
  staged: Staged,
  files: readonly RowsFile[],
  { folder, fingerprint, ofTestFile }: { readonly folder: string; readonly fingerprint: string; readonly ofTestFile: boolean },
): Promise<void> {
  if (files.length === 0) return;
  const columns = [...new Set(files.flatMap((file) => file.columns))];
  const places = files.map((file) => file.columns.map((column) => columns.indexOf(column)));
  const writers: RecordWriter[] = [];
  try {
    for (const file of files) writers.push(await RecordWriter.create(seriesFile(folder, file.name, ofTestFile), file.columns.length));
    const selected = columns.map((column) => `CAST(coalesce(${staged.number(column)}, CAST('NaN' AS DOUBLE)) AS FLOAT)`);
    for await (const chunk of database.stream(`SELECT ${selected.join(", ")} FROM ${staged.table}`)) {
      const vectors = columns.map((_, k) => floatsOf(chunk.getColumnVector(k)));
      for (const [f, file] of files.entries()) {
        const own = defined(places[f], file.name);
        const width = own.length;
        const values = new Float32Array(chunk.rowCount * width);
        own.forEach((place, k) => {
          const vector = defined(vectors[place], file.name);
          for (let r = 0; r < chunk.rowCount; r++) values[r * width + k] = vector.getItem(r) ?? NaN;
        });
        const kept = file.kept(values);
        const writer = defined(writers[f], file.name);
        for (let r = 0; r < chunk.rowCount; r++) {
          if (writer.full) await writer.flush();
          const at = writer.record();
          writer.floats.set(kept.subarray(r * width, (r + 1) * width), at);
        }
      }
    }
    for (const writer of writers) await writer.finish(fingerprint);
  } finally {
    for (const writer of writers) await writer.abandon();
  }
}

function floatsOf(vector: unknown): DuckDBFloatVector {
  if (vector instanceof DuckDBFloatVector) return vector;
  throw new LatheError("internal", "a column of a series is no FLOAT");
}
