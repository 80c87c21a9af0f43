import { defineOp } from "./op.js";
import { sameAs } from "./rules.js";

/** Its operand. https://onnx.ai/onnx/operators/onnx__Identity.html */
export const identity = defineOp({ type: "Identity", inputs: ["input"], infer: sameAs("input"), gradient: { input: (g) => g.dy() } });
