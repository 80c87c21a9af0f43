import { defined } from "../base/assert.js";
import type { Emitter } from "../onnx/emitter.js";
import type { Attributes, Graph, Node, Value } from "../onnx/types.js";
import type { Rewrite } from "./rewrite.js";

/** Activations that never fall while x rises, as far as their attributes do not say otherwise. */
const MONOTONIC: ReadonlySet<string> = new Set(["Clip", "Elu", "HardSigmoid", "LeakyRelu", "Relu", "Selu", "Sigmoid", "Softplus", "Tanh"]);
/** What slopes of activations are made of. */
const ELEMENTWISE: ReadonlySet<string> = new Set(["Abs", "Add", "And", "Cast", "Clip", "Div", "Equal", "Exp", "Greater", "Less", "Max", "Min", "Mul", "Neg", "Not", "Sigmoid", "Sub", "Where"]);

/** An activation and the pool after it. */
interface Pair {
  readonly activation: Node;
  readonly pool: Node;
  /** By name, what is computed elementwise from the activation's operand and result alone: its slope, on the way there. */
  readonly slopes: ReadonlySet<string>;
  /** What the pool's gradient gives back, and the products of that with slopes. */
  readonly products: ReadonlySet<string>;
  /** By old name, operand, result and slopes of what the pool leaves. */
  readonly small: Map<string, Value>;
}

/** What MaxUnpool writes: these numbers at these places, zero elsewhere. */
interface Unpooled {
  readonly numbers: Value;
  readonly places: Value | undefined;
  readonly attributes: Attributes;
}

/**
 * The maximum of f(x) over a window is f of the maximum, where f never falls: the activation, and its slope in the gradient, are computed of what the pool leaves
 * (a quarter, for windows of two by two). Its gradient, MaxUnpool(dY) · f′(x), is MaxUnpool(dY · f′(max x)): zero times anything elsewhere.
 * Only where nobody else reads the activation.
 */
export function poolBeforeActivation(): Rewrite {
  let pairs: readonly Pair[] = [];
  const values = new Map<string, Value>();
  /** By old name. */
  const unpooled = new Map<string, Unpooled>();

  function replaced(e: Emitter, node: Node, inputs: readonly (Value | undefined)[]): readonly Value[] | undefined {
    const [output = ""] = node.outputs;
    if (node.op === "MaxUnpool") unpooled.set(output, { numbers: defined(inputs[0], "X"), places: inputs[1], attributes: node.attributes });
    const pair = pairs.find(({ pool, slopes, products }) => pool === node || slopes.has(output) || products.has(output));
    if (!pair) return undefined;
    const { small } = pair;
    if (pair.pool === node) {
      const [x = "", ...bounds] = pair.activation.inputs;
      const [largest, places] = e.graph.node("MaxPool", [values.get(x)], node.attributes, { outputs: node.outputs.length });
      const y = e.op(pair.activation.op, [largest, ...bounds.map((name) => values.get(name))], pair.activation.attributes);
      small.set(x, defined(largest, "the maxima"));
      small.set(pair.activation.outputs[0] ?? "", y);
      return places ? [y, places] : [y];
    }
    if (pair.slopes.has(output)) {
      const [made] = e.graph.node(node.op, node.inputs.map((name, i) => small.get(name) ?? inputs[i]), node.attributes);
      small.set(output, defined(made, "a slope"));
      return undefined;
    }
    if (node.op !== "Mul") return undefined;
    // MaxUnpool(dY) · slope, or the other way round
    const [a = "", b = ""] = node.inputs;
    const [from, slope] = unpooled.has(a) ? [unpooled.get(a), small.get(b)] : [unpooled.get(b), small.get(a)];
    if (!from || !slope) return undefined;
    const numbers = e.mul(from.numbers, slope);
    unpooled.set(output, { ...from, numbers });
    return e.graph.node("MaxUnpool", [numbers, from.places], from.attributes);
  }

  return {
    name: "pool-before-activation",
    prepare(graph) {
      for (const map of [values, unpooled]) map.clear();
      pairs = pairsOf(graph);
    },
    replace(e, node, inputs) {
      if (pairs.length === 0) return undefined;
      node.inputs.forEach((name, i) => inputs[i] && values.set(name, inputs[i]));
      return replaced(e, node, inputs);
    },
  };
}

function pairsOf(graph: Graph): readonly Pair[] {
  const readers = new Map<string, Node[]>();
  for (const node of graph.nodes) for (const name of node.inputs) readers.set(name, [...(readers.get(name) ?? []), node]);
  const results = new Set(graph.outputs.map(({ name }) => name));
  return graph.nodes.flatMap((activation): readonly Pair[] => {
    const [x = ""] = activation.inputs;
    const [y = ""] = activation.outputs;
    const pools = (readers.get(y) ?? []).filter((node) => node.op === "MaxPool");
    const [pool] = pools;
    if (!isMonotonic(activation, graph) || pool === undefined || pools.length > 1 || results.has(y)) return [];
    const slopes = slopesOf(graph, activation);
    const products = productsOf(graph, pool, new Set([x, y, ...slopes]));
    // Everything that reads the activation, or what is made of it, must be a slope too, or the product of one with what this pool's gradient gives back.
    const settles = (reader: Node) => reader === pool || reader.outputs.some((o) => slopes.has(o) || products.has(o));
    return [y, ...slopes].every((name) => !results.has(name) && (readers.get(name) ?? []).every(settles)) ? [{ activation, pool, slopes, products, small: new Map() }] : [];
  });
}

function productsOf(graph: Graph, pool: Node, slopes: ReadonlySet<string>): ReadonlySet<string> {
  const unpooled = new Set<string>();
  const [, places] = pool.outputs;
  if (places === undefined) return unpooled;
  for (const { op, inputs: [a = "", b = ""], outputs: [output = ""] } of graph.nodes) {
    if (op === "MaxUnpool" && b === places) unpooled.add(output);
    if (op === "Mul" && ((unpooled.has(a) && slopes.has(b)) || (unpooled.has(b) && slopes.has(a)))) unpooled.add(output);
  }
  return unpooled;
}

function isMonotonic({ op, attributes, inputs }: Node, graph: Graph): boolean {
  if (!MONOTONIC.has(op)) return false;
  if (op === "Clip") return inputs.slice(1).every((name) => name === "" || graph.initializers.has(name));
  return Number(attributes["alpha"]?.value ?? 1) >= 0 && Number(attributes["gamma"]?.value ?? 1) >= 0;
}

/** What is computed elementwise from an activation's operand and result and from single constants alone. */
function slopesOf(graph: Graph, activation: Node): ReadonlySet<string> {
  const [x = ""] = activation.inputs;
  const [y = ""] = activation.outputs;
  const known = new Set([x, y]);
  const slopes = new Set<string>();
  for (const node of graph.nodes) {
    if (node === activation || !ELEMENTWISE.has(node.op) || !node.inputs.some((name) => known.has(name))) continue;
    if (!node.inputs.every((name) => name === "" || known.has(name) || graph.initializers.get(name)?.data.length === 1)) continue;
    for (const name of node.outputs) {
      known.add(name);
      slopes.add(name);
    }
  }
  return slopes;
}
