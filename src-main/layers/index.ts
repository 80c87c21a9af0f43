import { createRegistry } from "../base/registry.js";
import type { LayerDefinition } from "./layer.js";

/** Every layer a model can be made of, in the order the studio's palette shows them. */
export const layers = createRegistry<LayerDefinition>("layer", []);
