import { LatheError } from "../base/errors.js";
import type { InferTypes } from "./builder.js";
import { type Facts, constantBehind, shapeBehind } from "./known-values.js";
import type { Node, TensorType, Value } from "./types.js";

/** Types of a node's outputs by its operator's rule, or undefined where no rule knows the operator or an operand. */
export function inferNode(node: Node, facts: Facts, infer: InferTypes): readonly TensorType[] | undefined {
  const inputs: (Value | undefined)[] = [];
  for (const name of node.inputs) {
    const type = facts.types.get(name);
    if (name !== "" && !type) return undefined;
    inputs.push(type && { name, ...type });
  }
  try {
    return infer({
      op: node.op,
      domain: node.domain,
      attributes: node.attributes,
      inputs,
      outputCount: node.outputs.length,
      constant: (i) => constantBehind(facts, node.inputs[i] ?? ""),
      shapeBehind: (i) => shapeBehind(facts, node.inputs[i] ?? ""),
    });
  } catch (thrown) {
    // A foreign graph may do what our rules do not cover; whoever needs the missing type says so, with the node's name.
    if (thrown instanceof LatheError && thrown.code.startsWith("graph.")) return undefined;
    throw thrown;
  }
}
