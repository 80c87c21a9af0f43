import type { Tensor } from "@tensorflow/tfjs-core";
import type { DataType } from "../../../onnx/types.js";
import type { Held } from "../held.js";
import { type Compiling } from "./kernel.js";

/** A value on the device in the order in which it lies there, so that kernels which do not care about the order do not turn it round. */
interface Lying {
  readonly t: Tensor;
  /** True where the channels lie last. */
  readonly last: boolean;
  /** Where an axis of ONNX's order is. */
  readonly axis: (axis: number) => number;
  /** A result that lies in the same order. */
  readonly hold: (t: Tensor, dtype?: DataType) => Held;
}

export function lying(c: Compiling, x: Held): Lying {
  if (!x.isChannelsLast) return { t: x.tensor(), last: false, axis: (a) => a, hold: (t, dtype) => c.hold(t, dtype) };
  return { t: x.channelsLast(), last: true, axis: (a) => channelsLastAxis(a, x.dims.length), hold: (t, dtype) => c.holdLast(t, dtype) };
}

/** Several operands in one order: with channels last where one of them lies so and no other has more axes. Operands of fewer axes get leading ones. */
export function allLying(c: Compiling, xs: readonly Held[]): Omit<Lying, "t"> & { readonly ts: readonly Tensor[] } {
  const rank = Math.max(...xs.map((x) => x.dims.length));
  const last = xs.some((x) => x.isChannelsLast && x.dims.length === rank);
  if (!last) return { ts: xs.map((x) => x.tensor()), last, axis: (a) => a, hold: (t, dtype) => c.hold(t, dtype) };
  const ts = xs.map((x) => {
    if (x.dims.length === rank) return x.channelsLast();
    if (x.dims.length === 0) return x.tensor();
    const lifted = c.tf.reshape(x.tensor(), [...new Array<number>(rank - x.dims.length).fill(1), ...x.dims]);
    return c.hold(lifted, x.dtype).channelsLast();
  });
  return { ts, last, axis: (a) => channelsLastAxis(a, rank), hold: (t, dtype) => c.holdLast(t, dtype) };
}

function channelsLastAxis(axis: number, rank: number): number {
  if (axis === 0) return 0;
  return axis === 1 ? rank - 1 : axis - 1;
}
