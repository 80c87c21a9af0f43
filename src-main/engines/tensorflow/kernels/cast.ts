import { ONNX_TYPE } from "../../../onnx/emitter.js";
import type { DataType } from "../../../onnx/types.js";
import { defineKernel } from "./kernel.js";
import { operand } from "./operands.js";
import { lying } from "./lying.js";

/** The same values in another element type. https://onnx.ai/onnx/operators/onnx__Cast.html */
export const cast = defineKernel({
  type: "Cast",
  compile: (c) => {
    const { tf } = c;
    const to = c.int("to");
    const dtype = DATA_TYPES.find((d) => ONNX_TYPE[d] === to) ?? c.unsupported(`element type ${to}`);
    if (dtype === "float64") return c.unsupported("float64");
    const onHost = numberTo(dtype);
    return (operands) => {
      const x = operand(operands, 0);
      if (x.dtype === dtype) return x;
      if (x.dtype === "string")
        return c.host(
          dtype,
          x.dims,
          x.strings().map((s) => onHost(parsed(s))),
        );
      if (dtype === "string") return x.dtype === "float32" ? c.unsupported("the digits of a float32") : c.hostStrings(x.dims, Array.from(x.numbers(), String));
      if (x.isLengths) return c.host(dtype, x.dims, Array.from(x.numbers(), onHost));
      const { t, hold } = lying(c, x);
      if (dtype === "bool") return hold(tf.notEqual(t, tf.zerosLike(t)), dtype);
      if (dtype === "float32") return hold(tf.cast(t, "float32"), dtype);
      const whole = tf.cast(t, "int32");
      return hold(dtype === "uint8" ? tf.mod(whole, tf.scalar(256, "int32")) : whole, dtype);
    };
  },
});

const DATA_TYPES = Object.keys(ONNX_TYPE) as readonly DataType[];

/** ONNX writes infinity as INF. */
function parsed(text: string): number {
  const sign = text.startsWith("-") ? -1 : 1;
  return /^[-+]?inf(inity)?$/i.test(text) ? sign * Infinity : Number(text);
}

function numberTo(dtype: DataType): (x: number) => number {
  switch (dtype) {
    case "float32":
      return Math.fround;
    case "bool":
      return (x) => (x === 0 ? 0 : 1);
    case "uint8":
      return (x) => ((Math.trunc(x) % 256) + 256) % 256;
    default:
      return Math.trunc;
  }
}
