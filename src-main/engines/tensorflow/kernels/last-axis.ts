import type { Tensor } from "@tensorflow/tfjs-core";
import type { Tf } from "../native.js";
import { fromFront } from "./host.js";
import type { Compiling, Run } from "./kernel.js";
import { lying } from "./lying.js";
import { operand } from "./operands.js";

/** An operator along one axis that TensorFlow.js has along the last only. */
export function alongAxis(c: Compiling, f: (x: Tensor) => Tensor): Run {
  const given = c.int("axis", -1);
  return (operands) => {
    const x = operand(operands, 0);
    const { t, axis, hold } = lying(c, x);
    return hold(byLastAxis(c.tf, t, axis(fromFront(given, x.dims.length)), f));
  };
}

/** f with `axis` and the last in each other's place. */
export function byLastAxis(tf: Tf, t: Tensor, axis: number, f: (x: Tensor) => Tensor): Tensor {
  const last = t.shape.length - 1;
  if (axis === last) return f(t);
  const swapped = [...t.shape.keys()].map((i) => (i === axis ? last : i === last ? axis : i));
  return tf.transpose(f(tf.transpose(t, swapped)), swapped);
}
