import type { Emitter } from "../onnx/emitter.js";
import { productOf } from "../onnx/dimensions.js";
import { type Value, tensor, text } from "../onnx/types.js";
import { convolveBack } from "./convolution.js";
import { type AttributeReader, defineOp } from "./op.js";
import { only } from "./rules.js";
import { reshapeTo } from "./shapes.js";
import { type WindowAxis, areApart, pooledShape, snug, spatialLengths, windowsOf } from "./windows.js";

/**
 * The mean of each window: of the elements that are there, or with count_include_pad of those in the padding too.
 * https://onnx.ai/onnx/operators/onnx__AveragePool.html (version 11)
 */
export const averagePool = defineOp({
  type: "AveragePool",
  inputs: ["X"],
  infer: only("float", (c) => {
    const x = c.input("X");
    const lengths = spatialLengths(c, x.shape);
    return [{ dtype: x.dtype, shape: pooledShape(x.shape, windowsOf(c, c.ints("kernel_shape") ?? c.fail("the attribute kernel_shape is required"), lengths)) }];
  }),
  gradient: {
    X: (g) => {
      const windows = windowsOf(g, g.ints("kernel_shape") ?? [], g.input("X").shape.slice(2).map(Number));
      return areApart(windows) && windows.every((w) => w.count * w.kernel === w.length)
        ? spreadShares(g.e, g.dy(), windows)
        : returnShares(g.e, g, g.input("X"), g.dy(), windows);
    },
  },
});

/** Windows side by side: each element gets its window's share. */
function spreadShares(e: Emitter, dy: Value, windows: readonly WindowAxis[]): Value {
  const share = e.scale(dy, 1 / windows.reduce((n, w) => n * w.kernel, 1));
  return e.op("Resize", [share, undefined, e.constant(tensor("float32", [1, 1, ...windows.map((w) => w.kernel)]))], {
    mode: text("nearest"),
    coordinate_transformation_mode: text("asymmetric"),
    nearest_mode: text("floor"),
  });
}

/** A mean is a convolution of each channel by itself with a kernel of ones, divided by how many were counted. */
function returnShares(e: Emitter, attributes: AttributeReader, x: Value, dy: Value, windows: readonly WindowAxis[]): Value {
  const shares = e.mul(
    dy,
    e.constant(
      tensor(
        "float32",
        inverseCounts(windows, attributes.int("count_include_pad", 0) === 1),
        windows.map((w) => w.count),
      ),
    ),
  );
  const kernel = e.constant(tensor("float32", new Array<number>(windows.reduce((n, w) => n * w.kernel, 1)).fill(1), [1, 1, ...windows.map((w) => w.kernel)]));
  const alone = reshapeTo(e, shares, [productOf(x.shape.slice(0, 2)), 1, ...windows.map((w) => w.count)], [x]);
  return reshapeTo(e, convolveBack(e, alone, kernel, snug(windows), 1), x.shape, [x]);
}

/** One over the number of elements that each window counts, row by row. */
function inverseCounts(windows: readonly WindowAxis[], padded: boolean): readonly number[] {
  const along = windows.map((w) =>
    Array.from({ length: w.count }, (_, i) => {
      const places = Array.from({ length: w.kernel }, (_, k) => i * w.stride - w.before + k * w.dilation);
      return places.filter((p) => (padded ? p < w.length + w.after : p >= 0 && p < w.length)).length;
    }),
  );
  return along.reduce<readonly number[]>((all, counts) => all.flatMap((n) => counts.map((m) => n * m)), [1]).map((n) => 1 / n);
}
