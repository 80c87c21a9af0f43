import { counting, fromFront, taken } from "./host.js";
import { defineKernel } from "./kernel.js";
import { numbersAt, operand } from "./operands.js";
import { lying } from "./lying.js";

/** Pieces of given lengths along an axis, or of equal ones, the last of which may be shorter. https://onnx.ai/onnx/operators/onnx__Split.html */
export const split = defineKernel({
  type: "Split",
  compile: (c) => {
    const [given, attribute] = [c.int("axis", 0), c.ints("split")];
    return (operands) => {
      const x = operand(operands, 0);
      const axis = fromFront(given, x.dims.length);
      const sizes = numbersAt(operands, 1) ?? attribute ?? equalParts(x.dims[axis] ?? 1, c.outputCount);
      if (x.isLengths) {
        const starts = sizes.map((_, i) => sizes.slice(0, i).reduce((a, b) => a + b, 0));
        return sizes.map((size, i) => {
          const piece = taken({ dims: x.dims, numbers: x.numbers() }, axis, counting(size, starts[i]));
          return c.host(x.dtype, piece.dims, piece.numbers);
        });
      }
      // TensorFlow.js fails to differentiate a split into one piece.
      if (sizes.length === 1) return [x];
      const { t, axis: lies, hold } = lying(c, x);
      return c.tf.split(t, [...sizes], lies(axis)).map((piece) => hold(piece, x.dtype));
    };
  },
});

function equalParts(whole: number, count: number): readonly number[] {
  const size = Math.ceil(whole / count);
  return Array.from({ length: count }, (_, i) => Math.min(size, whole - i * size));
}
