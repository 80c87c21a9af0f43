import { z } from "zod";
import type { Emitter } from "../onnx/emitter.js";
import { type Value, ints, int } from "../onnx/types.js";
import { defineLayer } from "./layer.js";
import { likeSummed, pairOf, summed } from "./pair.js";
import { featureAxis, sampleSize } from "./shape.js";
import { Code, call } from "../base/python.js";

/**
 * a·b / (max(‖a‖, eps)·max(‖b‖, eps)) along an axis, broadcasting: `[N, D]` twice becomes `[N, 1]`. torch.nn.CosineSimilarity. Where a length is below eps but
 * not 0 the gradient is the formula's; PyTorch's goes on as if eps were not there.
 */
export const cosineSimilarity = defineLayer({
  type: "CosineSimilarity",
  group: "Joining",
  summary: "How alike two inputs are in direction: from -1 to 1, whatever their size",
  config: z.strictObject({
    dim: z.int().default(1).describe("The axis along which they are compared; 0, the batch, cannot be"),
    eps: z.number().positive().default(1e-8).describe("The least length that is divided by"),
  }),
  arity: [2, 2],
  lower: (ctx) => {
    const { e, config } = ctx;
    const [a, b] = pairOf(ctx);
    const axis = featureAxis(ctx, config.dim);
    const [one, other] = [unit(e, a, axis, config.eps), unit(e, b, axis, config.eps)];
    return summed(e, e.mul(one, other), axis);
  },
  torch: ({ dim, eps }, types) => ({
    expression: (inputs) =>
      likeSummed(
        call(
          "F.cosine_similarity",
          inputs.map((name) => new Code(name)),
          { dim: [dim, 1], eps: [eps, 1e-8] },
        ),
        types,
      ),
  }),
  cost: (_config, inputs) => 5 * Math.max(...inputs.map(sampleSize)),
  values: () => ({ range: [-1, 1] }),
  constantOfSame: "every value has its own direction",
});

/** x of length 1 along an axis. */
function unit(e: Emitter, x: Value, axis: number, eps: number): Value {
  const length = e.op("ReduceL2", [x], { axes: ints([axis]), keepdims: int(1) });
  return e.div(x, e.max(length, e.scalarLike(eps, x)));
}
