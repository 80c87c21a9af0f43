import { constantOf } from "../onnx/known-values.js";
import { defineOp, notDifferentiable } from "./op.js";

/** A tensor held by the node itself; imported graphs have them, Lathe's own use initializers. https://onnx.ai/onnx/operators/onnx__Constant.html */
export const constant = defineOp({
  type: "Constant",
  inputs: [],
  infer: (c) => {
    const data = constantOf((name) => c.attribute(name)) ?? c.fail("expected a value of a dense tensor");
    return [{ dtype: data.dtype, shape: data.dims }];
  },
  gradient: notDifferentiable("it has no operands"),
});
