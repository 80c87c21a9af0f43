import type { DataType } from "../../../src-main/onnx/types.js";
import { erf } from "./erf.js";
import type { Call, Kernel, Kernels } from "./kernel.js";
import { type Tensor, atBroadcast, broadcastDims, build } from "./tensor.js";

/** ONNX's elementwise operators, with numpy's broadcasting. */

const isWhole = (dtype: DataType): boolean => dtype === "int32" || dtype === "int64" || dtype === "uint8";

function map(x: Tensor, f: (v: number) => number, dtype: DataType = x.dtype): Tensor {
  return { dtype, dims: x.dims, data: x.data.map(f) };
}

const unary =
  (f: (v: number) => number, dtype?: DataType): Kernel =>
  (c) =>
    map(c.input(0), f, dtype ?? c.input(0).dtype);

/** A unary operator whose function depends on attributes. */
const configured =
  (f: (c: Call) => (v: number) => number): Kernel =>
  (c) =>
    map(c.input(0), f(c));

function zip(a: Tensor, b: Tensor, f: (a: number, b: number) => number, dtype: DataType = a.dtype): Tensor {
  return build(dtype, broadcastDims(a.dims, b.dims), (i) => f(atBroadcast(a, i), atBroadcast(b, i)));
}

const binary =
  (f: (a: number, b: number) => number, dtype?: DataType): Kernel =>
  (c) =>
    wrapped(zip(c.input(0), c.input(1), f, dtype ?? c.input(0).dtype));

/** Like `binary`, for operators that take any number of operands. */
const variadic =
  (f: (a: number, b: number) => number): Kernel =>
  (c) =>
    c.present().reduce((a, b) => zip(a, b, f));

/** Whole numbers wrap at the width of their type; the only narrow one here is uint8. */
function wrapped(x: Tensor): Tensor {
  return x.dtype === "uint8" ? map(x, (v) => Math.trunc(v) & 255) : x;
}

/** Division of whole numbers rounds toward zero. */
const divide: Kernel = (c) => {
  const whole = isWhole(c.input(0).dtype);
  return zip(c.input(0), c.input(1), (a, b) => (whole ? Math.trunc(a / b) : a / b));
};

/** The result has the type of the base; a whole base drops the fraction. */
const power: Kernel = (c) => {
  const whole = isWhole(c.input(0).dtype);
  return zip(c.input(0), c.input(1), (a, b) => (whole ? Math.trunc(a ** b) : a ** b));
};

/** `fmod` 1: the remainder has the sign of the dividend; 0 (whole numbers): of the divisor. */
const modulo: Kernel = (c) => {
  const fmod = c.int("fmod", 0) === 1;
  return zip(c.input(0), c.input(1), (a, b) => (fmod ? a % b : a - b * Math.floor(a / b)));
};

/** min(max(x, low), high): where low > high the result is high. */
const clip: Kernel = (c) => {
  const low = c.inputs[1]?.data[0] ?? -Infinity;
  const high = c.inputs[2]?.data[0] ?? Infinity;
  return map(c.input(0), (v) => Math.min(Math.max(v, low), high));
};

const where: Kernel = (c) => {
  const [condition, yes, no] = [c.input(0), c.input(1), c.input(2)];
  return build(yes.dtype, broadcastDims(condition.dims, yes.dims, no.dims), (i) => (atBroadcast(condition, i) ? atBroadcast(yes, i) : atBroadcast(no, i)));
};

/** Parametric Relu: the slope broadcasts to x. */
const prelu: Kernel = (c) => zip(c.input(0), c.input(1), (x, slope) => (x < 0 ? slope * x : x));

const mean: Kernel = (c) => {
  const n = c.present().length;
  return map(
    c.present().reduce((a, b) => zip(a, b, (x, y) => x + y)),
    (v) => v / n,
  );
};

/** Halves round to the even neighbour. */
function roundHalfEven(v: number): number {
  const low = Math.floor(v);
  const rest = v - low;
  if (rest !== 0.5) return rest < 0.5 ? low : low + 1;
  return low % 2 === 0 ? low : low + 1;
}

