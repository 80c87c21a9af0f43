import { describe, expect, test } from "vitest";
import { differentiate } from "../../src-main/autodiff/differentiate.js";
import type { Emitter } from "../../src-main/onnx/emitter.js";
import { type Attributes, type DataType, type Shape, type Value, float, int, showType } from "../../src-main/onnx/types.js";
import { createEmitter } from "../../src-main/ops/index.js";
import { checkGradients } from "../support/gradient-checker.js";
import { evaluate } from "../support/reference-interpreter.js";
import { type Sample, any, apart, positive } from "../support/samples.js";

type Typed = readonly [dtype: DataType, ...shape: Shape];

/** The types of a node's results, as people write them. */
function typesOf(op: string, operands: readonly (Typed | undefined)[], attributes: Attributes = {}, outputs = 1): string[] {
  const e = createEmitter();
  const inputs = operands.map((t, i) => t && e.graph.input(`x${i}`, t[0], t.slice(1)));
  return e.graph.node(op, inputs, attributes, { outputs }).map(showType);
}

const f = (...shape: Shape): Typed => ["float32", ...shape];
const d = (...shape: Shape): Typed => ["float64", ...shape];
const b = (...shape: Shape): Typed => ["bool", ...shape];
const i64 = (...shape: Shape): Typed => ["int64", ...shape];

