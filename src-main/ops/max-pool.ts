import type { TensorType } from "../onnx/types.js";
import { type GradientContext, defineOp } from "./op.js";
import { only } from "./rules.js";
import { unpool } from "./unpool.js";
import { type WindowAxis, pooledShape, spatialLengths, windowsOf } from "./windows.js";

/**
 * The largest of each window, and its place in all of X; padding never wins. The gradient goes to the first of equals, row by row, as in PyTorch: a flat
 * picture has many. https://onnx.ai/onnx/operators/onnx__MaxPool.html
 */
export const maxPool = defineOp({
  type: "MaxPool",
  inputs: ["X"],
  infer: only("number", (c) => {
    const x = c.input("X");
    const lengths = spatialLengths(c, x.shape);
    const shape = pooledShape(x.shape, windowsOf(c, c.ints("kernel_shape") ?? c.fail("the attribute kernel_shape is required"), lengths));
    const y: TensorType = { dtype: x.dtype, shape };
    return [y, { dtype: "int64", shape }];
  }),
  gradient: { X: (g) => unpool(g.e, { x: g.input("X"), dy: g.dy(), windows: windows(g) }) },
});

function windows(g: GradientContext<"X">): readonly WindowAxis[] {
  return windowsOf(g, g.ints("kernel_shape") ?? [], g.input("X").shape.slice(2).map(Number));
}
