import type { z } from "zod";
import type { TargetSpec } from "../../contract/data.js";
import type { normalize } from "../../features/options.js";

/** What is asked of an output. */
export interface AskedTarget {
  readonly name: string;
  readonly kind: TargetSpec["type"];
  readonly loss: string;
  /** Classes of a category; undefined: not known. */
  readonly width?: number | undefined;
  /** Of numbers, by column, as they are normalised. */
  readonly numbers: readonly TargetNumbers[];
}

/** A column of numbers to predict, as the loss sees it; what is left out is not known. */
export interface TargetNumbers {
  readonly column: string;
  readonly min?: number | undefined;
  readonly mean?: number | undefined;
  readonly max?: number | undefined;
}

export interface ColumnNumbers {
  readonly min?: number | undefined;
  readonly mean?: number | undefined;
  readonly max?: number | undefined;
  readonly deviation?: number | undefined;
}

/** A column as it is after `how`: of a standardised one it is known without a look that its mean is 0. */
export function numbersAfter(how: z.infer<typeof normalize>, column: string, seen: ColumnNumbers | undefined): TargetNumbers {
  const { min, mean, max, deviation } = seen ?? {};
  const [shift, scale] =
    how === "none" ? [0, 1] : how === "standard" ? [mean, deviation] : [min, max !== undefined && min !== undefined ? max - min : undefined];
  const scaled = (value: number | undefined) => (value === undefined || shift === undefined || !scale ? undefined : (value - shift) / scale);
  const sure = how === "standard" ? { mean: 0 } : how === "minmax" ? { min: 0, max: 1 } : {};
  return { column, min: scaled(min), mean: scaled(mean), max: scaled(max), ...sure };
}