describe("shape rules", () => {
  test.each<[op: string, operands: (Typed | undefined)[], types: string[], attributes?: Attributes]>([
    ["Add", [f("N", 3), f(3)], ["float32 [N, 3]"]],
    ["Sub", [d(2, 1), d(1, 3)], ["float64 [2, 3]"]],
    ["Div", [i64(2), i64()], ["int64 [2]"]],
    ["Mul", [f("N", 1), f("N", 4)], ["float32 [N, 4]"]],
    ["Neg", [i64("N")], ["int64 [N]"]],
    ["Pow", [f("N", 3), i64()], ["float32 [N, 3]"]],
    ["Pow", [f(3), f(2, 1)], ["float32 [2, 3]"]],
    ["Min", [f("N", 3), f(3), f()], ["float32 [N, 3]"]],
    ["Max", [i64(2)], ["int64 [2]"]],
    ["Sum", [f(2, 1), f(3)], ["float32 [2, 3]"]],
    ["Clip", [f("N"), undefined, f()], ["float32 [N]"]],
    ["Relu", [d("N", 2)], ["float64 [N, 2]"]],
    ["Softmax", [f("N", 4)], ["float32 [N, 4]"]],
    ["LogSoftmax", [f("N", 4, 5)], ["float32 [N, 4, 5]"], { axis: int(1) }],
    ["Where", [b("N", 1), f(3), f()], ["float32 [N, 3]"]],
    ["Where", [b(), i64(2), i64(1)], ["int64 [2]"]],
    ["Equal", [b(2), b(1)], ["bool [2]"]],
    ["GreaterOrEqual", [i64("N"), i64()], ["bool [N]"]],
    ["Not", [b(3)], ["bool [3]"]],
    ["And", [b("N", 1), b(3)], ["bool [N, 3]"]],
    ["IsNaN", [d("N")], ["bool [N]"]],
    ["Cast", [f("N", 2)], ["int64 [N, 2]"], { to: int(7) }],
    ["Cast", [b("N")], ["float64 [N]"], { to: int(11) }],
    ["Identity", [["string", 2]], ["string [2]"]],
    ["Dropout", [f("N", 4), f(), b()], ["float32 [N, 4]", "bool [N, 4]"]],
    ["Gemm", [f("N", 3), f(3, 2), f(2)], ["float32 [N, 2]"]],
    ["Gemm", [f(3, "N"), f(2, 3), f(1, 2)], ["float32 [N, 2]"], { transA: int(1), transB: int(1) }],
    ["MatMul", [f(3), f(5, 3, 2)], ["float32 [5, 2]"]],
    ["MatMul", [f("N", 2, 3), f(3)], ["float32 [N, 2]"]],
    ["MatMul", [f(3), f(3)], ["float32 []"]],
    ["BatchNormalization", [f("N", 3), f(3), f(3), f(3), f(3)], ["float32 [N, 3]"]],
    ["BatchNormalization", [d("N", 3, 4), d(3), d(3), d(3), d(3)], ["float64 [N, 3, 4]", "float64 [3]", "float64 [3]"], { training_mode: int(1) }],
    ["LayerNormalization", [d("N", 3, 4), d(4)], ["float64 [N, 3, 4]", "float32 [N, 3, 1]", "float32 [N, 3, 1]"]],
    ["LayerNormalization", [f("N", 3, 4), f(3, 4), f(3, 1)], ["float32 [N, 3, 4]", "float32 [N, 1, 1]", "float32 [N, 1, 1]"], { axis: int(1) }],
  ])("%s %j gives %j", (op, operands, types, attributes) => {
    expect(typesOf(op, operands, attributes, types.length)).toEqual(types);
  });

  test.each<[op: string, operands: (Typed | undefined)[], message: string, attributes?: Attributes, outputs?: number]>([
    ["Add", [f(2), f(3)], "Add got float32 [2], float32 [3]: shapes do not broadcast: each axis must be equal or 1"],
    ["Add", [f("N"), f("M")], "shapes do not broadcast"],
    ["Sub", [f(2), d(2)], "operands must share an element type"],
    ["Div", [b(2), b(2)], "Div got bool [2], bool [2]: expected numbers"],
    ["Exp", [i64(2)], "Exp got int64 [2]: expected float32 or float64"],
    ["Sum", [i64(2)], "expected float32 or float64"],
    ["Min", [], "operand data_0 is required"],
    ["Clip", [f(2), f(1)], "min and max must be scalars of the input's element type"],
    ["Clip", [f(2), d()], "min and max must be scalars of the input's element type"],
    ["Softmax", [f(2, 3)], "axis 2 is outside 2 axes", { axis: int(2) }],
    ["Where", [f(2), f(2), f(2)], "the condition must be bool"],
    ["Where", [b(2), f(2), i64(2)], "X and Y must share an element type"],
    ["Where", [b(2), f(3), f()], "shapes do not broadcast"],
    ["Not", [f(2)], "Not got float32 [2]: expected bool"],
    ["Or", [b(2), i64(2)], "expected bool"],
    [
      "Greater",
      [
        ["string", 2],
        ["string", 2],
      ],
      "expected numbers",
    ],
    [
      "Equal",
      [
        ["string", 2],
        ["string", 2],
      ],
      "expected numbers or bool",
    ],
    ["Cast", [f(2)], "element type 16 is none of", { to: int(16) }],
    ["Cast", [f(2)], "Cast needs the attribute to"],
    ["Dropout", [f(2), f(1)], "ratio must be a float scalar"],
    ["Dropout", [f(2), f(), f()], "training_mode must be a bool scalar"],
    ["Gemm", [f(2, 3), f(2, 3)], "the columns of A' (3) must equal the rows of B' (2)"],
    ["Gemm", [f(2, 3, 1), f(3, 2)], "A and B must have two axes"],
    ["Gemm", [f(2, 3), f(3, 2), f(3)], "C must broadcast to [2, 2]"],
    ["Gemm", [f(1, 3), f(3, 2), f(4, 2)], "C must broadcast to [1, 2]"],
    ["MatMul", [f(2, 3), f(4, 2)], "the last axis of A (3) must equal the last but one of B (4)"],
    ["MatMul", [f(), f(4, 2)], "expected at least one axis each"],
    ["BatchNormalization", [f("N"), f(1), f(1), f(1), f(1)], "X must have at least the axes [N, C]"],
    ["BatchNormalization", [f("N", 3), f(3), f(4), f(3), f(3)], "B must be [3], one number a channel"],
    ["BatchNormalization", [f("N", 3), f(3), f(3), f(3), f(3)], "in training mode, Y alone otherwise", {}, 3],
    ["BatchNormalization", [f("N", 3), f(3), f(3), f(3), f(3)], "expected results Y, running_mean, running_var", { training_mode: int(1) }],
    ["LayerNormalization", [f("N", 3), f("N", 3)], "Scale and B must broadcast to [3]"],
    ["LayerNormalization", [f("N", 3), f(3)], "axis -3 is outside 2 axes", { axis: int(-3) }],
  ])("%s %j fails with %j", (op, operands, message, attributes, outputs) => {
    expect(() => typesOf(op, operands, attributes, outputs)).toThrow(message);
  });
});

