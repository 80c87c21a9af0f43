import type { Tensor } from "@tensorflow/tfjs-core";
import type { Tf } from "../native.js";
import { type Compiling, defineKernel } from "./kernel.js";
import { operand } from "./operands.js";

/** Pixels where a grid says, between −1 and 1: torch.nn.functional.grid_sample of pictures. https://onnx.ai/onnx/operators/onnx__GridSample.html */
export const gridSample = defineKernel({
  type: "GridSample",
  compile: (c) => {
    const { tf } = c;
    const taps = tapsOf(c);
    const [corners, padding] = [c.int("align_corners", 0) === 1, c.string("padding_mode", "zeros")];
    return (operands) => {
      const [x, grid] = [operand(operands, 0), operand(operands, 1)];
      const [n = 1, channels = 1, height = 1, width = 1] = x.dims;
      if (x.dims.length !== 4) c.unsupported(`${x.dims.length - 2} spatial axes`);
      const [, rows = 1, columns = 1] = grid.dims;
      const pixels = tf.reshape(x.channelsLast(), [n * height * width, channels]);
      const [gx, gy] = tf.unstack(grid.tensor(), 3) as [Tensor, Tensor];
      const [px, py] = [unnormalized(tf, gx, width, corners), unnormalized(tf, gy, height, corners)];
      const bounded = (p: Tensor, length: number) =>
        padding === "reflection" ? reflected(tf, p, length, corners) : padding === "border" ? tf.clipByValue(p, 0, length - 1) : p;
      const first = tf.reshape(tf.range(0, n * height * width, height * width, "float32"), [n, 1, 1]);
      const [across, down] = [taps(bounded(px, width)), taps(bounded(py, height))];
      const terms = down.flatMap(([y, wy]) =>
        across.map(([x, wx]) => {
          const [atX, atY] = [settled(tf, x, width, padding, corners), settled(tf, y, height, padding, corners)];
          const place = tf.cast(tf.add(first, tf.add(tf.mul(tf.clipByValue(atY, 0, height - 1), width), tf.clipByValue(atX, 0, width - 1))), "int32");
          const weight = tf.mul(tf.mul(wx, wy), tf.cast(tf.logicalAnd(within(tf, atX, width), within(tf, atY, height)), "float32"));
          return tf.mul(tf.gather(pixels, tf.reshape(place, [-1])), tf.reshape(weight, [-1, 1]));
        }),
      );
      return c.holdLast(tf.reshape(tf.addN(terms), [n, rows, columns, channels]));
    };
  },
});

/** A place in the grid in pixels. */
function unnormalized(tf: Tf, g: Tensor, length: number, corners: boolean): Tensor {
  return corners ? tf.mul(tf.add(g, 1), (length - 1) / 2) : tf.sub(tf.mul(tf.add(g, 1), length / 2), 0.5);
}

/** Folded back at both ends as often as needed: at the centres of the outer pixels with align_corners, else at their edges. */
function reflected(tf: Tf, p: Tensor, length: number, corners: boolean): Tensor {
  const [low, span] = corners ? [0, length - 1] : [-0.5, length];
  if (span === 0) return tf.zerosLike(p);
  const far = tf.abs(tf.sub(p, low));
  const turns = tf.floor(tf.div(far, span));
  const rest = tf.sub(far, tf.mul(turns, span));
  const even = tf.equal(tf.sub(turns, tf.mul(tf.floor(tf.div(turns, 2)), 2)), 0);
  return tf.clipByValue(tf.add(tf.where(even, rest, tf.sub(span, rest)), low), 0, length - 1);
}

/** The pixel that a tap outside stands for. */
function settled(tf: Tf, at: Tensor, length: number, padding: string, corners: boolean): Tensor {
  if (padding === "zeros") return at;
  return padding === "border" ? tf.clipByValue(at, 0, length - 1) : tf.round(reflected(tf, at, length, corners));
}

function within(tf: Tf, at: Tensor, length: number): Tensor {
  return tf.logicalAnd(tf.greaterEqual(at, 0), tf.lessEqual(at, length - 1));
}

/** Which pixels along an axis make a value, with their weights, by the place in pixels. The pixel itself does not vary with the place, its weight does. */
function tapsOf(c: Compiling): (p: Tensor) => readonly (readonly [at: Tensor, weight: Tensor])[] {
  const { tf } = c;
  const mode = c.string("mode", "linear");
  if (mode === "nearest") return (p) => [[tf.round(p), tf.onesLike(p)]];
  if (mode === "linear" || mode === "bilinear") {
    return (p) => {
      const at = tf.floor(p);
      const part = tf.sub(p, at);
      return [
        [at, tf.sub(1, part)],
        [tf.add(at, 1), part],
      ];
    };
  }
  if (mode !== "cubic" && mode !== "bicubic") c.unsupported(`mode ${mode}`);
  const a = -0.75;
  const near = (d: Tensor) => tf.add(tf.mul(tf.mul(tf.sub(tf.mul(d, a + 2), a + 3), d), d), 1);
  const far = (d: Tensor) => tf.sub(tf.mul(tf.add(tf.mul(tf.sub(tf.mul(d, a), 5 * a), d), 8 * a), d), 4 * a);
  return (p) => {
    const at = tf.floor(p);
    const part = tf.sub(p, at);
    return [
      [tf.sub(at, 1), far(tf.add(part, 1))],
      [at, near(part)],
      [tf.add(at, 1), near(tf.sub(1, part))],
      [tf.add(at, 2), far(tf.sub(2, part))],
    ];
  };
}
