import { any, apart, given, positive, scalar, truth } from "../../support/samples.js";
import { type OpCase, grad, kink, refused } from "./case.js";

/** Two operands, broadcast in each way ONNX allows. */
const pairs = (op: string, a = any, b = any): readonly OpCase[] => [
  grad(op, "same shape", [a(2, 3), b(2, 3)], (e, x, y) => e.op(op, [x, y])),
  grad(op, "right row repeated over the batch", [a("N", 3), b(3)], (e, x, y) => e.op(op, [x, y])),
  grad(op, "left column and right row", [a(2, 1), b(1, 3)], (e, x, y) => e.op(op, [x, y])),
  grad(op, "left of lower rank", [a(3), b(2, 2, 3)], (e, x, y) => e.op(op, [x, y])),
  grad(op, "batch against a column of the batch", [a("N", 3), b("N", 1)], (e, x, y) => e.op(op, [x, y])),
  grad(op, "inner axes of rank 4", [a(2, 1, 2, 1), b(3, 1, 2)], (e, x, y) => e.op(op, [x, y])),
  grad(op, "scalars", [a(), b()], (e, x, y) => e.op(op, [x, y])),
  grad(op, "one scalar", [a("N", 2), b()], (e, x, y) => e.op(op, [x, y])),
  grad(op, "axes of length 1 on both sides", [a(1, 3), b(1, 1)], (e, x, y) => e.op(op, [x, y])),
];

const several = (op: string): readonly OpCase[] => [
  ...pairs(op),
  grad(op, "one operand", [any(2, 2)], (e, x) => e.op(op, [x])),
  grad(op, "three operands, each broadcast", [any(2, 1), any(3), any()], (e, a, b, c) => e.op(op, [a, b, c])),
];

const compared = (op: string): OpCase => refused(op, /.+/, [any(3), any(3)], (e, a, b) => e.cast(e.op(op, [a, b]), "float32"));

