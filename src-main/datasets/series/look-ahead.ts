import { rowsOf, rowsOfTarget } from "../../features/index.js";
import type { RegularSeries } from "./regular-table.js";

/** Inputs and targets, as a project asks for them or as they were fitted. */
interface Samples<I> {
  readonly inputs: readonly I[];
  readonly targets: readonly Parameters<typeof rowsOfTarget>[0][];
}

/**
 * SQL of whether what a sample reads ends at a value that was filled in on a line to a later one: it tells part of what comes, which no forecast has when it
 * is made, and errors look smaller than they will be (of a random walk with gaps the next value seems known in part). Such a row may be trained on, and is not
 * judged by. An earlier value on a line is no harm: the line ends at or before the sample's own row.
 * @param columnsOf an input. @returns undefined where no row can be so
 */
export function endsOnLine<I extends Parameters<typeof rowsOf>[0]>(
  { filledFromLater, known }: Pick<RegularSeries, "filledFromLater" | "known">,
  { inputs, targets }: Samples<I>,
  columnsOf: (input: I) => readonly string[],
): string | undefined {
  if (!targets.some((target) => rowsOfTarget(target).to > 0)) return undefined;
  const read = new Set(inputs.filter((input) => rowsOf(input).from <= 0).flatMap(columnsOf));
  const filled = [...filledFromLater].flatMap(([column, sql]) => (read.has(column) && !known.includes(column) ? [sql] : []));
  return filled.length === 0 ? undefined : `(${filled.join(" OR ")})`;
}
