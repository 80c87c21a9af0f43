import { constantOf } from "../../../onnx/known-values.js";
import { defineKernel } from "./kernel.js";

/** A tensor held by the node itself. https://onnx.ai/onnx/operators/onnx__Constant.html */
export const constant = defineKernel({
  type: "Constant",
  compile: (c) => {
    const held = c.constant(constantOf((name) => c.attribute(name)) ?? c.unsupported("a value that is no dense tensor"));
    return () => held;
  },
});
