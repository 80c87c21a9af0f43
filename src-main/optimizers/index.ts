import { createRegistry } from "../base/registry.js";
import type { OptimizerDefinition } from "./optimizer.js";

/** Every optimizer. */
export const optimizers = createRegistry<OptimizerDefinition>("optimizer", []);
