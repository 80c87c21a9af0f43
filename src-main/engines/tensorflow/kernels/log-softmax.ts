import { alongAxis } from "./last-axis.js";
import { defineKernel } from "./kernel.js";

/** x − ln Σ eˣ along an axis. https://onnx.ai/onnx/operators/onnx__LogSoftmax.html (version 13) */
export const logSoftmax = defineKernel({ type: "LogSoftmax", compile: (c) => alongAxis(c, (x) => c.tf.logSoftmax(x)) });
