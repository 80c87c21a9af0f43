import { createRegistry } from "../base/registry.js";
import { bceLoss } from "./bce-loss.js";
import { bceWithLogitsLoss } from "./bce-with-logits-loss.js";
import { contrastiveLoss } from "./contrastive-loss.js";
import { crossEntropyLoss } from "./cross-entropy-loss.js";
import { huberLoss } from "./huber-loss.js";
import { l1Loss } from "./l1-loss.js";
import type { LossDefinition } from "./loss.js";
import { mseLoss } from "./mse-loss.js";
import { nllLoss } from "./nll-loss.js";
import { quantileLoss } from "./quantile-loss.js";
import { smoothL1Loss } from "./smooth-l1-loss.js";
import { tripletMarginLoss } from "./triplet-margin-loss.js";

/** Every loss. */
export const losses = createRegistry<LossDefinition>("loss", [
  crossEntropyLoss,
  nllLoss,
  bceWithLogitsLoss,
  bceLoss,
  mseLoss,
  l1Loss,
  smoothL1Loss,
  huberLoss,
  quantileLoss,
  tripletMarginLoss,
  contrastiveLoss,
]);
