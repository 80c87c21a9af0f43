import { counting, fromFront } from "./host.js";
import { defineKernel } from "./kernel.js";
import { numbersAt, operand } from "./operands.js";
import { padded } from "./padded.js";

/**
 * More elements before and after axes, or fewer where pads are negative. All but constants are gathered from where they stand: TensorFlow.js does not
 * differentiate its mirrors. https://onnx.ai/onnx/operators/onnx__Pad.html
 */
export const pad = defineKernel({
  type: "Pad",
  compile: (c) => {
    const { tf } = c;
    const mode = c.string("mode", "constant");
    return (operands) => {
      const x = operand(operands, 0);
      const given = numbersAt(operands, 1) ?? [];
      const axes = numbersAt(operands, 3)?.map((a) => fromFront(a, x.dims.length)) ?? [...x.dims.keys()];
      const pads = x.dims.map((_, i): [number, number] => {
        const at = axes.indexOf(i);
        return at < 0 ? [0, 0] : [given[at] ?? 0, given[at + axes.length] ?? 0];
      });
      if (mode !== "constant") {
        const place = placeOf(mode) ?? c.unsupported(`mode ${mode}`);
        const result = pads.reduce((t, [before, after], axis) => {
          const length = t.shape[axis] ?? 1;
          if (before === 0 && after === 0) return t;
          return tf.gather(
            t,
            tf.tensor1d(
              counting(before + length + after, -before).map((i) => place(i, length)),
              "int32",
            ),
            axis,
          );
        }, x.tensor());
        return c.hold(result, x.dtype);
      }
      const value = operands[2];
      if (!value || value.isOnHost) return c.hold(padded(tf, x.tensor(), pads, value?.numbers()[0]), x.dtype);
      // A value that was computed may vary: TensorFlow.js takes a number, so it is added where there are only zeros.
      const outside = tf.sub(tf.scalar(1), padded(tf, tf.ones([...x.dims]), pads));
      return c.hold(tf.add(padded(tf, x.tensor(), pads), tf.mul(outside, tf.reshape(value.tensor(), []))), x.dtype);
    };
  },
});

/** Where element `i` of an axis, counted from its first own one, comes from. */
function placeOf(mode: string): ((i: number, length: number) => number) | undefined {
  switch (mode) {
    case "edge":
      return (i, length) => Math.min(Math.max(i, 0), length - 1);
    case "wrap":
      return (i, length) => ((i % length) + length) % length;
    case "reflect":
      return (i, length) => {
        const period = Math.max(1, 2 * (length - 1));
        const at = ((i % period) + period) % period;
        return at < length ? at : period - at;
      };
    default:
      return undefined;
  }
}
