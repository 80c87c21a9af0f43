import type { Tensor } from "@tensorflow/tfjs-core";
import type { Held } from "../held.js";
import { withSlope } from "./elementwise.js";
import { counting, fromFront } from "./host.js";
import type { Compiling, Run } from "./kernel.js";
import { numbersAt, operand } from "./operands.js";
import { lying } from "./lying.js";

type Reduce = (x: Tensor, axes: number[], keepDims: boolean) => Tensor;

/** A reduction over axes given as an attribute or, in newer operator sets, as operand 1; over all where they are omitted or empty. */
export function reduction(c: Compiling, reduce: Reduce): Run {
  const [attribute, keep, noop] = [c.ints("axes"), c.int("keepdims", 1) === 1, c.int("noop_with_empty_axes", 0) === 1];
  return (operands) => {
    const x = operand(operands, 0);
    const given = numbersAt(operands, 1) ?? attribute;
    const rank = x.dims.length;
    if (!given?.length && noop) return x;
    return reduced(c, x, given?.length ? given.map((a) => fromFront(a, rank)) : [...x.dims.keys()], keep, reduce);
  };
}

/** Without the axes that are reduced, channels that lie last are where ONNX has them only if none follows: else they are put back first. */
function reduced(c: Compiling, x: Held, axes: readonly number[], keep: boolean, reduce: Reduce): Held {
  if (x.dims.length === 0) return c.hold(c.tf.reshape(reduce(c.tf.reshape(x.tensor(), [1]), [0], false), []), x.dtype);
  const { t, last, axis, hold } = lying(c, x);
  const inOrder = axes.includes(1) || x.dims.every((_, i) => i < 2 || axes.includes(i));
  if (keep) return hold(reduce(t, axes.map(axis), true), x.dtype);
  return last && inOrder ? c.hold(reduce(t, axes.map(axis), false), x.dtype) : c.hold(reduce(x.tensor(), [...axes], false), x.dtype);
}

/** ReduceMax and ReduceMin. TensorFlow.js gives the whole gradient to each element that attains the extreme; torch.amax, and we, give equal parts. */
export function extremeAlongAxes(c: Compiling, of: "max" | "min"): Run {
  const { tf } = c;
  return reduction(c, (x, axes, keep) => {
    if (x.dtype !== "float32") return tf[of](x, axes, keep);
    const extreme = withShare(c, of, axes)(x);
    return keep ? extreme : tf.squeeze(extreme, axes);
  });
}

/** The extreme with its axes kept; equal parts of the gradient to all that attain it. */
function withShare(c: Compiling, of: "max" | "min", axes: number[]): (x: Tensor) => Tensor {
  const { tf } = c;
  return withSlope(
    tf,
    (x) => tf[of](x, axes, true),
    (x, y) => {
      const attains = tf.cast(tf.equal(x, y), "float32");
      return tf.div(attains, tf.sum(attains, axes, true));
    },
  );
}

/** A reduction over all axes but N and C, in the order in which x lies. */
export function overSpace(c: Compiling, x: Held, reduce: (x: Tensor, axes: number[]) => Tensor): Held {
  const { t, axis, hold } = lying(c, x);
  return hold(reduce(t, counting(x.dims.length - 2, 2).map(axis)), x.dtype);
}
