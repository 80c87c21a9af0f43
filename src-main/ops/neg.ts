import { defineOp } from "./op.js";
import { only, sameAs } from "./rules.js";

/** Y = −X. https://onnx.ai/onnx/operators/onnx__Neg.html */
export const neg = defineOp({ type: "Neg", inputs: ["X"], infer: only("number", sameAs("X")), gradient: { X: (g) => g.e.neg(g.dy()) } });
