import { batchNormLayer } from "./batch-norm.js";
import { defineLayer } from "./layer.js";

/** Over [N, C] or [N, C, L]. torch.nn.BatchNorm1d */
export const batchNorm1d = defineLayer(
  batchNormLayer(
    "BatchNorm1d",
    [2, 3],
    "[N, C] or [N, C, L]; flatten the input",
    "Brings each feature to mean 0 and variance 1 over the batch; speeds up training",
  ),
);
