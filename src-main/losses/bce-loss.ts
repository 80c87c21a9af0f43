import { z } from "zod";
import { call } from "../base/python.js";
import type { Emitter } from "../onnx/emitter.js";
import type { Value } from "../onnx/types.js";
import { meanOver, requireSameType } from "./elementwise.js";
import { defineLoss } from "./loss.js";

/** The least float32 whose reciprocal is finite. */
const TINY = 2 ** -126;

/**
 * -mean(y·log p + (1 - y)·log(1 - p)), logarithms no lower than -100. torch.nn.BCELoss
 *
 * At p = 0 and 1 the slope of the cut logarithm is PyTorch's 1e12. PyTorch also cuts slopes of p in (0, 1e-12), and gives 0 for a p that equals its
 * target; here they are the formula's.
 */
export const bceLoss = defineLoss({
  type: "BCELoss",
  summary: "For yes or no, or several labels, where the network ends in a Sigmoid. BCEWithLogitsLoss is more precise",
  config: z.strictObject({}),
  targets: ["binary", "labels"],
  expects: "probabilities",
  activation: "identity",
  torch: () => ({ code: call("nn.BCELoss") }),
  lower: (ctx) => {
    requireSameType(ctx);
    const { e, output: p, target: y } = ctx;
    const likelihood = e.add(e.mul(y, cutLog(e, p)), e.mul(e.subFrom(1, y), cutLog(e, e.subFrom(1, p))));
    return meanOver(ctx, likelihood, -1);
  },
});

/** max(log p, -100), with slope 1e12 at 0; where p is not taken, the logarithm sees a 1, so that no infinity meets a 0. */
function cutLog(e: Emitter, p: Value): Value {
  const below = e.less(p, e.scalarLike(TINY, p));
  const safe = e.where(below, e.scalarLike(1, p), p);
  return e.where(below, e.shift(e.scale(p, 1e12), -100), e.log(safe));
}
