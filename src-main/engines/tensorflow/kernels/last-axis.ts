import type { Tensor } from "@tensorflow/tfjs-core";
import { fromFront } from "./host.js";
import type { Compiling, Run } from "./kernel.js";
import { operand } from "./operands.js";
import { lying } from "./lying.js";

/** An operator along one axis that TensorFlow.js has along the last only. */
export function alongAxis(c: Compiling, f: (x: Tensor) => Tensor): Run {
  const { tf } = c;
  const given = c.int("axis", -1);
  return (operands) => {
    const x = operand(operands, 0);
    const { t, axis, hold } = lying(c, x);
    const at = axis(fromFront(given, x.dims.length));
    const last = t.shape.length - 1;
    if (at === last) return hold(f(t));
    const swapped = [...t.shape.keys()].map((i) => (i === at ? last : i === last ? at : i));
    return hold(tf.transpose(f(tf.transpose(t, swapped)), swapped));
  };
}
