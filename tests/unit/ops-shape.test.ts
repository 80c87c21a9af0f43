import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { differentiate } from "../../src-main/autodiff/differentiate.js";
import { LatheError } from "../../src-main/base/errors.js";
import { onnxruntimeEngine } from "../../src-main/engines/onnxruntime/index.js";
import { productOf, quotientOf, sumOf } from "../../src-main/onnx/dimensions.js";
import type { Emitter } from "../../src-main/onnx/emitter.js";
import { decodeModel, encodeModel, modelOf } from "../../src-main/onnx/protobuf.js";
import { type Attributes, type Dimension, type Shape, type Value, int, ints, showType, tensor, text } from "../../src-main/onnx/types.js";
import { createEmitter, inferTypes } from "../../src-main/ops/index.js";
import { type Build, checkGradients } from "../support/gradient-checker.js";
import { type Sample, any } from "../support/samples.js";

type Typed = { readonly dtype: "float32" | "int64" | "string"; readonly shape: Shape };
type Held = { readonly holds: readonly number[] };
const f = (...shape: Shape): Typed => ({ dtype: "float32", shape });
const i64 = (...shape: Shape): Typed => ({ dtype: "int64", shape });
/** A constant vector. */
const k = (...holds: number[]): Held => ({ holds });

function typesOf(op: string, operands: readonly (Typed | Held)[], attributes: Attributes = {}, outputs = 1): string[] {
  const e = createEmitter();
  const inputs = operands.map((o, i) => ("holds" in o ? e.indices(o.holds) : e.graph.input(`x${i}`, o.dtype, o.shape)));
  return e.graph.node(op, inputs, attributes, { outputs }).map(showType);
}

function thrownBy(act: () => unknown): LatheError {
  try {
    act();
  } catch (thrown) {
    if (thrown instanceof LatheError) return thrown;
    throw thrown;
  }
  return expect.fail("expected an error, got none");
}

describe("lengths", () => {
  it.each<[readonly Dimension[], Dimension]>([
    [[], 1],
    [[2, 3], 6],
    [["N", 4, 4], "16*N"],
    [[4, "N", "M"], "4*M*N"],
    [["16*N", "M"], "16*M*N"],
    [["N", 0], 0],
    [["(N+1)", 2], "2*(N+1)"],
    [["N", "N"], "N*N"],
  ])("the product of %j is %j", (dims, product) => expect(productOf(dims)).toBe(product));

  it.each<[Dimension, Dimension, Dimension | undefined]>([
    [12, 4, 3],
    [12, 5, undefined],
    ["16*N", 16, "N"],
    ["16*N", "N", 16],
    ["16*N", "4*N", 4],
    ["N", 16, undefined],
    [16, "N", undefined],
    ["M*N", "N", "M"],
    ["N", 0, undefined],
    ["2*(N+1)", 2, "(N+1)"],
  ])("%j / %j is %j", (total, part, quotient) => expect(quotientOf(total, part)).toBe(quotient));

  it.each<[readonly Dimension[], Dimension]>([
    [[], 0],
    [[2, 3], 5],
    [["N", 0], "N"],
    [["N", "N"], "2*N"],
    [["N", 1, "M"], "(M+N+1)"],
    [["(M+N+1)", -1], "(M+N)"],
    [["(N+1)", "N", 2], "(2*N+3)"],
    [["N", -1], "(N-1)"],
    [["(N-1)", 1], "N"],
  ])("the sum of %j is %j", (dims, sum) => expect(sumOf(dims)).toBe(sum));
});

