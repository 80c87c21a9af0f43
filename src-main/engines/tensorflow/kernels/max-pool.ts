import type { Tensor } from "@tensorflow/tfjs-core";
import type { Tf } from "../native.js";
import { countOf, counting } from "./host.js";
import { defineKernel } from "./kernel.js";
import { largest, pictures } from "./largest.js";
import { operand } from "./operands.js";
import { padded } from "./padded.js";
import { type Window, windowReader } from "./windows.js";

/** The largest of each window and, where asked for, its place in all of X: the first of equals. https://onnx.ai/onnx/operators/onnx__MaxPool.html */
export const maxPool = defineKernel({
  type: "MaxPool",
  compile: (c) => {
    const { tf } = c;
    const size = c.ints("kernel_shape") ?? c.unsupported("no kernel_shape");
    const windowOf = windowReader(c);
    const columnFirst = c.int("storage_order", 0) === 1;
    if (size.length > 3) c.unsupported(`${size.length} spatial axes`);
    return (operands) => {
      const x = operand(operands, 0);
      const t = x.channelsLast();
      const window = windowOf(size, x.dims.slice(2));
      const y = c.holdLast(tf.cast(largest(tf, tf.cast(t, "float32"), window), t.dtype), x.dtype);
      return c.hasOutput(1) ? [y, c.holdLast(places(tf, tf.cast(t, "float32"), window, columnFirst), "int64")] : y;
    };
  },
});

/** Where the largest is, counted over all of X as ONNX lays it out. @param columnFirst counts within a picture along its first axis first. */
function places(tf: Tf, x: Tensor, window: Window, columnFirst: boolean): Tensor {
  const [n = 1, ...rest] = x.shape;
  const [lengths, channels] = [rest.slice(0, -1), rest.at(-1) ?? 1];
  const seen = pictures(tf, padded(tf, x, [[0, 0], ...window.pads, [0, 0]], -Infinity), window);
  const winner = tf.argMax(tf.stack([...seen]), 0);
  const strides = lengths.map((_, i) => countOf(columnFirst ? lengths.slice(0, i) : lengths.slice(i + 1)));
  // Places of the elements of x within their picture, seen in the same way.
  const own = lengths.reduce<Tensor>(
    (sum, length, i) => {
      const along = tf.tensor(counting(length, 0, strides[i] ?? 1), [1, ...lengths.map((_, k) => (k === i ? length : 1)), 1], "int32");
      return tf.add(sum, along);
    },
    tf.zeros([1, ...lengths, 1], "int32"),
  );
  const owns = pictures(tf, padded(tf, own, [[0, 0], ...window.pads, [0, 0]]), window);
  const within = owns.map((place, k) => tf.mul(place, tf.cast(tf.equal(winner, tf.scalar(k, "int32")), "int32"))).reduce((a, b) => tf.add(a, b));
  const first = tf.tensor(counting(n * channels, 0, countOf(lengths)), [n, ...lengths.map(() => 1), channels], "int32");
  return tf.add(within, first);
}
