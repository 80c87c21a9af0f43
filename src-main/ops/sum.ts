import { defineOp } from "./op.js";
import { broadcast, only } from "./rules.js";

/** The sum of all operands, broadcasting. https://onnx.ai/onnx/operators/onnx__Sum.html */
export const sum = defineOp({ type: "Sum", inputs: ["data_0"], variadic: true, infer: only("float", broadcast()), gradient: (g) => g.dy() });
