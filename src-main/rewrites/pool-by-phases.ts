import { type Attributes, type Graph, type Node, type Value, ints } from "../onnx/types.js";
import type { WindowAxis } from "../ops/windows.js";
import { windowsOfConvolution } from "./convolution-windows.js";
import { firstLarger } from "./larger-of-two.js";
import { learntIn, pooledByTwo } from "./pools-by-two.js";
import { readersOf } from "./readers.js";
import type { Rewrite } from "./rewrite.js";

/** The places in a window of two by two, in the order in which the first of equals is the maximum. */
const PLACES = [
  [0, 0],
  [0, 1],
  [1, 0],
  [1, 1],
] as const;

/**
 * The maxima over windows of two by two of a convolution are the maxima of four convolutions of twice the stride, one for each place in the window. The
 * gradient then needs no places: it is chosen by comparing, and each of the four convolutions takes its part, a quarter of the numbers. (ONNX Runtime finds the
 * places of maxima one by one. From 3 to 32 channels of 64 × 64, a batch of 32 and two threads, forward and back: 23 ms, by phases 14 ms.)
 *
 * Only for convolutions before which nothing is learnt, in a graph that is going to be differentiated: there the gradient of the picture would be a sum of
 * four.
 */
export function poolByPhases(): Rewrite {
  /** By the name of what the pool reads. */
  let convolutions: ReadonlyMap<string, Node> = new Map();
  const operands = new Map<string, readonly (Value | undefined)[]>();
  return {
    name: "pool-by-phases",
    prepare(graph, learns) {
      operands.clear();
      convolutions = convolutionsIn(graph, learns);
      return convolutions.size > 0;
    },
    replace(e, node, inputs) {
      if (convolutions.has(node.outputs[0] ?? "")) operands.set(node.outputs[0] ?? "", inputs);
      const [y = ""] = node.inputs;
      const [convolution, read] = [convolutions.get(y), operands.get(y)];
      if (node.op !== "MaxPool" || !convolution || !read) return undefined;
      const { auto_pad: _, ...attributes } = convolution.attributes;
      const windows = windowsOfConvolution(convolution, read[0]?.shape ?? [], read[1]?.shape ?? []);
      const [a, b, c, d] = PLACES.map((place) => e.op("Conv", read, { ...attributes, ...phaseAt(windows, place) }));
      return a && b && c && d ? [firstLarger(e, firstLarger(e, a, b), firstLarger(e, c, d))] : undefined;
    },
  };
}

/** Every second result along both axes, from `place` on: the windows begin as much later, and as few elements are added before them. */
function phaseAt(windows: readonly WindowAxis[], place: readonly number[]): Attributes {
  const [before, after] = [windows.map((w, i) => w.before - (place[i] ?? 0)), windows.map((w, i) => Math.max(0, w.after - 1 + (place[i] ?? 0)))];
  return { strides: ints([2, 2]), pads: ints([...before, ...after]) };
}

function convolutionsIn(graph: Graph, learns: ReadonlySet<string>): ReadonlyMap<string, Node> {
  const readers = readersOf(graph);
  const learnt = learntIn(graph, learns);
  return new Map(
    graph.nodes.flatMap((node) => {
      const [x = "", w = ""] = node.inputs;
      const [y = ""] = node.outputs;
      const [pool, ...others] = readers.get(y) ?? [];
      if (node.op !== "Conv" || learnt.has(x) || !learnt.has(w) || pool === undefined || pool === "result" || others.length > 0) return [];
      const windows = windowsOfConvolution(node, graph.types.get(x)?.shape ?? [], graph.types.get(w)?.shape ?? []);
      return windows.length === 2 && pooledByTwo(graph, pool) && windows.every((win) => win.stride === 1 && win.before > 0) ? [[y, node] as const] : [];
    }),
  );
}
