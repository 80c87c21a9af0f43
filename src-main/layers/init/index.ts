import { createRegistry } from "../../base/registry.js";
import type { InitializerDefinition } from "./initializer.js";

/** Every way to start a parameter. */
export const initializers = createRegistry<InitializerDefinition>("initialisation", []);
