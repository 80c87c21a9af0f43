import { alongAxis } from "./last-axis.js";
import { defineKernel } from "./kernel.js";

/** eˣ / Σ eˣ along an axis. https://onnx.ai/onnx/operators/onnx__Softmax.html (version 13) */
export const softmax = defineKernel({ type: "Softmax", compile: (c) => alongAxis(c, (x) => c.tf.softmax(x)) });
