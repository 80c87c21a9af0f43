import { fromFront } from "./host.js";
import { placesAlongAxis, scattered } from "./indices.js";
import { defineKernel } from "./kernel.js";
import { operand } from "./operands.js";

/** data with data[indices[i, j], j] replaced by updates[i, j] for axis 0, or that added to it. https://onnx.ai/onnx/operators/onnx__ScatterElements.html */
export const scatterElements = defineKernel({
  type: "ScatterElements",
  compile: (c) => {
    const { tf } = c;
    const [given, reduction] = [c.int("axis", 0), c.string("reduction", "none")];
    if (reduction !== "none" && reduction !== "add") c.unsupported(`reduction ${reduction}`);
    return (operands) => {
      const [data, indices, updates] = [operand(operands, 0), operand(operands, 1), operand(operands, 2)];
      const places = placesAlongAxis(c, indices, data.dims, fromFront(given, data.dims.length));
      const flat = scattered(c, tf.reshape(data.tensor(), [-1]), places, tf.reshape(updates.tensor(), [-1]), reduction === "add");
      return c.hold(tf.reshape(flat, [...data.dims]), data.dtype);
    };
  },
});
