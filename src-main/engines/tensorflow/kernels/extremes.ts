import type { Tensor } from "@tensorflow/tfjs-core";
import { broadcastTogether, variadic, withGradients } from "./elementwise.js";
import type { Compiling, Run } from "./kernel.js";
import { operand } from "./operands.js";
import { allLying } from "./lying.js";

/** Max and Min of any number of operands. TensorFlow.js gives all of the gradient to the first where operands tie; PyTorch, and we, give equal parts. */
export function extremeOfOperands(c: Compiling, of: "maximum" | "minimum"): Run {
  const { tf } = c;
  const pair = (a: Tensor, b: Tensor): Tensor => tf[of](a, b);
  const onHost = variadic(c, pair, of === "maximum" ? Math.max : Math.min);
  const extreme = withGradients(
    tf,
    (...xs) => xs.reduce(pair),
    (dy, xs, y) => {
      const won = xs.map((x) => tf.cast(tf.equal(x, y), "float32"));
      const share = tf.div(dy, tf.addN(won));
      return won.map((w) => tf.mul(w, share));
    },
  );
  return (operands) => {
    const xs = operands.map((_, i) => operand(operands, i));
    if (xs.length === 1 || xs[0]?.dtype !== "float32") return onHost(xs);
    const { ts, hold } = allLying(c, xs);
    return hold(extreme(...broadcastTogether(tf, ts)));
  };
}