const truth = (v: boolean): number => (v ? 1 : 0);

export const elementwise: Kernels = {
  Add: binary((a, b) => a + b),
  Sub: binary((a, b) => a - b),
  Mul: binary((a, b) => a * b),
  Div: divide,
  Pow: power,
  Mod: modulo,
  Min: variadic(Math.min),
  Max: variadic(Math.max),
  Sum: variadic((a, b) => a + b),
  Mean: mean,
  PRelu: prelu,
  Clip: clip,
  Where: where,

  Identity: (c) => c.input(0),
  Neg: unary((v) => -v),
  Abs: unary(Math.abs),
  Sign: unary(Math.sign),
  Sqrt: unary(Math.sqrt),
  Exp: unary(Math.exp),
  Log: unary(Math.log),
  Erf: unary(erf),
  Sin: unary(Math.sin),
  Cos: unary(Math.cos),
  Reciprocal: unary((v) => 1 / v),
  Floor: unary(Math.floor),
  Ceil: unary(Math.ceil),
  Round: unary(roundHalfEven),

  Relu: unary((v) => Math.max(v, 0)),
  LeakyRelu: configured((c) => {
    const alpha = c.float("alpha", 0.01);
    return (v) => (v < 0 ? alpha * v : v);
  }),
  Elu: configured((c) => {
    const alpha = c.float("alpha", 1);
    return (v) => (v < 0 ? alpha * Math.expm1(v) : v);
  }),
  Selu: configured((c) => {
    const alpha = c.float("alpha", 1.67326319217681884765625);
    const gamma = c.float("gamma", 1.05070102214813232421875);
    return (v) => (v <= 0 ? gamma * alpha * Math.expm1(v) : gamma * v);
  }),
  Celu: configured((c) => {
    const alpha = c.float("alpha", 1);
    return (v) => Math.max(0, v) + Math.min(0, alpha * Math.expm1(v / alpha));
  }),
  ThresholdedRelu: configured((c) => {
    const alpha = c.float("alpha", 1);
    return (v) => (v > alpha ? v : 0);
  }),
  HardSigmoid: configured((c) => {
    const [alpha, beta] = [c.float("alpha", 0.2), c.float("beta", 0.5)];
    return (v) => Math.max(0, Math.min(1, alpha * v + beta));
  }),
  HardSwish: unary((v) => v * Math.max(0, Math.min(1, v / 6 + 0.5))),
  Sigmoid: unary((v) => (v >= 0 ? 1 / (1 + Math.exp(-v)) : Math.exp(v) / (1 + Math.exp(v)))),
  Tanh: unary(Math.tanh),
  Softplus: unary((v) => Math.max(v, 0) + Math.log1p(Math.exp(-Math.abs(v)))),
  Softsign: unary((v) => v / (1 + Math.abs(v))),

  Equal: binary((a, b) => truth(a === b), "bool"),
  Greater: binary((a, b) => truth(a > b), "bool"),
  Less: binary((a, b) => truth(a < b), "bool"),
  GreaterOrEqual: binary((a, b) => truth(a >= b), "bool"),
  LessOrEqual: binary((a, b) => truth(a <= b), "bool"),
  And: binary((a, b) => truth(a !== 0 && b !== 0), "bool"),
  Or: binary((a, b) => truth(a !== 0 || b !== 0), "bool"),
  Xor: binary((a, b) => truth((a !== 0) !== (b !== 0)), "bool"),
  Not: unary((v) => truth(v === 0), "bool"),
  IsNaN: unary((v) => truth(Number.isNaN(v)), "bool"),
  IsInf: (c) => {
    const [negative, positive] = [c.int("detect_negative", 1), c.int("detect_positive", 1)];
    return map(c.input(0), (v) => truth((v === Infinity && positive === 1) || (v === -Infinity && negative === 1)), "bool");
  },
};