describe("shape rules", () => {
  it.each<[op: string, operands: (Typed | Held)[], types: string[], attributes?: Attributes]>([
    ["Reshape", [f("N", 4, 4), k(-1, 16)], ["float32 [N, 16]"]],
    ["Reshape", [f("N", 4), k(-1)], ["float32 [4*N]"]],
    ["Reshape", [f("4*N"), k(-1, 4)], ["float32 [N, 4]"]],
    ["Reshape", [f("N", "M", 4), k(0, -1)], ["float32 [N, 4*M]"]],
    ["Reshape", [f(0, 3), k(3, 0)], ["float32 [3, 0]"], { allowzero: int(1) }],
    ["Flatten", [f("N", "M", 4)], ["float32 [N, 4*M]"]],
    ["Flatten", [f(2, 3)], ["float32 [1, 6]"], { axis: int(0) }],
    ["Concat", [f("N", 2), f("M", 2), f(3, 2)], ["float32 [(M+N+3), 2]"], { axis: int(0) }],
    ["Slice", [f("N", 5), k(1), k(2 ** 31), k(0)], ["float32 [(N-1), 5]"]],
    ["Slice", [f("N", 5), k(-1), k(-(2 ** 31)), k(0), k(-1)], ["float32 [N, 5]"]],
    ["Slice", [f(0, 5), k(-1), k(-9), k(0), k(-1)], ["float32 [0, 5]"]],
    ["Tile", [f("N", 2), k(3, 2)], ["float32 [3*N, 4]"]],
    ["Split", [f("4*N", 2)], ["float32 [2*N, 2]", "float32 [2*N, 2]"]],
    ["Expand", [f("N", 1), k(1, 4)], ["float32 [N, 4]"]],
    ["ConstantOfShape", [i64(2)], ["float32 [ConstantOfShape(x0)[0], ConstantOfShape(x0)[1]]"]],
  ])("%s %j gives %j", (op, operands, types, attributes) => {
    expect(typesOf(op, operands, attributes, types.length)).toEqual(types);
  });

  it.each<[op: string, operands: (Typed | Held)[], sentence: string | RegExp, attributes?: Attributes, outputs?: number]>([
    ["Reshape", [f("N", 5), k(-1, 16)], "Reshape got float32 [N, 5], int64 [2]: its 5*N elements do not fill [-1, 16]"],
    ["Reshape", [f(2, 3), k(7)], "Reshape got float32 [2, 3], int64 [1]: its 6 elements are not the 7 of [7]"],
    ["Reshape", [f("N", 4), k(2, 2)], /its 4\*N elements are not the 4 of \[2, 2\]/],
    ["Reshape", [f(2, 3), k(-1, -1)], /at most one -1/],
    ["Reshape", [f(2), k(2, 0)], /0 at 1 copies an axis that is not there/],
    ["Flatten", [f(2, 3)], /axis 3 is outside 2 axes/, { axis: int(3) }],
    ["Transpose", [f(2, 3)], /perm \[0\] must name each axis once/, { perm: ints([0]) }],
    ["Transpose", [f(2, 3)], /axis 0 is named twice/, { perm: ints([0, 0]) }],
    ["Squeeze", [f(2, 3), k(1)], /axis 1 has length 3, expected 1/],
    ["Squeeze", [f("N", 1)], /name the axes: whether N is 1 is not known before the graph runs/],
    ["Unsqueeze", [f(2), k(3)], /axis 3 is outside 2 axes/],
    ["Concat", [f("N", 2), f("N", 3)], /equal along all axes but 0/, { axis: int(0) }],
    ["Concat", [f(2), f(2, 1)], /as many axes as each other/, { axis: int(0) }],
    ["Concat", [f(2), i64(2)], /share an element type/, { axis: int(0) }],
    ["Split", [f(5, 2)], /axis 0 of length 5 does not part into 2 equal pieces/, {}, 2],
    ["Split", [f(5), k(2, 2)], /lengths \[2, 2\] sum to 4, axis 0 has 5/, {}, 2],
    ["Split", [f(5), k(2, 3)], /2 lengths for 3 pieces/, {}, 3],
    ["Slice", [f("N", 5), k(2), k(2 ** 31), k(0)], /which of the N elements along axis 0 lie from 2 to 2147483648 by 1 is not known before the graph runs/],
    ["Slice", [f(5), k(0), k(5), k(0), k(0)], /a step of 0 goes nowhere/],
    ["Slice", [f(5), i64(1), k(5)], /starts must be constant/],
    ["Pad", [f(2, 3), k(1, 1)], /expected 4 pads, got 2/],
    ["Pad", [f(2), k(-2, -1)], /take away more than there is/],
    ["Expand", [f(2, 3), k(2, 4)], /does not broadcast to \[2, 4\]/],
    ["Gather", [f(3, 2), k(0, 3)], /index 3 is outside the 3 elements along axis 0/],
    ["Gather", [f(3, 2), f(2)], /indices must be int64 or int32/],
    ["GatherElements", [f(3, 2), i64(2)], /as many axes as data/],
    ["ScatterND", [f(3, 2), i64(1, 1), f(2, 2)], /updates must be \[1, 2\]/],
    ["ScatterElements", [f(3, 2), i64(1, 2), f(2, 2)], /one shape, with as many axes as data/],
    ["OneHot", [i64("N"), k(3), f(3)], /values must be \[off, on\]/],
    ["ReduceMean", [f("N", 2)], /axis 2 is outside 2 axes/, { axes: ints([2]) }],
    ["LabelEncoder", [f("N")], /there is no op LabelEncoder of the domain ONNX/],
  ])("%s %j is refused: %s", (op, operands, sentence, attributes, outputs) => {
    const error = thrownBy(() => typesOf(op, operands, attributes, outputs));
    expect(error.code).toBe(op === "LabelEncoder" ? "graph.unsupported" : "graph.shape");
    expect(error.message).toMatch(sentence);
  });
});

