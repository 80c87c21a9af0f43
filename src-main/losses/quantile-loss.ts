import { z } from "zod";
import { call } from "../base/python.js";
import { difference, meanOver } from "./elementwise.js";
import { defineLoss } from "./loss.js";

/**
 * mean of max(q·e, (q − 1)·e) with e = target - output (Koenker and Bassett 1978): least where a share q of targets lies below the output. Lowered as
 * |d|/2 + (1/2 - q)·d with d = -e.
 */
export const quantileLoss = defineLoss({
  type: "QuantileLoss",
  summary: "Pinball loss: learns the value that a share of the truths lies below; two of them make a prediction interval",
  config: z.strictObject({ quantile: z.number().gt(0).lt(1).default(0.5).describe("The share of truths below the output; 0.5 is the median") }),
  targets: ["numeric"],
  expects: "values",
  activation: "identity",
  torch: ({ quantile }) => ({ code: call("QuantileLoss", [quantile]), definition: PINBALL }),
  lower: (ctx) => {
    const {
      e,
      config: { quantile },
    } = ctx;
    const d = difference(ctx);
    return meanOver(ctx, e.add(e.scale(e.abs(d), 0.5), e.scale(d, 0.5 - quantile)));
  },
});

/** PyTorch has none. */
const PINBALL = `class QuantileLoss(nn.Module):
    """Pinball loss (Koenker and Bassett 1978): least where the share \`quantile\` of targets lies below the output."""

    def __init__(self, quantile):
        super().__init__()
        self.quantile = quantile

    def forward(self, output, target):
        error = target - output
        return torch.maximum(self.quantile * error, (self.quantile - 1) * error).mean()
`;
