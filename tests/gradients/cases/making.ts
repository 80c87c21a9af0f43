import { int, ML_DOMAIN, ints, floats } from "../../../src-main/onnx/types.js";
import { any, scalar, whole } from "../../support/samples.js";
import { type OpCase, refused } from "./case.js";

/** Operators that make tensors or ask about them: none has a derivative. */
export const making: readonly OpCase[] = [
  refused("Shape", /.+/, [any(2, "N")], (e, x) => e.cast(e.op("Shape", [x]), "float32")),
  refused("Size", /.+/, [any("N", 2)], (e, x) => e.cast(e.op("Size", [x]), "float32")),
  refused("Range", /.+/, [scalar(0)], (e, start) => e.op("Range", [start, e.scalar(3), e.scalar(1)])),
  refused("ConstantOfShape", /.+/, [whole([2, 3])], (e, shape) => e.op("ConstantOfShape", [shape])),
  refused("LabelEncoder", /.+/, [whole([2, 3])], (e, x) =>
    e.graph.node("LabelEncoder", [x], { keys_int64s: ints([2, 3]), values_floats: floats([0, 1]) }, { domain: ML_DOMAIN }),
  ),
  refused("ArgMax", /.+/, [any(2, 3)], (e, x) => e.cast(e.op("ArgMax", [x], { axis: int(1) }), "float32")),
];
