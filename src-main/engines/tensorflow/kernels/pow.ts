import type { Tensor } from "@tensorflow/tfjs-core";
import type { Tf } from "../native.js";
import { broadcastTogether, mapped, withGradients, withSlope } from "./elementwise.js";
import { elementwise } from "./host.js";
import { defineKernel } from "./kernel.js";
import { operand } from "./operands.js";
import { allLying } from "./lying.js";

/**
 * Xʸ, broadcasting, in the type of X. TensorFlow.js's slope Y·X^(Y − 1) is 0·∞ where X and Y are 0: it is 0 there, and dY = Z·ln X is 0 where X is 0, as
 * PyTorch. https://onnx.ai/onnx/operators/onnx__Pow.html
 */
export const pow = defineKernel({
  type: "Pow",
  compile: (c) => {
    const { tf } = c;
    const power = powerOf(tf);
    return (operands) => {
      const [x, y] = [operand(operands, 0), operand(operands, 1)];
      if (x.isLengths && y.isLengths) {
        const { dims, numbers } = elementwise(
          [
            { dims: x.dims, numbers: x.numbers() },
            { dims: y.dims, numbers: y.numbers() },
          ],
          (a, b) => a ** b,
        );
        return c.host(x.dtype, dims, numbers);
      }
      const k = y.isOnHost && y.size === 1 && x.dims.length >= y.dims.length ? y.numbers()[0] : undefined;
      if (k !== undefined && x.dtype === "float32") return mapped(c, x, knownPower(tf, k));
      const { ts, hold } = allLying(c, [x, y]);
      const [base, exponent] = broadcastTogether(
        tf,
        ts.map((t) => tf.cast(t, "float32")),
      );
      const z = power(base as Tensor, exponent as Tensor);
      return hold(x.dtype === "float32" ? z : tf.cast(tf.round(z), "int32"), x.dtype);
    };
  },
});

function knownPower(tf: Tf, k: number): (x: Tensor) => Tensor {
  if (k === 1) return (x) => tf.clone(x);
  if (k === 2) return (x) => tf.square(x);
  return withSlope(
    tf,
    (x) => tf.pow(x, k),
    (x) => (k === 0 ? tf.zerosLike(x) : tf.mul(tf.pow(x, k - 1), k)),
  );
}

function powerOf(tf: Tf): (...xs: Tensor[]) => Tensor {
  return withGradients(
    tf,
    (x, y) => tf.pow(x, y),
    (dy, given, z) => {
      const [x, y] = given as [Tensor, Tensor];
      const base = tf.where(tf.equal(x, 0), tf.onesLike(x), x);
      const slope = tf.where(tf.equal(y, 0), tf.zerosLike(y), tf.mul(y, tf.pow(x, tf.sub(y, 1))));
      return [tf.mul(dy, slope), tf.mul(dy, tf.mul(z, tf.log(base)))];
    },
  );
}
