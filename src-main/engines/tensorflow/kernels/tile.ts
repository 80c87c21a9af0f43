import { defineKernel } from "./kernel.js";
import { numbersAt, operand } from "./operands.js";

/**
 * The operand repeated along each axis: [d0, d1] as [1, d0, 1, d1], broadcast, so that the gradient is a plain sum.
 * https://onnx.ai/onnx/operators/onnx__Tile.html
 */
export const tile = defineKernel({
  type: "Tile",
  compile: (c) => {
    const { tf } = c;
    return (operands) => {
      const x = operand(operands, 0);
      const repeats = numbersAt(operands, 1) ?? [];
      const apart = x.dims.flatMap((d, i) => ((repeats[i] ?? 1) === 1 ? [d] : [1, d]));
      const wide = x.dims.flatMap((d, i) => ((repeats[i] ?? 1) === 1 ? [d] : [repeats[i] ?? 1, d]));
      return c.hold(
        tf.reshape(
          tf.broadcastTo(tf.reshape(x.tensor(), apart), wide),
          x.dims.map((d, i) => d * (repeats[i] ?? 1)),
        ),
        x.dtype,
      );
    };
  },
});
