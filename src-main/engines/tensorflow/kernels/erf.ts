import { unary } from "./elementwise.js";
import { defineKernel } from "./kernel.js";

/** 2/√π ∫₀ˣ e^(−t²) dt. https://onnx.ai/onnx/operators/onnx__Erf.html */
export const erf = defineKernel({ type: "Erf", compile: (c) => unary(c, (x) => c.tf.erf(x)) });
