import { defined } from "../../base/assert.js";
import { LatheError } from "../../base/errors.js";
import type { Emitter } from "../../onnx/emitter.js";
import type { Value } from "../../onnx/types.js";
import type { Weights } from "./weights.js";
import type { Layout, Slice } from "./layout.js";
import type { Bindings } from "./network.js";

/** Weights as named tensors in a file, cut out of the flat vectors. */
export function fileBindings(e: Emitter, layout: Layout, { parameters, frozen, buffers }: Weights): Bindings {
  const stored = new Map<string, Value>();
  const cut = (vector: Float32Array, slices: readonly Slice[], name: string): Value => {
    const known = stored.get(name);
    if (known) return known;
    const { offset, size, shape } = defined(
      slices.find((slice) => slice.name === name),
      name,
    );
    const value = e.graph.initializer(name, { dtype: "float32", dims: shape, data: vector.slice(offset, offset + size) });
    stored.set(name, value);
    return value;
  };
  const frozenNames = new Set(layout.frozen.map(({ name }) => name));
  const training = (): never => {
    throw new LatheError("internal", "a model with its weights does not train");
  };
  return {
    mode: "eval",
    parameter: (owner, { name }) =>
      frozenNames.has(`${owner}.${name}`) ? cut(frozen, layout.frozen, `${owner}.${name}`) : cut(parameters, layout.parameters, `${owner}.${name}`),
    buffer: (owner, { name }) => cut(buffers, layout.buffers, `${owner}.${name}`),
    updateBuffer: training,
    uniform: training,
    batchSize: training,
    stopGradient: training,
  };
}