describe("vectors that hold lengths are seen through", () => {
  const one = int(1);
  it.each<[string, (e: Emitter, x: Value) => Value, Shape | undefined]>([
    ["Shape", (e, x) => e.op("Shape", [x]), ["N", "M", 4]],
    ["a part of Shape", (e, x) => e.op("Shape", [x], { start: one }), ["M", 4]],
    ["Size", (e, x) => e.op("Size", [x]), ["4*M*N"]],
    ["one length", (e, x) => e.gather(e.op("Shape", [x]), e.scalar(-3, "int64"), 0), ["N"]],
    ["a slice", (e, x) => e.slice(e.op("Shape", [x]), [0], [2], [0]), ["N", "M"]],
    ["pieces and constants", (e, x) => e.concat([e.unsqueeze(e.gather(e.op("Shape", [x]), e.scalar(0, "int64"), 0), [0]), e.indices([-1])], 0), ["N", -1]],
    ["a product", (e, x) => e.mul(e.op("Shape", [x], { end: one }), e.indices([4])), ["4*N"]],
    ["a Constant node", (e) => e.op("Constant", [], { value_ints: ints([2, 3]) }), [2, 3]],
    ["a computed number", (e, x) => e.cast(e.reduceSum(x), "int64"), undefined],
  ])("%s", (_, build, lengths) => {
    const e = createEmitter();
    expect(e.graph.shapeBehind(build(e, e.graph.input("x", "float32", ["N", "M", 4])))).toEqual(lengths);
  });
});

