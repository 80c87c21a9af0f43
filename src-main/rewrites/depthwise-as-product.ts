import type { Emitter } from "../onnx/emitter.js";
import { type Graph, type Node, type Value, tensor } from "../onnx/types.js";
import { readAttributes } from "../ops/op.js";
import type { WindowAxis } from "../ops/windows.js";
import { foundByResult, meetingsAlong, windowsOfConvolution } from "./convolution-windows.js";
import type { Rewrite } from "./rewrite.js";

/** The most numbers in a channel's matrix, one for each place that is read and each that is made: 10 × 10 to 10 × 10, or 14 × 14 to 7 × 7. */
const LARGEST_MATRIX = 10_000;

/**
 * A convolution of each channel with a kernel of its own, over a small plane, is a product of matrices: the batch of a channel `[N, places]` times
 * `[places, results]`, in which each tap of the kernel stands wherever it meets. ONNX Runtime works through the channels' convolutions one by one, and their
 * gradients; of products of matrices it makes use of all the processor has. (Forward and both gradients, a batch of 16, one thread: 672 channels of 6 × 6 with
 * a kernel of 5 × 5 34 ms, as products 4 ms; 480 of 10 × 10 49 and 25 ms; of 14 × 14 there would be no gain.)
 */
export function depthwiseAsProduct(): Rewrite {
  /** By the name of the result. */
  let convolutions: ReadonlyMap<string, readonly WindowAxis[]> = new Map();
  return {
    name: "depthwise-as-product",
    prepare(graph) {
      convolutions = foundByResult(graph, windowsIn);
      return convolutions.size > 0;
    },
    replace(e, { outputs: [y = ""] }, [x, w, bias]) {
      const windows = convolutions.get(y);
      const channels = x?.shape[1];
      if (!windows || !x || !w || typeof channels !== "number") return undefined;
      const product = e.matMul(byChannel(e, x, channels, lengthOf(windows, "length")), matrices(e, w, channels, windows));
      const result = e.reshape(e.transpose(product, [1, 0, 2]), [-1, channels, ...windows.map((win) => win.count)]);
      return [bias ? e.add(result, e.reshape(bias, [channels, ...windows.map(() => 1)])) : result];
    },
  };
}

function windowsIn(graph: Graph, node: Node): readonly WindowAxis[] | undefined {
  const [x, w] = node.inputs.map((name) => graph.types.get(name)?.shape ?? []);
  if (node.op !== "Conv" || !x || !w || x.slice(1).some((d) => typeof d !== "number") || typeof x[0] === "number") return undefined;
  const channels = x[1];
  if (readAttributes(node.op, node.attributes).int("group", 1) !== channels || channels === 1 || w[0] !== channels) return undefined;
  const windows = windowsOfConvolution(node, x, w);
  const manyTaps = windows.some(({ kernel }) => kernel > 1);
  return manyTaps && lengthOf(windows, "length") * lengthOf(windows, "count") <= LARGEST_MATRIX ? windows : undefined;
}

const lengthOf = (windows: readonly WindowAxis[], of: "length" | "count" | "kernel") => windows.reduce((n, w) => n * w[of], 1);

/** `[N, C, …]` as `[C, N, places]`. */
function byChannel(e: Emitter, x: Value, channels: number, places: number): Value {
  return e.transpose(e.reshape(x, [-1, channels, places]), [1, 0, 2]);
}

/** `[C, 1, …kernel]` as `[C, places, results]`: what each place gives to each result. */
function matrices(e: Emitter, w: Value, channels: number, windows: readonly WindowAxis[]): Value {
  const [taps, places, results] = [lengthOf(windows, "kernel"), lengthOf(windows, "length"), lengthOf(windows, "count")];
  const spread = new Float32Array(taps * places * results);
  for (const [tap, place, result] of meetings(windows)) spread[(tap * places + place) * results + result] = 1;
  const product = e.matMul(e.reshape(w, [channels, taps]), e.constant(tensor("float32", spread, [taps, places * results])));
  return e.reshape(product, [channels, places, results]);
}

/** Which tap meets which place for which result, each counted row by row. */
function meetings(windows: readonly WindowAxis[]): readonly (readonly [tap: number, place: number, result: number])[] {
  return windows.reduce<readonly (readonly [number, number, number])[]>(
    (all, w) =>
      all.flatMap(([tap, place, result]) => meetingsAlong(w).map(([k, p, o]) => [tap * w.kernel + k, place * w.length + p, result * w.count + o] as const)),
    [[0, 0, 0]],
  );
}
