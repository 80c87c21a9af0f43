import type { Tensors } from "../../engines/engine.js";
import type { FittedData } from "../../features/fitted.js";
import { kindOf, rowsOf, textsOf, windowsOf } from "../../features/index.js";
import { Speller } from "../../features/spelling.js";
import type { TensorData } from "../../onnx/types.js";
import type { SeriesTable } from "./series-table.js";

/** Samples that are read at once, and of how many pairs of rows, which attention holds numbers for. */
const [MOST_SAMPLES, MOST_PAIRS] = [1024, 32 << 20];

/** How many samples a model is run on at once: the longer its windows are, the more memory each takes. */
export function samplesAtOnce({ inputs }: Pick<FittedData, "inputs">): number {
  const longest = windowsOf(inputs).reduce((most, input) => Math.max(most, rowsOf(input).to - rowsOf(input).from + 1), 1);
  return Math.max(1, Math.min(MOST_SAMPLES, Math.floor(MOST_PAIRS / longest ** 2)));
}

/** What a model reads around some rows of a series, from 0: windows `[places, rows, columns]`, and of the rows themselves `[places, columns]`. */
export function seriesInputs(table: SeriesTable, { inputs }: Pick<FittedData, "inputs">, places: readonly number[]): Tensors {
  const tensors: Record<string, TensorData> = {};
  for (const input of inputs) {
    const kind = kindOf(input);
    const columns = kind.columnsOf(input);
    const { from, to } = rowsOf(input);
    if (kind.cells === "number") {
      const dims = kind.kept === "series" ? [places.length, to - from + 1, columns.length] : [places.length, columns.length];
      tensors[input.name] = { dtype: "float32", dims, data: table.windows(columns, places, from, to) };
    } else {
      const speller = new Speller(kind.known(input) ?? []);
      const data = places.flatMap((row) => columns.flatMap((column) => textsOf(speller.read(table.text(column, row)), input)));
      tensors[input.name] = { dtype: "string", dims: [places.length, data.length / places.length], data };
    }
  }
  return tensors;
}
