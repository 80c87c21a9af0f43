import { defined } from "../base/assert.js";
import type { Emitter } from "../onnx/emitter.js";
import type { Graph, Node, Value } from "../onnx/types.js";
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
}

/**
 * The maximum of f(x) over a window is f of the maximum, where f never falls: the activation, and its slope in the gradient, are computed of what the pool leaves
 * (a quarter, for windows of two by two). Its gradient, MaxUnpool(dY) · f′(x), is MaxUnpool(dY · f′(max x)): zero times anything elsewhere.
 * Only where nobody else reads the activation.
 */
export function poolBeforeActivation(): Rewrite {
  let pairs: readonly Pair[] = [];
  let unpooled: ReadonlyMap<string, Node> = new Map();
  const values = new Map<string, Value>();
  /** By old name, the same of what the pool leaves. */
  const small = new Map<string, Value>();
  const remember = (names: readonly string[], made: readonly (Value | undefined)[]) => names.forEach((name, i) => made[i] && values.set(name, made[i]));

  function replaced(e: Emitter, node: Node, inputs: readonly (Value | undefined)[]): readonly Value[] | undefined {
    const [output = ""] = node.outputs;
    const pair = pairs.find(({ activation, pool, slopes }) => activation === node || pool === node || slopes.has(output));
    if (pair?.pool === node) {
      const [x] = pair.activation.inputs;
      const [largest, places] = e.graph.node("MaxPool", [values.get(x ?? "")], node.attributes, { outputs: node.outputs.length });
      const y = e.op(pair.activation.op, [largest, ...pair.activation.inputs.slice(1).map((name) => values.get(name))], pair.activation.attributes);
      small.set(x ?? "", defined(largest, "the maxima"));
      small.set(pair.activation.outputs[0] ?? "", y);
      return places ? [y, places] : [y];
    }
    if (pair && pair.activation !== node) {
      const [made] = e.graph.node(node.op, node.inputs.map((name, i) => small.get(name) ?? inputs[i]), node.attributes);
      small.set(output, defined(made, "a slope"));
      return undefined;
    }
    // MaxUnpool(dY) · slope, or the other way round
    const [a = "", b = ""] = node.inputs;
    const from = node.op === "Mul" ? (unpooled.get(a) ?? unpooled.get(b)) : undefined;
    const slope = from && small.get(from.outputs[0] === a ? b : a);
    if (!from || !slope || !pairs.some(({ slopes }) => slopes.has(from.outputs[0] === a ? b : a))) return undefined;
    const [dy, places] = from.inputs.map((name) => values.get(name));
    return e.graph.node("MaxUnpool", [e.mul(defined(dy, "dY"), slope), places], from.attributes);
  }

  return {
    name: "pool-before-activation",
    prepare(graph) {
      values.clear();
      small.clear();
      unpooled = new Map(graph.nodes.filter(({ op }) => op === "MaxUnpool").map((node) => [node.outputs[0] ?? "", node]));
      pairs = pairsOf(graph, unpooled);
    },
    replace(e, node, inputs) {
      if (pairs.length === 0) return undefined;
      remember(node.inputs, inputs);
      return replaced(e, node, inputs);
    },
  };
}

function pairsOf(graph: Graph, unpooled: ReadonlyMap<string, Node>): readonly Pair[] {
  const readers = new Map<string, Node[]>();
  for (const node of graph.nodes) for (const name of node.inputs) readers.set(name, [...(readers.get(name) ?? []), node]);
  const results = new Set(graph.outputs.map(({ name }) => name));
  return graph.nodes.flatMap((activation): readonly Pair[] => {
    const [y = ""] = activation.outputs;
    const pools = (readers.get(y) ?? []).filter((node) => node.op === "MaxPool");
    const [pool] = pools;
    if (!isMonotonic(activation, graph) || pool === undefined || pools.length > 1 || results.has(y)) return [];
    const slopes = slopesOf(graph, activation);
    // Everything that reads the activation, or what is made of it, must be a slope too, or the product of one with what this pool's gradient gives back.
    const places = pool.outputs[1];
    const settles = (reader: Node, name: string) => reader === pool || reader.outputs.some((o) => slopes.has(o)) || (reader.op === "Mul" && name !== y && reader.inputs.some((i) => places !== undefined && unpooled.get(i)?.inputs[1] === places));
    const whole = [y, ...slopes].every((name) => !results.has(name) && (readers.get(name) ?? []).every((reader) => settles(reader, name)));
    return whole ? [{ activation, pool, slopes }] : [];
  });
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
