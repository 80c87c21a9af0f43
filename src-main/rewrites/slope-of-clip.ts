import { type Graph, type Node, type Value, numbersOf } from "../onnx/types.js";
import { readersOf } from "./readers.js";
import type { Rewrite } from "./rewrite.js";

/**
 * What Clip lets through of a gradient, Where(X = Clip(X), dY, 0), as a product with the condition, and after a Relu with both conditions at once: one product
 * in the place of three nodes. ONNX Runtime's Where takes six times as long as its product. (ReLU6 back, [16, 144, 24, 24] and one thread: 5.4 ms, so 2.2 ms.)
 */
export function slopeOfClip(): Rewrite {
  /** What is let through, by name. */
  let slopes: ReadonlyMap<string, Node> = new Map();
  /** Products with the slope of a Relu that alone read such. */
  let both: ReadonlyMap<string, { readonly slope: Node; readonly condition: string }> = new Map();
  const seen = new Map<string, Value>();
  return {
    name: "slope-of-clip",
    prepare(graph) {
      seen.clear();
      const producers: Producers = new Map(graph.nodes.map((node) => [node.outputs[0] ?? "", node]));
      slopes = slopesIn(graph, producers);
      both = reluAfter(graph, producers, slopes);
      return slopes.size > 0;
    },
    replace(e, node, inputs) {
      node.inputs.forEach((name, i) => {
        const value = inputs[i];
        if (value) seen.set(name, value);
      });
      const [y = ""] = node.outputs;
      const after = both.get(y);
      const slope = after?.slope ?? slopes.get(y);
      if (!slope) return undefined;
      const [unclipped, dy] = slope.inputs.map((name) => seen.get(name));
      const positive = after && seen.get(after.condition);
      if (!unclipped || !dy || (after && !positive)) return undefined;
      const condition = positive ? e.op("And", [unclipped, positive]) : unclipped;
      return [e.mul(dy, e.cast(condition, dy.dtype))];
    },
  };
}

/** Nodes by the name of their first result. */
type Producers = ReadonlyMap<string, Node>;

function slopesIn(graph: Graph, producers: Producers): ReadonlyMap<string, Node> {
  const isSlope = ({ op, inputs: [condition = "", , otherwise = ""] }: Node) => {
    const [equal, zero] = [producers.get(condition), graph.initializers.get(otherwise)];
    if (op !== "Where" || equal?.op !== "Equal" || !zero || numbersOf(zero).some((n) => n !== 0)) return false;
    const [x = "", y = ""] = equal.inputs;
    const clip = producers.get(y);
    return clip?.op === "Clip" && clip.inputs[0] === x;
  };
  return new Map(graph.nodes.filter(isSlope).map((node) => [node.outputs[0] ?? "", node]));
}

/** Mul(slope, Cast(Greater(…))), by the name of the product, where nobody else reads the slope. */
function reluAfter(
  graph: Graph,
  producers: Producers,
  slopes: ReadonlyMap<string, Node>,
): ReadonlyMap<string, { readonly slope: Node; readonly condition: string }> {
  const readers = readersOf(graph);
  return new Map(
    graph.nodes.flatMap((node) => {
      const [q = "", cast = ""] = node.inputs;
      const [slope, casting] = [slopes.get(q), producers.get(cast)];
      const condition = casting?.inputs[0] ?? "";
      const fits = node.op === "Mul" && slope && readers.get(q)?.length === 1 && casting?.op === "Cast" && producers.get(condition)?.op === "Greater";
      return fits ? [[node.outputs[0] ?? "", { slope, condition }] as const] : [];
    }),
  );
}
