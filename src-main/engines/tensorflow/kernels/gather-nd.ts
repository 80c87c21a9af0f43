import { placesByVector } from "./indices.js";
import { defineKernel } from "./kernel.js";
import { operand } from "./operands.js";

/** Slices of the first axes, by index vectors. https://onnx.ai/onnx/operators/onnx__GatherND.html */
export const gatherNd = defineKernel({
  type: "GatherND",
  compile: (c) => {
    const { tf } = c;
    const batch = c.int("batch_dims", 0);
    return (operands) => {
      const [data, indices] = [operand(operands, 0), operand(operands, 1)];
      const rest = data.dims.slice(batch + (indices.dims.at(-1) ?? 1));
      const slices = tf.reshape(data.tensor(), [-1, ...rest]);
      return c.hold(tf.reshape(tf.gather(slices, placesByVector(c, indices, data.dims, batch)), [...indices.dims.slice(0, -1), ...rest]), data.dtype);
    };
  },
});
