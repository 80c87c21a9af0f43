import { defineOp } from "./op.js";
import { only } from "./rules.js";
import { reshapeTo } from "./shapes.js";
import { spatialLengths } from "./windows.js";

/**
 * Puts each element of X where MaxPool's second result I says it came from, zero elsewhere. Where two have one place, the last one stays.
 * https://onnx.ai/onnx/operators/onnx__MaxUnpool.html, without output_shape
 */
export const maxUnpool = defineOp({
  type: "MaxUnpool",
  inputs: ["X", "I"],
  infer: only("number", (c) => {
    const [x, places] = [c.input("X"), c.input("I")];
    const lengths = spatialLengths(c, x.shape);
    const kernel = c.ints("kernel_shape") ?? c.fail("the attribute kernel_shape is required");
    const [strides, pads] = [c.ints("strides") ?? kernel.map(() => 1), c.ints("pads") ?? [...kernel, ...kernel].map(() => 0)];
    if (places.dtype !== "int64" || places.shape.length !== x.shape.length || places.shape.some((d, i) => d !== x.shape[i]))
      return c.fail("I must be int64, of the shape of X");
    const results = lengths.map((length, i) => (length - 1) * (strides[i] ?? 1) + (kernel[i] ?? 1) - (pads[i] ?? 0) - (pads[i + lengths.length] ?? 0));
    return [{ dtype: x.dtype, shape: [...x.shape.slice(0, 2), ...results] }];
  }),
  gradient: {
    // dX[i] = dY[I[i]], counted over all of Y
    X: (g) => {
      const { e } = g;
      const picked = e.gather(e.reshape(g.dy(), [-1]), e.reshape(g.input("I"), [-1]), 0);
      return reshapeTo(e, picked, g.input("X").shape, [g.input("X")]);
    },
  },
});
