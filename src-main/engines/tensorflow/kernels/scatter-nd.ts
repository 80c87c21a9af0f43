import { placesByVector, scattered } from "./indices.js";
import { defineKernel } from "./kernel.js";
import { operand } from "./operands.js";

/** data with the slices that index vectors name replaced by updates, or those added to them. https://onnx.ai/onnx/operators/onnx__ScatterND.html */
export const scatterNd = defineKernel({
  type: "ScatterND",
  compile: (c) => {
    const { tf } = c;
    const reduction = c.string("reduction", "none");
    if (reduction !== "none" && reduction !== "add") c.unsupported(`reduction ${reduction}`);
    return (operands) => {
      const [data, indices, updates] = [operand(operands, 0), operand(operands, 1), operand(operands, 2)];
      const rest = data.dims.slice(indices.dims.at(-1) ?? 1);
      const slices = tf.reshape(data.tensor(), [-1, ...rest]);
      const result = scattered(c, slices, placesByVector(c, indices, data.dims, 0), tf.reshape(updates.tensor(), [-1, ...rest]), reduction === "add");
      return c.hold(tf.reshape(result, [...data.dims]), data.dtype);
    };
  },
});
