import { defineOp } from "./op.js";
import { broadcast, only } from "./rules.js";

/** C = A + B, broadcasting. https://onnx.ai/onnx/operators/onnx__Add.html */
export const add = defineOp({ type: "Add", inputs: ["A", "B"], infer: only("number", broadcast()), gradient: { A: (g) => g.dy(), B: (g) => g.dy() } });
