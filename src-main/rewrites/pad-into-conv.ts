import { type Graph, type Node, type Value, ints, numbersOf } from "../onnx/types.js";
import { readAttributes } from "../ops/op.js";
import { readersOf } from "./readers.js";
import type { Rewrite } from "./rewrite.js";

/**
 * Zeros laid around a picture that only a convolution reads are that convolution's own pads, which may differ on either side: nothing is copied, and the
 * gradient has nothing to cut off.
 */
export function padIntoConv(): Rewrite {
  /** Pads, before and after each axis behind `[N, C]`, by the name of what they make. */
  let pads: ReadonlyMap<string, readonly number[]> = new Map();
  const padded = new Map<string, Value>();
  return {
    name: "pad-into-conv",
    prepare(graph) {
      padded.clear();
      pads = padsIn(graph);
      return pads.size > 0;
    },
    replace(e, node, inputs) {
      const [name = ""] = node.outputs;
      if (pads.has(name) && inputs[0]) padded.set(name, inputs[0]);
      const [x = ""] = node.inputs;
      const [added, bare] = [pads.get(x), padded.get(x)];
      if (node.op !== "Conv" || !added || !bare) return undefined;
      const own = readAttributes(node.op, node.attributes).ints("pads") ?? added.map(() => 0);
      return [e.op("Conv", [bare, ...inputs.slice(1)], { ...node.attributes, pads: ints(own.map((n, i) => n + (added[i] ?? 0))) })];
    },
  };
}

/** Of constant zeros along the axes behind `[N, C]`, which a convolution alone reads, as its X. */
function padsIn(graph: Graph): ReadonlyMap<string, readonly number[]> {
  const readers = readersOf(graph);
  return new Map(
    graph.nodes.flatMap((node) => {
      const [y = ""] = node.outputs;
      const [reader, ...others] = readers.get(y) ?? [];
      const alone = reader !== undefined && reader !== "result" && reader.op === "Conv" && reader.inputs[0] === y && others.length === 0;
      const added = alone && readAttributes("Conv", reader.attributes).string("auto_pad", "NOTSET") === "NOTSET" ? zerosAround(graph, node) : undefined;
      return added ? [[y, added] as const] : [];
    }),
  );
}

function zerosAround(
  { initializers, types }: Graph,
  { op, attributes, inputs: [, counts = "", value = "", axes = ""], outputs }: Node,
): readonly number[] | undefined {
  if (op !== "Pad" || axes !== "" || readAttributes(op, attributes).string("mode", "constant") !== "constant") return undefined;
  const [known, filled] = [initializers.get(counts), initializers.get(value)];
  if (!known || (value !== "" && (!filled || numbersOf(filled)[0] !== 0))) return undefined;
  const rank = (types.get(outputs[0] ?? "")?.shape ?? []).length;
  const all = numbersOf(known);
  const [before, after] = [all.slice(0, rank), all.slice(rank)];
  if (all.some((n) => n < 0) || [before, after].some(([n, c]) => n !== 0 || c !== 0)) return undefined;
  return [...before.slice(2), ...after.slice(2)];
}
