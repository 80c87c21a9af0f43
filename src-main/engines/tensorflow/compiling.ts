import { LatheError } from "../../base/errors.js";
import type { Graph, Node } from "../../onnx/types.js";
import { readAttributes } from "../../ops/op.js";
import { Held, type Pool } from "./held.js";
import type { Compiling } from "./kernels/kernel.js";
import type { Tf } from "./native.js";

/**
 * What the kernel of a node is told. @param pool where tensors of a run stay until its end. @param constants where those known beforehand stay.
 * @param plan makes a graph within the graph ready.
 */
export function compiling(tf: Tf, pool: Pool, constants: Pool, node: Node, plan: (body: Graph) => (operands: readonly Held[]) => readonly Held[]): Compiling {
  return {
    ...readAttributes(node.op, node.attributes),
    tf,
    type: node.op,
    outputCount: node.outputs.length,
    hasOutput: (i) => (node.outputs[i] ?? "") !== "",
    hold: (t, dtype = "float32") => new Held(pool, dtype, t.shape, { device: t }),
    holdLast: (t, dtype = "float32") => new Held(pool, dtype, [...t.shape.slice(0, 1), ...t.shape.slice(-1), ...t.shape.slice(1, -1)], { last: t }),
    host: (dtype, dims, numbers) => new Held(pool, dtype, dims, { numbers }),
    hostStrings: (dims, strings) => new Held(pool, "string", dims, { strings }),
    constant: (data) => Held.of(constants, data),
    graph: plan,
    unsupported: (what) => {
      throw new LatheError("graph.unsupported", `the engine tensorflow does not have ${node.op} with ${what}; use the engine onnxruntime`, { op: node.op });
    },
  };
}
