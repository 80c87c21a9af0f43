import type { Emitter } from "../onnx/emitter.js";
import { type Graph, type Node, type Value, tensor } from "../onnx/types.js";
import { readAttributes } from "../ops/op.js";
import type { WindowAxis } from "../ops/windows.js";
import { foundByResult, meetingsAlong, windowsOfConvolution } from "./convolution-windows.js";
import type { Rewrite } from "./rewrite.js";

/**
 * The gradient of the kernels of a convolution of single channels comes as a convolution of one sample, whose kernel is dY (ops/convolution.ts). Few results of
 * many taps are what ONNX Runtime is slowest at. For each row of results it is a product of matrices instead: of X's rows that meet dY's, `[columns, rows]`,
 * and dY's `[rows, columns]`, whose numbers are added up where columns of the one meet those of the other. (A batch of 16, one thread: 144 channels of 24 × 24
 * with a kernel of 3 × 3 22 ms, by rows 7 ms; 240 of 28 × 28 with 5 × 5 83 and 26 ms; 32 of 112 × 112 with 3 × 3 106 and 68 ms.)
 */
export function depthwiseGradientByRows(): Rewrite {
  /** By the name of the result. */
  let convolutions: ReadonlyMap<string, readonly [rows: WindowAxis, columns: WindowAxis]> = new Map();
  return {
    name: "depthwise-gradient-by-rows",
    prepare(graph) {
      convolutions = foundByResult(graph, windowsIn);
      return convolutions.size > 0;
    },
    replace(e, { outputs: [y = ""] }, [x, dy]) {
      const windows = convolutions.get(y);
      const channels = dy?.shape[0];
      return windows && x && dy && typeof channels === "number" ? [byRows(e, x, dy, channels, windows)] : undefined;
    },
  };
}

/** X `[1, C·N, …]`, W `[C, N, …]` in C groups, without a bias, its kernel larger than what comes out. */
function windowsIn(graph: Graph, node: Node): readonly [WindowAxis, WindowAxis] | undefined {
  const [x, w, bias] = node.inputs.map((name) => graph.types.get(name)?.shape ?? []);
  if (node.op !== "Conv" || !x || !w || bias || x.length !== 4 || x[0] !== 1 || ![...x.slice(2), ...w.slice(2)].every((d) => typeof d === "number"))
    return undefined;
  const channels = readAttributes(node.op, node.attributes).int("group", 1);
  if (channels === 1 || w[0] !== channels || typeof w[1] !== "string") return undefined;
  const [rows, columns] = windowsOfConvolution(node, x, w);
  return rows && columns && rows.kernel > rows.count && columns.kernel > columns.count ? [rows, columns] : undefined;
}

function byRows(e: Emitter, x: Value, dy: Value, channels: number, [rows, columns]: readonly [WindowAxis, WindowAxis]): Value {
  const apart = e.reshape(x, [channels, -1, rows.length, columns.length]);
  const [top, bottom] = [rows.before, Math.max(0, rows.after)];
  const padded = top + bottom === 0 ? apart : e.op("Pad", [apart, e.indices([0, 0, top, 0, 0, 0, bottom, 0])]);
  const gradient = e.reshape(dy, [channels, -1, columns.kernel]);
  const meeting = e.constant(meetingColumns(columns));
  const sums = Array.from({ length: rows.count }, (_, i) => {
    const first = i * rows.stride;
    const met = e.slice(padded, [first], [first + rows.dilation * (rows.kernel - 1) + 1], [2], [rows.dilation]);
    const product = e.matMul(e.transpose(e.reshape(met, [channels, -1, columns.length]), [0, 2, 1]), gradient);
    return e.matMul(e.reshape(product, [channels, columns.length * columns.kernel]), meeting);
  });
  return e.reshape(e.concat(sums, 1), [1, channels, rows.count, columns.count]);
}

/** `[columns of X · columns of dY, results]`: 1 where the two meet for a result. */
function meetingColumns(columns: WindowAxis): ReturnType<typeof tensor> {
  const { length, kernel, count } = columns;
  const meeting = new Float32Array(length * kernel * count);
  for (const [tap, place, result] of meetingsAlong(columns)) meeting[(place * kernel + tap) * count + result] = 1;
  return tensor("float32", meeting, [length * kernel, count]);
}
