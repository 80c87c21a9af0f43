import { batchNormLayer } from "./batch-norm.js";
import { defineLayer } from "./layer.js";

/** Over [N, C, H, W]. torch.nn.BatchNorm2d */
export const batchNorm2d = defineLayer(
  batchNormLayer(
    "BatchNorm2d",
    [4],
    "[N, C, H, W]; after Flatten or Linear use BatchNorm1d",
    "Brings each channel of pictures to mean 0 and variance 1 over the batch; speeds up training",
  ),
);
