import type { FutureTable, TableReader, UnknownTexts } from "../../datasets/index.js";
import type { FittedData } from "../../features/fitted.js";
import { kindOf, rowsOf } from "../../features/index.js";
import { Speller } from "../../features/spelling.js";
import type { Origin } from "./origins.js";

/** What the past of forecasts holds that training never saw: as of a table that is predicted, but only of the rows that are read. */
export function strangersAt(fitted: FittedData, { table }: FutureTable, origins: readonly Origin[]): Pick<TableReader, "unknown" | "outside"> {
  const outside: TableReader["outside"][number][] = [];
  const unknown: UnknownTexts[] = [];
  for (const input of fitted.inputs) {
    const kind = kindOf(input);
    const { from, to } = rowsOf(input);
    kind.columnsOf(input).forEach((column, k) => {
      const range = kind.range(input, k);
      const known = kind.known(input);
      if (range) {
        const [least, most] = [range.min - (range.max - range.min), range.max + (range.max - range.min)];
        const values = table.numbers(column);
        let rows = 0;
        for (const { row } of origins)
          for (let r = row + from; r <= row + to; r++) {
            const value = values[r] ?? NaN;
            if (value < least || value > most) rows++;
          }
        if (rows > 0) outside.push({ column, rows, ...range });
      } else if (known) {
        const speller = new Speller(known);
        const texts = new Map<string, number>();
        for (const { row } of origins) {
          const text = speller.read(table.text(column, row));
          if (text !== "" && !known.has(text)) texts.set(text, (texts.get(text) ?? 0) + 1);
        }
        if (texts.size > 0) unknown.push({ column, rows: [...texts.values()].reduce((a, b) => a + b, 0), texts, known: [...known] });
      }
    });
  }
  return { outside, unknown };
}