export const arithmetic: readonly OpCase[] = [
  ...pairs("Add"),
  grad("Add", "a value to itself", [any(2, 3)], (e, x) => e.add(x, x)),
  ...pairs("Sub"),
  grad("Sub", "a value from its own row", [any(2, 3)], (e, x) => e.sub(x, e.reduceMean(x, [1], true))),
  ...pairs("Mul"),
  grad("Mul", "a value by itself", [any(2, 3)], (e, x) => e.mul(x, x)),
  ...pairs("Div", any, apart),
  grad("Div", "a value by its own square", [positive(4)], (e, x) => e.div(x, e.mul(x, x))),
  ...several("Sum"),
  ...several("Max"),
  kink("Max", "ties share evenly between two", [given([1, 2, 3]), given([1, 3, 2])], (e, a, b) => e.max(a, b), [0.5, 0, 1], [0.5, 1, 0]),
  kink("Max", "ties share evenly between three", [scalar(1), scalar(1), scalar(1)], (e, a, b, c) => e.op("Max", [a, b, c]), [1 / 3], [1 / 3], [1 / 3]),
  ...several("Min"),
  kink("Min", "ties share evenly between two", [given([1, 2, 3]), given([1, 3, 2])], (e, a, b) => e.min(a, b), [0.5, 1, 0], [0.5, 0, 1]),
  kink("Min", "ties share evenly with a repeated scalar", [given([1, 2]), scalar(1)], (e, a, b) => e.min(a, b), [0.5, 0], [1.5]),

  ...pairs("Pow", positive, any),
  grad("Pow", "negative bases to whole powers", [given([-2, -0.5, 1.5])], (e, x) => e.pow(x, e.scalar(3))),
  grad("Pow", "squares at and near 0", [given([0, -1, 2])], (e, x) => e.pow(x, e.scalar(2))),
  grad("Pow", "a negative power", [positive(3)], (e, x) => e.pow(x, e.scalar(-0.5))),
  kink("Pow", "x¹ has slope 1 at 0", [given([0, 1])], (e, x) => e.pow(x, e.scalar(1)), [1, 1]),
  kink("Pow", "x⁰ has slope 0, at 0 too", [given([0, 1, -2])], (e, x) => e.pow(x, e.scalar(0)), [0, 0, 0]),
  kink("Pow", "0 to a positive power does not vary with the power", [given([0, 0]), given([1, 2])], (e, a, b) => e.pow(a, b), [1, 0], [0, 0]),

  grad("Neg", "any shape", [any("N", 2, 2)], (e, x) => e.neg(x)),
  grad("Neg", "a scalar", [any()], (e, x) => e.neg(x)),
  grad("Sqrt", "positive", [positive("N", 3)], (e, x) => e.sqrt(x)),
  kink("Sqrt", "at 0 the slope is infinite", [given([0, 4])], (e, x) => e.sqrt(x), [Infinity, 0.25]),
  grad("Exp", "any", [any("N", 3)], (e, x) => e.exp(x)),
  grad("Exp", "from underflow to 5e21", [given([-50, -10, 0, 10, 50])], (e, x) => e.exp(x)),
  grad("Log", "positive", [positive("N", 3)], (e, x) => e.log(x)),
  grad("Log", "close to 0", [given([0.01, 100])], (e, x) => e.log(x)),
  kink("Log", "at 0 the slope is infinite", [given([0, 2])], (e, x) => e.log(x), [Infinity, 0.5]),
  grad("Abs", "away from 0", [apart("N", 3)], (e, x) => e.abs(x)),
  kink("Abs", "at 0 the slope is 0", [given([-2, 0, 2])], (e, x) => e.abs(x), [-1, 0, 1]),
  grad("Sign", "flat away from 0", [apart("N", 3)], (e, x) => e.sign(x)),
  kink("Sign", "flat at 0", [given([-2, 0, 2])], (e, x) => e.sign(x), [0, 0, 0]),
  grad("Erf", "any", [any("N", 3)], (e, x) => e.erf(x)),
  grad("Erf", "saturated", [given([-50, -4, 0, 4, 50])], (e, x) => e.erf(x)),
  grad("Identity", "rank 4", [any(1, 2, 1, 2)], (e, x) => e.identity(x)),
  grad("Identity", "batch", [any("N", 2)], (e, x) => e.identity(x)),

  grad("Cast", "to float64", [any("N", 2)], (e, x) => e.cast(x, "float64")),
  grad("Cast", "to float64 and back", [any(2, 2)], (e, x) => e.cast(e.exp(e.cast(x, "float64")), "float32")),
  refused("Cast", /.+/, [any(3)], (e, x) => e.cast(e.cast(x, "int64"), "float32")),

  grad("Where", "branches of the same shape", [truth([1, 0, 0, 1, 1, 0], 2, 3), any(2, 3), apart(2, 3)], (e, c, a, b) => e.where(c, a, b)),
  grad("Where", "a broadcast condition over the batch", [truth([1, 0, 1]), any("N", 3), any("N", 1)], (e, c, a, b) => e.where(c, a, b)),
  grad("Where", "broadcast branches", [truth([1, 0, 0, 1], 2, 2), any(2), any()], (e, c, a, b) => e.where(c, a, b)),
  grad("Where", "a branch of higher rank than the condition", [truth([0, 1]), any(2, 2), any(2)], (e, c, a, b) => e.where(c, a, b)),

  grad("Clip", "inside, below and above", [given([-3, -0.5, 0, 0.5, 3])], (e, x) => e.clip(x, -1, 1)),
  grad("Clip", "no upper bound", [given([-3, 0.5, 30])], (e, x) => e.clip(x, -1)),
  grad("Clip", "no lower bound", [given([-3, 0.5, 30])], (e, x) => e.clip(x, undefined, 1)),
  grad("Clip", "no bounds over the batch", [any("N", 2)], (e, x) => e.clip(x)),
  grad("Clip", "a scalar", [scalar(0.5)], (e, x) => e.clip(x, -1, 1)),
  grad("Clip", "bounds that vary", [given([-3, -0.5, 0.5, 3]), scalar(-1), scalar(1)], (e, x, low, high) => e.op("Clip", [x, low, high])),
  grad("Clip", "bounds that cross: all is the upper one", [given([-3, 0, 3]), scalar(1), scalar(-1)], (e, x, low, high) => e.op("Clip", [x, low, high])),
  kink("Clip", "the bounds belong to the inside", [given([-1, 1, -1.5, 1.5])], (e, x) => e.clip(x, -1, 1), [1, 1, 0, 0]),

  compared("Equal"),
  compared("Greater"),
  compared("Less"),
  compared("GreaterOrEqual"),
  compared("LessOrEqual"),
  refused("IsNaN", /.+/, [any(3)], (e, x) => e.cast(e.op("IsNaN", [x]), "float32")),
  refused("Not", /.+/, [truth([1, 0, 1])], (e, x) => e.cast(e.not(x), "float32")),
  refused("And", /.+/, [truth([1, 0, 1]), truth([1, 1, 0])], (e, a, b) => e.cast(e.op("And", [a, b]), "float32")),
  refused("Or", /.+/, [truth([1, 0, 1]), truth([1, 1, 0])], (e, a, b) => e.cast(e.op("Or", [a, b]), "float32"), 1),
];
