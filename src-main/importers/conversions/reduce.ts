import { type Value, int, ints } from "../../onnx/types.js";
import type { Conversion, ForeignNode } from "../conversion.js";

/** Reductions. Axes are an attribute, which they are no more since opset 18; of ReduceSum an operand, which they are since opset 13. */
const reduction = (type: string): Conversion => ({ type, convert: (n) => reduced(n, type, n.input(0)) });

export const reduceMean = reduction("ReduceMean");
export const reduceMax = reduction("ReduceMax");
export const reduceMin = reduction("ReduceMin");
export const reduceL2 = reduction("ReduceL2");
export const reduceSumSquare = reduction("ReduceSumSquare");
export const reduceSum = reduction("ReduceSum");

/** Σ|x| */
export const reduceL1: Conversion = { type: "ReduceL1", convert: (n) => reduced(n, "ReduceSum", n.e.abs(n.input(0))) };

/** ln Σ x */
export const reduceLogSum: Conversion = { type: "ReduceLogSum", convert: (n) => reduced(n, "ReduceSum", n.input(0)).map((sum) => n.e.log(sum)) };

/** ln Σ eˣ = m + ln Σ eˣ⁻ᵐ, m the largest: what is large does not overflow. */
export const reduceLogSumExp: Conversion = {
  type: "ReduceLogSumExp",
  convert: (n) => {
    const x = n.input(0);
    const axes = axesOf(n) ?? [...x.shape.keys()];
    const most = n.e.reduceMax(x, axes, true);
    const sum = n.e.log(n.e.reduceSum(n.e.exp(n.e.sub(x, most)), axes, true));
    const whole = n.e.add(sum, most);
    return [n.int("keepdims", 1) === 1 ? whole : n.e.squeeze(whole, axes)];
  },
};

function reduced(n: ForeignNode, type: string, x: Value): readonly Value[] {
  const axes = axesOf(n);
  if (n.int("noop_with_empty_axes", 0) === 1 && (axes?.length ?? 0) === 0) return [x];
  const keepdims = int(n.int("keepdims", 1));
  const named = axes && axes.length > 0 ? axes : undefined;
  if (type === "ReduceSum") return n.graph.node(type, [x, named && n.e.indices(named)], { keepdims });
  return n.graph.node(type, [x], { ...(named ? { axes: ints(named) } : {}), keepdims });
}

function axesOf(n: ForeignNode): readonly number[] | undefined {
  return n.ints("axes") ?? n.whole(1, "axes");
}
