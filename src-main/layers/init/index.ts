import type { Random } from "../../base/random.js";
import { createRegistry } from "../../base/registry.js";
import type { InitializerConfig } from "../layer.js";
import { constant } from "./constant.js";
import type { InitializerDefinition } from "./initializer.js";
import { kaimingNormal } from "./kaiming-normal.js";
import { kaimingUniform } from "./kaiming-uniform.js";
import { normal } from "./normal.js";
import { ones } from "./ones.js";
import { orthogonal } from "./orthogonal.js";
import { uniform } from "./uniform.js";
import { xavierNormal } from "./xavier-normal.js";
import { xavierUniform } from "./xavier-uniform.js";
import { zeros } from "./zeros.js";

/** Every way to start a parameter. */
export const initializers = createRegistry<InitializerDefinition>("initialisation", [
  kaimingUniform,
  kaimingNormal,
  xavierUniform,
  xavierNormal,
  orthogonal,
  normal,
  uniform,
  constant,
  zeros,
  ones,
]);

/**
 * The first values of a parameter, row-major. The same configuration and stream give the same bits.
 * @throws LatheError `project.invalid` for an unknown initialisation, `model.layer` for a shape it has no formula for.
 */
export function initialize(shape: readonly number[], config: InitializerConfig, random: Random): Float32Array {
  const definition = initializers.get(config.type);
  return definition.fill(shape, definition.config.parse(config), random);
}