/** Gradients of Σ w ∘ y by every input, for one set of values, in float64. `w` defaults to ones. */
function gradients(build: (e: Emitter, ...xs: Value[]) => Value, values: readonly (readonly number[])[], w?: readonly number[]): number[][] {
  const e = createEmitter();
  const xs = values.map((v, i) => e.graph.input(`x${i}`, "float64", v.length === 1 ? [] : ["N"]));
  const y = build(e, ...xs);
  const weight = e.graph.input("w", "float64", y.shape);
  differentiate(e, e.reduceSum(e.mul(y, weight)), xs).forEach((g, i) => {
    e.graph.output(g, `d${i}`);
  });
  const n = Math.max(...values.map((v) => v.length));
  const feeds = Object.fromEntries(values.map((data, i) => [`x${i}`, { dims: data.length === 1 ? [] : [data.length], data }]));
  const got = evaluate(e.graph.build("gradient"), { ...feeds, w: { dims: [n], data: w ?? new Array<number>(n).fill(1) } });
  return values.map((_, i) => [...(got[`d${i}`]?.data ?? [])].map((v) => v + 0));
}

/** Equal to 12 decimals. */
const close = (v: number): number => expect.closeTo(v, 12) as number;

const unary =
  (op: string, attributes: Attributes = {}) =>
  (e: Emitter, x: Value) =>
    e.op(op, [x], attributes);

describe("gradients at kinks and edges are PyTorch's", () => {
  // Derivatives at the given points, as torch.autograd (1.13) gives them.
  test.each<[string, (e: Emitter, x: Value) => Value, readonly number[], readonly number[]]>([
    ["relu is flat at 0", unary("Relu"), [-1, 0, 2], [0, 0, 1]],
    ["abs is flat at 0", unary("Abs"), [-1, 0, 2], [-1, 0, 1]],
    ["sign is flat everywhere", unary("Sign"), [-1, 0, 2], [0, 0, 0]],
    ["leaky relu leaks at 0", unary("LeakyRelu", { alpha: float(0.25) }), [-1, 0, 2], [0.25, 0.25, 1]],
    ["elu of α = 1", unary("Elu"), [0, 3], [1, 1]],
    ["elu of α = 0.5 takes the curve at 0", unary("Elu", { alpha: float(0.5) }), [0, 0.1, 3], [0.5, 1, 1]],
    ["elu of α = 2 takes the curve at 0", unary("Elu", { alpha: float(2) }), [0, 3], [2, 1]],
    ["selu takes the curve at 0", unary("Selu"), [0, 1], [Math.fround(1.0507009873554805) * Math.fround(1.6732632423543772), Math.fround(1.0507009873554805)]],
    ["hard sigmoid is flat at and outside its kinks", unary("HardSigmoid", { alpha: float(0.25) }), [-3, -2, 0, 2, 3], [0, 0, 0.25, 0, 0]],
    ["clip passes at its bounds", (e, x) => e.clip(x, -1, 1), [-2, -1, 0, 1, 2], [0, 1, 1, 1, 0]],
    ["clip below only", (e, x) => e.clip(x, -1), [-2, -1, 5], [0, 1, 1]],
    ["x⁰", (e, x) => e.pow(x, e.scalarLike(0, x)), [-1, 0, 2], [0, 0, 0]],
    ["x²", (e, x) => e.pow(x, e.scalarLike(2, x)), [-1, 0, 2], [-2, 0, 4]],
    ["x³ with a whole-number exponent", (e, x) => e.pow(x, e.scalar(3, "int64")), [-1, 0, 2], [3, 0, 12]],
    ["softplus does not overflow", unary("Softplus"), [-1000, 0, 1000], [0, 0.5, 1]],
    ["logarithm of softmax of far apart scores", (e, x) => e.logSoftmax(x, 0), [0, 1000], [1, -1]],
  ])("%s", (_, build, at, expected) => {
    expect(gradients(build, [at])[0]).toEqual(expected.map(close));
  });

  test("max and min split a tie", () => {
    expect(
      gradients(
        (e, a, c) => e.max(a, c),
        [
          [1, 2, 3],
          [3, 2, 1],
        ],
      ),
    ).toEqual([
      [0, 0.5, 1],
      [1, 0.5, 0],
    ]);
    expect(
      gradients(
        (e, a, c) => e.min(a, c),
        [
          [1, 2, 3],
          [3, 2, 1],
        ],
      ),
    ).toEqual([
      [1, 0.5, 0],
      [0, 0.5, 1],
    ]);
    const three = gradients(
      (e, ...xs) => e.op("Max", xs),
      [
        [1, 2, 3],
        [3, 2, 3],
        [3, 2, 3],
      ],
    );
    expect(three.map((row) => row.map((v) => Number(v.toFixed(6))))).toEqual([
      [0, 0.333333, 0.333333],
      [0.5, 0.333333, 0.333333],
      [0.5, 0.333333, 0.333333],
    ]);
  });

  test("a power's exponent has no gradient where the base is 0", () => {
    const [dx, dy] = gradients(
      (e, x, y) => e.pow(x, y),
      [
        [0, 2, 0, 3],
        [2, 3, 0, 0],
      ],
    );
    expect(dx).toEqual([0, 12, 0, 0].map(close));
    expect(dy).toEqual([0, 8 * Math.log(2), 0, Math.log(3)].map(close));
  });

  test("clip's bounds take the gradient of what they cut", () => {
    const clip = (e: Emitter, ...xs: Value[]) => e.op("Clip", xs);
    expect(gradients(clip, [[-2, -1, 0, 1, 5], [-1], [1]], [1, 2, 4, 8, 16])).toEqual([[0, 2, 4, 8, 0], [1], [16]]);
    // max wins where the bounds cross
    expect(gradients(clip, [[-2, 0, 5], [2], [1]], [1, 2, 4])).toEqual([[0, 0, 0], [0], [7]]);
  });
});

