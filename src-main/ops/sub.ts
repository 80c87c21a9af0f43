import { defineOp } from "./op.js";
import { broadcast, only } from "./rules.js";

/** C = A − B, broadcasting. https://onnx.ai/onnx/operators/onnx__Sub.html */
export const sub = defineOp({ type: "Sub", inputs: ["A", "B"], infer: only("number", broadcast()), gradient: { A: (g) => g.dy(), B: (g) => g.e.neg(g.dy()) } });
