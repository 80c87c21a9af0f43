import { type FutureTable, OddRows, type TableReader, isFarOutside } from "../../datasets/index.js";
import type { FittedData } from "../../features/fitted.js";
import { kindOf, rowsOf } from "../../features/index.js";
import { Speller } from "../../features/spelling.js";
import type { Origin } from "./origins.js";

/** What the past of forecasts holds that training never saw: as of a table that is predicted, but only of the rows that are read. */
export function strangersAt(fitted: FittedData, { table }: FutureTable, origins: readonly Origin[]): Pick<TableReader, "unknown" | "outside"> {
  const odd = new OddRows();
  for (const input of fitted.inputs) {
    const kind = kindOf(input);
    const { from, to } = rowsOf(input);
    kind.columnsOf(input).forEach((column, k) => {
      const range = kind.range(input, k);
      const known = kind.known(input);
      if (range) {
        const isFar = isFarOutside(range);
        const values = table.numbers(column);
        for (const { row } of origins) for (let r = row + from; r <= row + to; r++) if (isFar(values[r] ?? NaN)) odd.meetOutside(column, range);
      } else if (known) {
        const speller = new Speller(known);
        for (const { row } of origins) {
          const text = speller.read(table.text(column, row));
          if (text !== "" && !known.has(text)) odd.meetText(column, text, known);
        }
      }
    });
  }
  return odd;
}
