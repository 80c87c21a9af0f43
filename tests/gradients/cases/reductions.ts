import type { Emitter } from "../../../src-main/onnx/emitter.js";
import { type Attributes, type Value, int, ints } from "../../../src-main/onnx/types.js";
import { type Sample, any, apart, given } from "../../support/samples.js";
import { type OpCase, grad, kink } from "./case.js";

/** A reduction over given axes: an operand of ReduceSum, an attribute of the others (operator set 17). */
function reduce(op: string, e: Emitter, x: Value, axes: readonly number[] | undefined, attributes: Attributes): Value {
  if (op === "ReduceSum") return e.op(op, [x, axes && e.indices(axes)], attributes);
  return e.op(op, [x], { ...attributes, ...(axes ? { axes: ints(axes) } : {}) });
}

const reduction = (op: string, sample: (...shape: (number | string)[]) => Sample = any): readonly OpCase[] => {
  const one = (name: string, x: Sample, axes: readonly number[] | undefined, attributes: Attributes = {}) =>
    grad(op, name, [x], (e, v) => reduce(op, e, v, axes, attributes));
  return [
    one("all axes by default, kept", sample(2, 3), undefined),
    one("all axes, dropped", sample(2, 3), undefined, { keepdims: int(0) }),
    one("all axes of a batch", sample("N", 2), undefined, { keepdims: int(0) }),
    one("axis 0 kept", sample(2, 3), [0]),
    one("axis 0 dropped", sample(2, 3), [0], { keepdims: int(0) }),
    one("the batch axis dropped", sample("N", 3), [0], { keepdims: int(0) }),
    one("a negative axis dropped in a batch", sample("N", 2, 2), [-1], { keepdims: int(0) }),
    one("two of four axes dropped", sample(2, 2, 1, 3), [3, 1], { keepdims: int(0) }),
    one("two of three axes kept", sample(2, 3, 2), [0, -1]),
    one("an axis of length 1", sample(3, 1), [1], { keepdims: int(0) }),
    one("a scalar", sample(), undefined, { keepdims: int(0) }),
  ];
};

export const reductions: readonly OpCase[] = [
  ...reduction("ReduceSum"),
  grad("ReduceSum", "no axes means none where asked for", [any(2, 2)], (e, x) => e.op("ReduceSum", [x, e.indices([])], { noop_with_empty_axes: int(1) })),
  ...reduction("ReduceMean"),
  ...reduction("ReduceMax"),
  kink("ReduceMax", "ties share evenly", [given([2, 1, 2, 2, 3, 3], 2, 3)], (e, x) => e.reduceMax(x, [1]), [0.5, 0, 0.5, 0, 0.5, 0.5]),
  kink("ReduceMax", "all equal", [given([1, 1, 1, 1])], (e, x) => e.reduceMax(x), [0.25, 0.25, 0.25, 0.25]),
  ...reduction("ReduceMin"),
  kink(
    "ReduceMin",
    "ties share evenly",
    [given([2, 1, 1, 2, 3, 3], 2, 3)],
    (e, x) => e.op("ReduceMin", [x], { axes: ints([1]), keepdims: int(0) }),
    [0, 0.5, 0.5, 1, 0, 0],
  ),
  ...reduction("ReduceL2", apart),
  kink(
    "ReduceL2",
    "a zero vector has slope 0",
    [given([0, 0, 3, 4], 2, 2)],
    (e, x) => e.op("ReduceL2", [x], { axes: ints([1]), keepdims: int(0) }),
    [0, 0, 0.6, 0.8],
  ),
  ...reduction("ReduceSumSquare"),
  grad("CumSum", "axis 0 of a batch", [any("N", 2)], (e, x) => e.op("CumSum", [x, e.scalar(0, "int64")])),
  grad("CumSum", "a negative axis", [any(2, 3)], (e, x) => e.op("CumSum", [x, e.scalar(-1, "int64")])),
  grad("CumSum", "exclusive", [any(4)], (e, x) => e.op("CumSum", [x, e.scalar(0, "int64")], { exclusive: int(1) })),
  grad("CumSum", "reversed", [any(2, 3)], (e, x) => e.op("CumSum", [x, e.scalar(1, "int64")], { reverse: int(1) })),
  grad("CumSum", "exclusive and reversed", [any(4)], (e, x) => e.op("CumSum", [x, e.scalar(0, "int64")], { exclusive: int(1), reverse: int(1) })),
];
