import type { PredictionResult, UnknownValue } from "../contract/results.js";
import { number, plural } from "./format.js";
import type { Output } from "./output.js";

/** What a table held that training never saw. @param unknown rows by column, where they are counted. */
export function showStrangers(
  output: Output,
  { unknown, unknownValues = {}, outside = {} }: Partial<Pick<PredictionResult, "unknown" | "unknownValues" | "outside">>,
): void {
  const columns = unknown ?? Object.fromEntries(Object.entries(unknownValues).map(([column, values]) => [column, values.reduce((n, { rows }) => n + rows, 0)]));
  for (const [column, rows] of Object.entries(columns))
    output.line(`${plural(rows, "row")} with a value of ${column} that the model was never shown${valuesIn(unknownValues[column])}`);
  for (const [column, { rows, min, max }] of Object.entries(outside))
    output.line(`${plural(rows, "row")} with ${column} far outside of what training saw, ${number(min)} to ${number(max)}: doubt these answers`);
}

/** `: "x" (3), "Ant" (1, did you mean "ant"?)` */
export function valuesIn(values: readonly UnknownValue[] | undefined): string {
  if (!values || values.length === 0) return "";
  return `: ${values.map(({ value, rows, nearest }) => `"${value}" (${rows}${nearest === undefined ? "" : `, did you mean "${nearest}"?`})`).join(", ")}`;
}
