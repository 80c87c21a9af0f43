import { createRegistry } from "../base/registry.js";
import { adagrad } from "./adagrad.js";
import { adam } from "./adam.js";
import { adamw } from "./adamw.js";
import type { OptimizerDefinition } from "./optimizer.js";
import { rmsprop } from "./rmsprop.js";
import { sgd } from "./sgd.js";

/** Every optimizer, the most used first. */
export const optimizers = createRegistry<OptimizerDefinition>("optimizer", [adam, adamw, sgd, rmsprop, adagrad]);