describe("what is not differentiable says why", () => {
  const derivative = (build: (e: Emitter, x: Value) => Value) => () => {
    const e = createEmitter();
    const x = e.graph.input("x", "float32", ["N"]);
    return differentiate(e, e.reduceSum(build(e, x)), [x]);
  };
  test.each<[string, (e: Emitter, x: Value) => Value, string]>([
    ["Greater", (e, x) => e.cast(e.greater(x, e.scalarLike(0, x)), "float32"), "true or false"],
    ["IsNaN", (e, x) => e.cast(e.op("IsNaN", [x]), "float32"), "true or false"],
    ["Cast", (e, x) => e.cast(e.cast(x, "int64"), "float32"), "its result is not a real number"],
  ])("%s", (op, build, because) => {
    expect(derivative(build)).toThrow(
      expect.objectContaining({ code: "autodiff.not-differentiable", message: expect.stringMatching(new RegExp(`^${op} .*${because}`)) as string }) as Error,
    );
  });

  test("a choice by a condition passes to what is chosen", () => {
    const [dx, dy] = gradients(
      (e, x, y) => e.where(e.greater(x, y), e.scale(x, 2), y),
      [
        [1, 5],
        [3, 4],
      ],
    );
    expect([dx, dy]).toEqual([
      [0, 2],
      [1, 0],
    ]);
  });

  test("dropout in training mode asks for its mask", () => {
    const training = (e: Emitter) => e.constant({ dtype: "bool", dims: [], data: Uint8Array.of(1) });
    expect(derivative((e, x) => e.op("Dropout", [x, e.scalar(0.5), training(e)]))).toThrow("needs its second output, the mask");
  });
});

