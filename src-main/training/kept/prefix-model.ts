import { defined } from "../../base/assert.js";
import { encodeModel, modelOf } from "../../onnx/protobuf.js";
import { createEmitter } from "../../ops/index.js";
import { rewriteForInference } from "../../rewrites/index.js";
import { fileBindings } from "../network/file-bindings.js";
import type { NetworkPrefix } from "../network/frozen-prefix.js";
import { lowerNetwork } from "../network/network.js";
import { type TrainingSpec, names } from "../network/specification.js";
import type { Weights } from "../network/weights.js";

/**
 * The beginning of a network with its weights, as a model of its own: in goes what records and stores hold of the inputs, `[N, …]`; out comes what is asked of
 * it, under `names.kept`. The same layers with the same weights give the same bytes, whatever comes after them.
 */
export function buildPrefixModel(spec: TrainingSpec, { prefix, reads, kept }: NetworkPrefix, weights: Weights): Uint8Array {
  const e = createEmitter();
  const inputs = new Map(
    reads.map((name) => {
      const { dtype, shape } = defined(spec.inputs.get(name), name);
      const stored = e.graph.input(names.input(name), dtype, ["N", ...shape.slice(1)]);
      return [name, spec.fromStored?.(e, name, stored) ?? stored];
    }),
  );
  const values = lowerNetwork(e, prefix, inputs, fileBindings(e, spec.layout, weights));
  for (const id of kept.keys()) e.graph.output(defined(values.get(id), id), names.kept(id));
  return encodeModel(modelOf(rewriteForInference(e.graph.build("features")), { version: "" }));
}
