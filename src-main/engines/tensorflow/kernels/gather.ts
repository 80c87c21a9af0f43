import { counting, fromFront, taken } from "./host.js";
import { frontIndices } from "./indices.js";
import { defineKernel } from "./kernel.js";
import { operand } from "./operands.js";

/** Slices of one axis, by index. https://onnx.ai/onnx/operators/onnx__Gather.html */
export const gather = defineKernel({
  type: "Gather",
  compile: (c) => {
    const given = c.int("axis", 0);
    return (operands) => {
      const [data, indices] = [operand(operands, 0), operand(operands, 1)];
      const axis = fromFront(given, data.dims.length);
      const dims = [...data.dims.slice(0, axis), ...indices.dims, ...data.dims.slice(axis + 1)];
      if (data.dtype === "string" || (data.isLengths && indices.isLengths)) {
        const picks = Array.from(indices.numbers());
        if (data.dtype !== "string") return c.host(data.dtype, dims, taken({ dims: data.dims, numbers: data.numbers() }, axis, picks).numbers);
        const [strings, places] = [data.strings(), taken({ dims: data.dims, numbers: counting(data.size) }, axis, picks).numbers];
        return c.hostStrings(
          dims,
          Array.from(places, (at) => strings[at] ?? ""),
        );
      }
      return c.hold(c.tf.gather(data.tensor(), frontIndices(c, indices, data.dims[axis] ?? 1), axis), data.dtype);
    };
  },
});
