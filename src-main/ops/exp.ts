import { defineOp } from "./op.js";
import { only, sameAs } from "./rules.js";

/** eˣ. https://onnx.ai/onnx/operators/onnx__Exp.html */
export const exp = defineOp({ type: "Exp", inputs: ["input"], infer: only("float", sameAs("input")), gradient: { input: (g) => g.e.mul(g.dy(), g.output()) } });
