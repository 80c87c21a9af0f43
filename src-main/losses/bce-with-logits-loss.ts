import { z } from "zod";
import { call, tensorOf } from "../base/python.js";
import { type Value, tensor } from "../onnx/types.js";
import { meanOver, requireSameType } from "./elementwise.js";
import { type LossContext, defineLoss } from "./loss.js";

/**
 * -mean(posWeight·y·log σ(x) + (1 - y)·log(1 - σ(x))), from the logit x without ever forming σ(x), so it holds at any x. torch.nn.BCEWithLogitsLoss
 *
 * With log σ(x) = -softplus(-x) and log(1 - σ(x)) = -x - softplus(-x) that is (1 - y)·x + (1 + (posWeight - 1)·y)·softplus(-x), and for
 * posWeight 1 softplus(x) - x·y.
 */
export const bceWithLogitsLoss = defineLoss({
  type: "BCEWithLogitsLoss",
  summary: "For yes or no, or several labels; the network gives raw scores, the sigmoid is inside",
  config: z.strictObject({
    posWeight: z
      .union([z.literal("balanced"), z.number().positive(), z.array(z.number().positive()).min(1)], {
        error: 'expected "balanced", a number above 0, or a list of one for each label',
      })
      .default(1)
      .describe('How many times a positive sample counts, for all labels or one each; "balanced": negatives over positives of the training rows'),
  }),
  targets: ["binary", "labels"],
  expects: "scores",
  activation: "sigmoid",
  balance: {
    posWeight: ({ kind, counts, rows }) => {
      // Where all rows are alike, there is nothing to even out.
      const weigh = (positives: number) => (positives > 0 && positives < rows ? (rows - positives) / positives : 1);
      return kind === "labels" ? counts.map(weigh) : weigh(counts[1] ?? 0);
    },
  },
  torch: ({ posWeight }) => ({
    code: call("nn.BCEWithLogitsLoss", [], { pos_weight: [posWeight === 1 ? undefined : tensorOf([posWeight].flat().map(Number)), undefined] }),
  }),
  lower: (ctx) => {
    requireSameType(ctx);
    const {
      e,
      output: x,
      target: y,
      config: { posWeight },
    } = ctx;
    if (posWeight === 1) return meanOver(ctx, e.sub(e.softplus(x), e.mul(x, y)));
    const positives = e.shift(weigh(ctx, y, posWeight), 1);
    return meanOver(ctx, e.add(e.mul(e.subFrom(1, y), x), e.mul(positives, e.softplus(e.neg(x)))));
  },
});

/** (posWeight - 1)·y, by label where there are several weights. */
function weigh(ctx: LossContext<unknown>, y: Value, posWeight: "balanced" | number | readonly number[]): Value {
  const { e, classes } = ctx;
  if (posWeight === "balanced") return ctx.fail('expected posWeight as numbers here: "balanced" is worked out from the training data before');
  if (typeof posWeight === "number") return e.scale(y, posWeight - 1);
  if (posWeight.length !== classes)
    return ctx.fail(`expected ${classes} numbers of posWeight, one a label in the order of the labels, got ${posWeight.length}`);
  return e.mul(
    y,
    e.constant(
      tensor(
        y.dtype === "float64" ? "float64" : "float32",
        posWeight.map((weight) => weight - 1),
        [1, classes],
      ),
    ),
  );
}
