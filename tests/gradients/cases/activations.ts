import { type Attributes, float, int } from "../../../src-main/onnx/types.js";
import { any, apart, given, scalar, wide } from "../../support/samples.js";
import { type OpCase, grad, kink } from "./case.js";

/** An activation at ordinary numbers, far out, in a batch and as a scalar. `apart` keeps away from the kink at 0. */
const activation = (op: string, attributes: Attributes = {}): readonly OpCase[] => [
  grad(op, "a batch", [apart("N", 3)], (e, x) => e.op(op, [x], attributes)),
  grad(op, "rank 4", [apart(1, 2, 2, 2)], (e, x) => e.op(op, [x], attributes)),
  grad(op, "a scalar", [scalar(0.75)], (e, x) => e.op(op, [x], attributes)),
  grad(op, "saturated", [given([-50, -20, -5, 5, 20, 50])], (e, x) => e.op(op, [x], attributes)),
];

const normalized = (op: string): readonly OpCase[] => [
  grad(op, "the last axis by default", [any("N", 3)], (e, x) => e.op(op, [x])),
  grad(op, "axis 0", [any(3, 2)], (e, x) => e.op(op, [x], { axis: int(0) })),
  grad(op, "the middle of three axes", [any(2, 3, 2)], (e, x) => e.op(op, [x], { axis: int(1) })),
  grad(op, "a negative axis", [any("N", 2, 3)], (e, x) => e.op(op, [x], { axis: int(-2) })),
  grad(op, "a vector", [any(4)], (e, x) => e.op(op, [x], { axis: int(0) })),
  grad(op, "one class", [any(3, 1)], (e, x) => e.op(op, [x], { axis: int(1) })),
  grad(op, "equal scores", [given([1, 1, 1, 1], 2, 2)], (e, x) => e.op(op, [x])),
  grad(op, "scores far apart", [given([-50, 0, 50, 50, 49, -50], 2, 3)], (e, x) => e.op(op, [x])),
];

export const activations: readonly OpCase[] = [
  ...activation("Relu"),
  kink("Relu", "at 0 the slope is 0", [given([-1, 0, 1])], (e, x) => e.relu(x), [0, 0, 1]),
  ...activation("LeakyRelu"),
  ...activation("LeakyRelu", { alpha: float(0.3) }),
  kink("LeakyRelu", "at 0 the slope is alpha", [given([-1, 0, 1])], (e, x) => e.op("LeakyRelu", [x], { alpha: float(0.25) }), [0.25, 0.25, 1]),
  ...activation("Elu"),
  ...activation("Elu", { alpha: float(1.5) }),
  kink("Elu", "at 0 the slope is alpha", [given([0, 1])], (e, x) => e.op("Elu", [x], { alpha: float(1.5) }), [1.5, 1]),
  ...activation("Selu"),
  ...activation("Selu", { alpha: float(2), gamma: float(3) }),
  kink("Selu", "at 0 the slope is alpha times gamma", [given([0, 1])], (e, x) => e.op("Selu", [x], { alpha: float(2), gamma: float(3) }), [6, 3]),
  ...activation("Sigmoid"),
  grad("Sigmoid", "at 0", [given([0])], (e, x) => e.sigmoid(x)),
  ...activation("Tanh"),
  grad("Tanh", "at 0", [given([0])], (e, x) => e.tanh(x)),
  ...activation("Softplus"),
  grad("Softplus", "at 0", [given([0])], (e, x) => e.softplus(x)),
  ...activation("HardSigmoid"),
  ...activation("HardSigmoid", { alpha: float(0.25), beta: float(0.4) }),
  grad("HardSigmoid", "over the whole range", [wide(8)], (e, x) => e.op("HardSigmoid", [x])),
  kink("HardSigmoid", "flat at its ends", [given([-2, 0, 2])], (e, x) => e.op("HardSigmoid", [x], { alpha: float(0.25), beta: float(0.5) }), [0, 0.25, 0]),
  ...normalized("Softmax"),
  ...normalized("LogSoftmax"),
];
