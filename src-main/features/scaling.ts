import type { z } from "zod";
import type { FitContext, NumberStatistics } from "./kind.js";
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
  if (how === "none") return { shift: 0, scale: 1 };
  const [shift, scale] = how === "standard" ? [s.mean, s.deviation] : [s.min, s.max - s.min];
  const rounded = Math.fround(scale);
  return { shift: Math.fround(shift), scale: s.min === s.max || rounded === 0 || !Number.isFinite(rounded) ? 1 : rounded };
}
