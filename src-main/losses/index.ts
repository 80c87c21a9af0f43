import { createRegistry } from "../base/registry.js";
import type { LossDefinition } from "./loss.js";

/** Every loss. */
export const losses = createRegistry<LossDefinition>("loss", []);
