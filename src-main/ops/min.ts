import { defineOp } from "./op.js";
import { broadcast, only, shareOfWinner } from "./rules.js";

/** The least of all operands, broadcasting. Operands that tie share the gradient equally, as in PyTorch. https://onnx.ai/onnx/operators/onnx__Min.html */
export const min = defineOp({ type: "Min", inputs: ["data_0"], variadic: true, infer: only("number", broadcast()), gradient: shareOfWinner("Less") });
