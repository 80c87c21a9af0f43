import type { Tensor } from "@tensorflow/tfjs-core";
import type { Tf } from "../native.js";

/** Elements before and after an axis; fewer than there are where negative. */
export type Pads = readonly [before: number, after: number];

/** One pair for each axis of x. */
export function padded(tf: Tf, x: Tensor, pads: readonly Pads[], value = 0): Tensor {
  if (pads.every(([before, after]) => before === 0 && after === 0)) return x;
  const cut = pads.some(([before, after]) => before < 0 || after < 0)
    ? tf.slice(
        x,
        pads.map(([before]) => Math.max(0, 0 - before)),
        pads.map(([before, after], i) => (x.shape[i] ?? 1) + Math.min(0, before) + Math.min(0, after)),
      )
    : x;
  return pads.some(([before, after]) => before > 0 || after > 0)
    ? tf.pad(
        cut,
        pads.map(([before, after]): [number, number] => [Math.max(0, before), Math.max(0, after)]),
        value,
      )
    : cut;
}
