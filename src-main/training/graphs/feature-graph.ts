import { defined } from "../../base/assert.js";
import { LatheError } from "../../base/errors.js";
import type { Graph } from "../../onnx/types.js";
import { createEmitter } from "../../ops/index.js";
import { copyInto } from "../../rewrites/rewrite.js";

/** Outputs of a feature graph, by their place. */
export const featureName = (k: number): string => `features ${k}`;

export interface FeatureGraph {
  readonly graph: Graph;
  /** How many outputs it has. */
  readonly parts: number;
}

/**
 * An exported model as far as its features: what the layer reads that is its head. Layers write themselves into scopes of their own, `head/Gemm_0`, so that is
 * what nodes in its scope read from outside and that is no weight.
 * @param head the layer's id
 * @throws LatheError `usage` where the file has no such layer left
 */
export function buildFeatureGraph(model: Graph, head: string): FeatureGraph {
  const own = model.nodes.filter(({ name }) => name.startsWith(`${head}/`));
  const made = new Set(own.flatMap(({ outputs }) => outputs));
  const constant = new Set(model.nodes.flatMap(({ op, outputs }) => (op === "Constant" ? outputs : [])));
  const read = own.flatMap(({ inputs }) => inputs).filter((name) => name !== "" && !made.has(name) && !constant.has(name) && !model.initializers.has(name));
  const found = [...new Set(read)].filter((name) => model.types.get(name)?.dtype === "float32");
  if (found.length === 0) throw new LatheError("usage", `the model's file has no layer "${head}" any more whose inputs could be read`, { layer: head });
  const e = createEmitter();
  const values = copyInto(e, model);
  found.forEach((name, k) => e.graph.output(defined(values.get(name), name), featureName(k)));
  return { graph: e.graph.build("features"), parts: found.length };
}
