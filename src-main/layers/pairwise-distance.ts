import { z } from "zod";
import type { Emitter } from "../onnx/emitter.js";
import { type Value, int, ints } from "../onnx/types.js";
import { defineLayer } from "./layer.js";
import { pairOf, staysAsOne } from "./pair.js";
import { sampleSize } from "./shape.js";
import { Code, call } from "../base/python.js";

/** (Σ |aᵢ − bᵢ + eps|ᵖ)^(1/p) over the last axis, broadcasting: `[N, D]` twice becomes `[N, 1]`, with `keepdim` or without. torch.nn.PairwiseDistance */
export const pairwiseDistance = defineLayer({
  type: "PairwiseDistance",
  group: "Joining",
  summary: "How far two inputs are apart",
  config: z.strictObject({
    p: z.number().positive().default(2).describe("2 is the distance as the crow flies, 1 the sum of all differences"),
    eps: z.number().default(1e-6).describe("Added to each difference"),
    keepdim: z.boolean().default(false).describe("Of inputs of three axes or more: the last one stays, with length 1; of rows it always does"),
  }),
  arity: [2, 2],
  lower: (ctx) => {
    const { e, config } = ctx;
    const [a, b] = pairOf(ctx);
    return norm(e, e.shift(e.sub(a, b), config.eps), config.p, config.keepdim || staysAsOne(a));
  },
  torch: ({ p, eps, keepdim }, types) => ({
    expression: (inputs) =>
      call(
        "F.pairwise_distance",
        inputs.map((name) => new Code(name)),
        { p: [p, 2], eps: [eps, 1e-6], keepdim: [keepdim || types.some(staysAsOne), false] },
      ),
  }),
  cost: ({ p }, inputs) => (p === 1 ? 0 : Math.max(...inputs.map(sampleSize))),
  values: () => ({ range: [0, Infinity] }),
  constantOfSame: "a value is at no distance from itself",
});

/** The p-norm over the last axis; where it is 0 its gradient is 0, as PyTorch has it. */
function norm(e: Emitter, x: Value, p: number, keepDims: boolean): Value {
  const axis = x.shape.length - 1;
  if (p === 2) return e.op("ReduceL2", [x], { axes: ints([axis]), keepdims: int(keepDims ? 1 : 0) });
  const size = e.abs(x);
  if (p === 1) return e.reduceSum(size, [axis], keepDims);
  const sum = e.reduceSum(e.pow(size, e.scalarLike(p, x)), [axis], keepDims);
  const zero = e.scalarLike(0, x);
  const none = e.equal(sum, zero);
  return e.where(none, zero, e.pow(e.where(none, e.scalarLike(1, x), sum), e.scalarLike(1 / p, x)));
}
