import { shareOfExtreme } from "./extremes.js";
import { defineOp } from "./op.js";
import { only, reduction } from "./rules.js";

/** Largest over axes given as an attribute. https://onnx.ai/onnx/operators/onnx__ReduceMax.html (version 13) */
export const reduceMax = defineOp({
  type: "ReduceMax",
  inputs: ["data"],
  infer: only("number", (c) => reduction(c, c.input("data"), c.ints("axes"))),
  gradient: { data: shareOfExtreme },
});
