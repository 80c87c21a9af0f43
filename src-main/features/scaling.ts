import type { z } from "zod";
import { LatheError } from "../base/errors.js";
import type { ColumnFacts, FitContext, NumberStatistics, TargetNumbers } from "./kind.js";
import type { normalize } from "./options.js";

/** encoded = (x - shift) / scale, in float32 as the graph computes it. */
export interface Scaling {
  readonly shift: number;
  readonly scale: number;
}

/**
 * standard: (x - mean) / population deviation; minmax: (x - min) / (max - min); none: x. A constant column is divided by 1: it becomes 0 and harms nothing.
 */
export function scalingOf(how: z.infer<typeof normalize>, column: string, s: NumberStatistics, context: FitContext): Scaling {
  if (s.min === s.max) context.warn("data.constant", `column "${column}" of ${context.path} is ${s.min} in every training row; nothing can be learnt from it`);
  else warnOfDigits(column, s, context);
  if (how === "none") return { shift: 0, scale: 1 };
  const [shift, scale] = how === "standard" ? [s.mean, s.deviation] : [s.min, s.max - s.min];
  const rounded = Math.fround(scale);
  return { shift: Math.fround(shift), scale: s.min === s.max || rounded === 0 || !Number.isFinite(rounded) ? 1 : rounded };
}

/** Code of the warning that a column's values need more digits than float32 has. */
export const TOO_FINE = "data.digits";
/** Steps between neighbouring float32 numbers of a column's size that its standard deviation must hold, so that rounding to them harms nothing. */
const STEPS = 100;

/** float32 has 24 binary digits: of numbers that are large beside the differences between them the differences are lost, in the file that is exported too. */
function warnOfDigits(column: string, { min, max, deviation }: NumberStatistics, context: FitContext): void {
  const size = Math.max(Math.abs(min), Math.abs(max));
  const step = 2 ** (Math.floor(Math.log2(size)) - 23);
  if (!(step * STEPS > deviation)) return;
  context.warn(
    TOO_FINE,
    `column "${column}" of ${context.path} has values from ${min} to ${max} in the training rows, and models compute with 32 bits, which tell numbers ` +
      `of that size apart only where they differ by ${Number(step.toPrecision(2))}: differences are lost, and errors look smaller than they are. Subtract a ` +
      `number such as ${min} from the column`,
  );
}

/** A column as it is after `how`: of a standardised one it is known without a look that its mean is 0. */
export function numbersAfter(how: z.infer<typeof normalize>, column: string, seen: ColumnFacts | undefined): TargetNumbers {
  const { min, mean, max, deviation } = seen ?? {};
  const [shift, scale] =
    how === "none" ? [0, 1] : how === "standard" ? [mean, deviation] : [min, max !== undefined && min !== undefined ? max - min : undefined];
  const scaled = (value: number | undefined) => (value === undefined || shift === undefined || !scale ? undefined : (value - shift) / scale);
  const sure = how === "standard" ? { mean: 0 } : how === "minmax" ? { min: 0, max: 1 } : {};
  return { column, min: scaled(min), mean: scaled(mean), max: scaled(max), ...sure };
}

/** Statistics of a column that has values. @throws LatheError `data.value` where no training row has one. */
export async function presentNumbers(column: string, context: FitContext): Promise<NumberStatistics> {
  const statistics = await context.numbers(column);
  if (statistics.count > 0) return statistics;
  throw new LatheError("data.value", `column "${column}" of ${context.path} has no value in any training row; exclude the column`, {
    path: context.path,
    column,
  });
}