describe("gradients agree with central differences, those of gradients too", () => {
  const node =
    (op: string, attributes: Attributes = {}, outputs = 1) =>
    (e: Emitter, ...xs: Value[]) =>
      e.graph.node(op, xs, attributes, { outputs });
  const batchNorm = (momentum: number) => node("BatchNormalization", { training_mode: int(1), momentum: float(momentum), epsilon: float(0.01) }, 3);
  const channels = (c: number): Sample[] => [any(c), any(c), any(c), positive(c)];
  test.each<[string, Sample[], (e: Emitter, ...xs: Value[]) => Value | readonly Value[]]>([
    ["Div", [any("N", 3), apart(3)], node("Div")],
    ["Pow", [positive("N", 1), any(3)], node("Pow")],
    ["Pow by constants", [apart("N", 4)], (e, x) => e.pow(x, e.constant({ dtype: "float32", dims: [4], data: Float32Array.of(0, 1, 2, -3) }))],
    ["Erf", [any("N", 3)], node("Erf")],
    ["Elu", [apart("N", 3)], node("Elu", { alpha: float(0.7) })],
    ["Selu", [apart("N", 3)], node("Selu")],
    ["Sigmoid, Tanh, Softplus", [any("N", 3)], (e, x) => [e.sigmoid(x), e.tanh(x), e.softplus(x)]],
    ["Softmax", [any("N", 4)], node("Softmax")],
    ["Softmax in the middle", [any("N", 3, 2)], node("Softmax", { axis: int(1) })],
    ["LogSoftmax", [any("N", 4)], node("LogSoftmax")],
    ["Sum", [any("N", 3), any(3), any()], node("Sum")],
    ["Min of three", [any("N", 3), any(3), any("N", 1)], node("Min")],
    ["Gemm", [any("N", 3), any(3, 2), any(2)], node("Gemm", { alpha: float(0.5), beta: float(2) })],
    ["Gemm, B transposed", [any("N", 3), any(2, 3)], node("Gemm", { transB: int(1) })],
    ["Gemm, A transposed", [any(3, "N"), any(3, 2), any()], node("Gemm", { transA: int(1) })],
    ["Gemm, both transposed", [any(3, "N"), any(2, 3), any("N", 1)], node("Gemm", { transA: int(1), transB: int(1) })],
    ["MatMul", [any("N", 3), any(3, 2)], node("MatMul")],
    ["MatMul of a stack by one matrix", [any("N", 2, 3), any(3, 2)], node("MatMul")],
    ["MatMul of stacks", [any("N", 1, 2, 3), any(2, 3, 2)], node("MatMul")],
    ["MatMul of one matrix by a stack", [any(2, 3), any("N", 3, 2)], node("MatMul")],
    ["MatMul, vector on the left", [any(3), any("N", 3, 2)], node("MatMul")],
    ["MatMul, vector on the right", [any("N", 2, 3), any(3)], node("MatMul")],
    ["MatMul of vectors", [any(3), any(3)], node("MatMul")],
    ["MatMul of a vector by a matrix", [any(3), any(3, 2)], node("MatMul")],
    ["BatchNormalization in use", [any("N", 3), ...channels(3)], node("BatchNormalization")],
    ["BatchNormalization in use, images", [any("N", 2, 2, 2), ...channels(2)], node("BatchNormalization")],
    ["LayerNormalization", [any("N", 4), any(4), any(4)], node("LayerNormalization", { epsilon: float(0.01) })],
    ["LayerNormalization with its statistics", [any("N", 2, 3), any(2, 3), any(3)], node("LayerNormalization", { axis: int(1), epsilon: float(0.01) }, 3)],
    ["LayerNormalization without bias", [any("N", 2, 3), any(3)], node("LayerNormalization", { epsilon: float(0.01) })],
  ])("%s", async (_, inputs, build) => {
    await checkGradients({ inputs, build, order: 2 });
  });

  test.each<[string, Sample[], number]>([
    ["rows", [any(4, 3), ...channels(3)], 0],
    ["rows, blended into the running statistics", [any(4, 3), ...channels(3)], 0.9],
    ["series", [any("N", 2, 3), ...channels(2)], 0],
    ["images, blended into the running statistics", [any("N", 2, 2, 2), ...channels(2)], 0.25],
  ])("BatchNormalization in training: %s", async (_, inputs, momentum) => {
    await checkGradients({ inputs, build: batchNorm(momentum), order: 2 });
  });
});
