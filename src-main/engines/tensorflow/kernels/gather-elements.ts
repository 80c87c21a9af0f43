import { fromFront } from "./host.js";
import { placesAlongAxis } from "./indices.js";
import { defineKernel } from "./kernel.js";
import { operand } from "./operands.js";

/** Y[i, j] = data[indices[i, j], j] for axis 0, and likewise. https://onnx.ai/onnx/operators/onnx__GatherElements.html */
export const gatherElements = defineKernel({
  type: "GatherElements",
  compile: (c) => {
    const { tf } = c;
    const given = c.int("axis", 0);
    return (operands) => {
      const [data, indices] = [operand(operands, 0), operand(operands, 1)];
      const places = placesAlongAxis(c, indices, data.dims, fromFront(given, data.dims.length));
      return c.hold(tf.reshape(tf.gather(tf.reshape(data.tensor(), [-1]), places), [...indices.dims]), data.dtype);
    };
  },
});