describe("gradients along a symbolic axis", () => {
  const cases: readonly [string, readonly Sample[], Build][] = [
    ["Concat of two batches", [any("N", 2), any("N", 2), any(3, 2)], (e, ...x) => e.concat(x, 0)],
    ["Slice backwards", [any("N", 2)], (e, x) => e.slice(x, [-1], [-(2 ** 31)], [0], [-1])],
    ["Slice from the second", [any("N", 2), any(1, 2)], (e, x, y) => e.concat([e.slice(e.concat([x, y], 0), [1], [2 ** 31], [0]), x], 0)],
    ["Slice without the last", [any("N", 2), any(1, 2)], (e, x, y) => e.slice(e.concat([y, x], 0), [0], [-1], [0])],
    ["Pad before", [any("N", 2)], (e, x) => e.op("Pad", [x, e.indices([2, 0, 0, 1])])],
    [
      "Split by the lengths of others",
      [any("N", 2), any("N", 2)],
      (e, x, y) =>
        e.graph.node(
          "Split",
          [e.concat([x, y], 0), e.concat([e.op("Shape", [x], { end: int(1) }), e.op("Shape", [y], { end: int(1) })], 0)],
          {},
          { outputs: 2 },
        ),
    ],
    [
      "Reshape with two symbolic axes",
      [any("N", 2)],
      (e, x) => e.reshape(e.transpose(e.expandLike(e.unsqueeze(x, [1]), e.matMul(e.unsqueeze(x, [2]), e.unsqueeze(x, [1]))), [0, 2, 1]), [-1]),
    ],
  ];
  // Summed, so that the gradient of the gradient is a case like any other.
  const summed =
    (build: Build): Build =>
    (e, ...x) =>
      [build(e, ...x)].flat().map((y) => e.reduceSum(e.square(y)));
  it.each(cases)("%s", (_, inputs, build) => checkGradients({ inputs, build: summed(build), order: 2 }));

  it("of one element of a named axis are refused with a reason", () => {
    const e = createEmitter();
    const x = e.graph.input("x", "float32", ["N", 2]);
    const loss = e.reduceSum(e.slice(x, [-1], [2 ** 31], [0]));
    expect(thrownBy(() => differentiate(e, loss, [x]))).toMatchObject({
      code: "autodiff.unsupported",
      message: expect.stringContaining("along the named axis N") as unknown,
    });
  });

  it("of a value that only lends its shape are zero", async () => {
    const e = createEmitter();
    const [x, y] = [e.graph.input("x", "float32", []), e.graph.input("y", "float32", ["N", 2])];
    const [dx, dy] = differentiate(e, e.reduceSum(e.expandLike(x, y)), [x, y]);
    e.graph.output(dx!, "dx");
    e.graph.output(dy!, "dy");
    const executable = await onnxruntimeEngine.compile(e.graph.build("g"), { device: "cpu", threads: 1 });
    expect(await executable.run({ x: tensor("float32", [1], []), y: tensor("float32", [1, 2], [1, 2]) })).toEqual({
      dx: tensor("float32", [2], []),
      dy: tensor("float32", [0, 0], [1, 2]),
    });
    await executable.dispose();
  });
});

it("a gradient through many repeated indices adds each of them up, whatever the number of threads", async () => {
  const e = createEmitter();
  const [x, i] = [e.graph.input("x", "float32", [4, 64]), e.graph.input("i", "int64", ["K"])];
  const nd = e.graph.input("nd", "int64", ["K", 1]);
  const loss = e.add(e.reduceSum(e.gather(x, i, 0)), e.reduceSum(e.op("GatherND", [x, nd])));
  e.graph.output(differentiate(e, loss, [x])[0]!, "dx");
  const executable = await onnxruntimeEngine.compile(e.graph.build("g"), { device: "cpu", threads: 2 });
  const count = 20_000;
  const indices = Array.from({ length: count }, (_, j) => (j % 3 === 0 ? -1 : j % 2));
  const times = [0, 1, 2, 3].map((row) => 2 * indices.filter((j) => (j + 4) % 4 === row).length);
  for (let run = 0; run < 5; run++) {
    const { dx } = await executable.run({
      x: tensor("float32", new Float32Array(256), [4, 64]),
      i: tensor("int64", indices),
      nd: tensor("int64", indices, [count, 1]),
    });
    expect([...dx!.data]).toEqual(times.flatMap((n) => new Array<number>(64).fill(n)));
  }
  await executable.dispose();
});

it("equal calls give equal files, gradients included, and reading one back finds the same types", () => {
  const build = () => {
    const e = createEmitter();
    const [x, w] = [e.graph.input("x", "float32", ["N", 4, 4]), e.graph.initializer("w", tensor("float32", new Float32Array(32), [16, 2]))];
    const h = e.matMul(e.reshape(x, [-1, 16]), w);
    const loss = e.reduceMean(e.op("ReduceL2", [e.op("Pad", [h, e.indices([0, 1, 0, 0])], { mode: text("constant") })], { axes: ints([1]) }));
    e.graph.output(differentiate(e, loss, [w])[0]!, "dw");
    return e.graph.build("step");
  };
  const [a, b] = [build(), build()].map((graph) => encodeModel(modelOf(graph, { version: "1" })));
  const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");
  expect(sha256(a!)).toBe(sha256(b!));
  const graph = build();
  const read = decodeModel(a!, inferTypes).graph;
  for (const node of graph.nodes) for (const o of node.outputs) expect([o, read.types.get(o)]).toEqual([o, graph.types.get(o)]);
});
