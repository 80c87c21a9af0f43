import { type Numbers, counting, fromFront, taken } from "./host.js";
import { defineKernel } from "./kernel.js";
import { numbersAt, operand } from "./operands.js";

/**
 * Parts of axes, from starts to before ends by steps, as Python slices. Steps are taken by Gather: TensorFlow.js does not differentiate strided slices.
 * https://onnx.ai/onnx/operators/onnx__Slice.html
 */
export const slice = defineKernel({
  type: "Slice",
  compile: (c) => {
    const { tf } = c;
    return (operands) => {
      const x = operand(operands, 0);
      const [starts, ends, steps] = [numbersAt(operands, 1) ?? [], numbersAt(operands, 2) ?? [], numbersAt(operands, 4)];
      const axes = (numbersAt(operands, 3) ?? counting(starts.length)).map((a) => fromFront(a, x.dims.length));
      const cuts = axes.map((axis, i) => ({ axis, ...cutOf(x.dims[axis] ?? 1, starts[i] ?? 0, ends[i] ?? 0, steps?.[i] ?? 1) }));
      if (x.isLengths) {
        const part = cuts.reduce<Numbers>((sofar, { axis, from, step, count }) => taken(sofar, axis, counting(count, from, step)), {
          dims: x.dims,
          numbers: x.numbers(),
        });
        return c.host(x.dtype, part.dims, part.numbers);
      }
      const straight = cuts.filter(({ step }) => step === 1);
      const begin = x.dims.map((_, i) => straight.find(({ axis }) => axis === i)?.from ?? 0);
      const size = x.dims.map((d, i) => straight.find(({ axis }) => axis === i)?.count ?? d);
      const cut = straight.length > 0 ? tf.slice(x.tensor(), begin, size) : x.tensor();
      const stepped = cuts
        .filter(({ step }) => step !== 1)
        .reduce((t, { axis, from, step, count }) => tf.gather(t, tf.tensor1d(counting(count, from, step), "int32"), axis), cut);
      return stepped === x.tensor() ? x : c.hold(stepped, x.dtype);
    };
  },
});

/** The elements taken of an axis. Going back, the first is at most the last element, and the end may lie before element 0. */
function cutOf(length: number, start: number, end: number, step: number): { readonly from: number; readonly step: number; readonly count: number } {
  const clamp = (v: number, low: number, high: number) => Math.min(Math.max(v < 0 ? v + length : v, low), high);
  const [from, to] = step > 0 ? [clamp(start, 0, length), clamp(end, 0, length)] : [clamp(start, 0, length - 1), clamp(end, -1, length - 1)];
  return { from, step, count: Math.max(0, Math.ceil((to - from) / step)) };
}
