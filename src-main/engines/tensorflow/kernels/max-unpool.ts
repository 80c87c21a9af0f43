import { countOf } from "./host.js";
import { scattered } from "./indices.js";
import { defineKernel } from "./kernel.js";
import { numbersAt, operand } from "./operands.js";

/**
 * Puts each element of X where the places that MaxPool tells say it came from, zero elsewhere. Places count over the picture that the attributes lead to; a
 * larger output_shape leaves the rest zero. https://onnx.ai/onnx/operators/onnx__MaxUnpool.html
 */
export const maxUnpool = defineKernel({
  type: "MaxUnpool",
  compile: (c) => {
    const { tf } = c;
    const kernel = c.ints("kernel_shape") ?? c.unsupported("no kernel_shape");
    const [strides, pads] = [c.ints("strides"), c.ints("pads")];
    return (operands) => {
      const [x, places] = [operand(operands, 0), operand(operands, 1)];
      const lengths = x.dims.slice(2).map((d, i) => (d - 1) * (strides?.[i] ?? 1) + (kernel[i] ?? 1) - (pads?.[i] ?? 0) - (pads?.[i + kernel.length] ?? 0));
      const dims = [...x.dims.slice(0, 2), ...lengths];
      const flat = scattered(c, tf.zeros([countOf(dims)]), tf.reshape(tf.cast(places.tensor(), "int32"), [-1]), tf.reshape(x.tensor(), [-1]), false);
      const wanted = numbersAt(operands, 2) ?? dims;
      const whole = tf.reshape(flat, dims);
      return c.hold(
        wanted.every((d, i) => d === dims[i])
          ? whole
          : tf.pad(
              whole,
              wanted.map((d, i): [number, number] => [0, d - (dims[i] ?? d)]),
            ),
        x.dtype,
      );
    };
  },
});
