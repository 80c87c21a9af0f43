import { type Graph, type Node, type Value } from "../onnx/types.js";
import { readersOf } from "./readers.js";
import type { Rewrite } from "./rewrite.js";

/** Activations that never fall while x rises, as far as their attributes do not say otherwise. */
const MONOTONIC: ReadonlySet<string> = new Set(["Clip", "Elu", "HardSigmoid", "LeakyRelu", "Relu", "Selu", "Sigmoid", "Softplus", "Tanh"]);

/**
 * The maximum of f(x) over a window is f of the maximum, where f never falls: the activation, and in the gradient its slope, are computed of what the pool
 * leaves (a quarter, for windows of two by two). Only where nobody else reads the activation, and nobody asks for the places of the maxima.
 */
export function poolBeforeActivation(): Rewrite {
  /** By the name of its result. */
  let moved: ReadonlyMap<string, Node> = new Map();
  const operands = new Map<string, readonly (Value | undefined)[]>();
  return {
    name: "pool-before-activation",
    prepare(graph) {
      operands.clear();
      moved = movedIn(graph);
      return moved.size > 0;
    },
    replace(e, node, inputs) {
      if (moved.has(node.outputs[0] ?? "")) operands.set(node.outputs[0] ?? "", inputs);
      const [y = ""] = node.inputs;
      const activation = moved.get(y);
      const [x, ...bounds] = operands.get(y) ?? [];
      if (node.op !== "MaxPool" || !activation) return undefined;
      return [e.op(activation.op, [e.op("MaxPool", [x], node.attributes), ...bounds], activation.attributes)];
    },
  };
}

/** Activations that only a pool reads. */
function movedIn(graph: Graph): ReadonlyMap<string, Node> {
  const readers = readersOf(graph);
  return new Map(
    graph.nodes.flatMap((activation) => {
      const [y = ""] = activation.outputs;
      const [pool, ...others] = readers.get(y) ?? [];
      const alone = pool !== "result" && pool?.op === "MaxPool" && pool.outputs.length === 1 && others.length === 0;
      return alone && isMonotonic(activation, graph) ? [[y, activation] as const] : [];
    }),
  );
}

function isMonotonic({ op, attributes, inputs }: Node, graph: Graph): boolean {
  if (!MONOTONIC.has(op)) return false;
  if (op === "Clip") return inputs.slice(1).every((name) => name === "" || graph.initializers.has(name));
  return Number(attributes["alpha"]?.value ?? 1) >= 0 && Number(attributes["gamma"]?.value ?? 1) >= 0;
}
