import { ONNX_TYPE } from "../onnx/emitter.js";
import type { DataType } from "../onnx/types.js";
import { defineOp } from "./op.js";

/** The same values in another element type. https://onnx.ai/onnx/operators/onnx__Cast.html */
export const cast = defineOp({
  type: "Cast",
  inputs: ["input"],
  infer: (c) => {
    const to = c.int("to");
    const dtype = DATA_TYPES.find((d) => ONNX_TYPE[d] === to);
    return dtype ? [{ dtype, shape: c.input("input").shape }] : c.fail(`element type ${to} is none of ${DATA_TYPES.join(", ")}`);
  },
  // Between floats. A cast to whole numbers rounds: the walker lets no gradient through a result that is not a float.
  gradient: { input: (g) => g.e.cast(g.dy(), g.input("input").dtype) },
});

const DATA_TYPES = Object.keys(ONNX_TYPE) as readonly DataType[];
