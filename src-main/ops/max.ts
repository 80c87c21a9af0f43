import { defineOp } from "./op.js";
import { broadcast, only, shareOfWinner } from "./rules.js";

/** The greatest of all operands, broadcasting. Operands that tie share the gradient equally, as in PyTorch. https://onnx.ai/onnx/operators/onnx__Max.html */
export const max = defineOp({ type: "Max", inputs: ["data_0"], variadic: true, infer: only("number", broadcast()), gradient: shareOfWinner("Greater") });
