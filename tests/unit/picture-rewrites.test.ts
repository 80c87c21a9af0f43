import { describe, expect, it } from "vitest";
import { differentiate } from "../../src-main/autodiff/differentiate.js";
import { Random } from "../../src-main/base/random.js";
import { parseProject } from "../../src-main/contract/project.js";
import { onnxruntimeEngine } from "../../src-main/engines/onnxruntime/index.js";
import type { Emitter, Unfinished } from "../../src-main/onnx/emitter.js";
import {
  type Attributes,
  type Graph,
  type Shape,
  type TensorData,
  type Value,
  float,
  int,
  ints,
  numbersOf,
  sizeOf,
  tensor,
  text,
} from "../../src-main/onnx/types.js";
import { createEmitter } from "../../src-main/ops/index.js";
import { commonSubexpression } from "../../src-main/rewrites/common-subexpression.js";
import { depthwiseAsProduct } from "../../src-main/rewrites/depthwise-as-product.js";
import { depthwiseGradientByRows } from "../../src-main/rewrites/depthwise-gradient-by-rows.js";
import { foldConstants } from "../../src-main/rewrites/fold-constants.js";
import { foldBatchNorm } from "../../src-main/rewrites/fold-batch-norm.js";
import { rewriteAll, rewriteForward } from "../../src-main/rewrites/index.js";
import { largerOfTwo } from "../../src-main/rewrites/larger-of-two.js";
import { padIntoConv } from "../../src-main/rewrites/pad-into-conv.js";
import { poolBeforeActivation } from "../../src-main/rewrites/pool-before-activation.js";
import { poolByHalves } from "../../src-main/rewrites/pool-by-halves.js";
import { poolByPhases } from "../../src-main/rewrites/pool-by-phases.js";
import { type Rewrite, rewriteGraph, rewriteUnfinished } from "../../src-main/rewrites/rewrite.js";
import { sharedPool } from "../../src-main/rewrites/shared-pool.js";
import { slopeOfClip } from "../../src-main/rewrites/slope-of-clip.js";
import { sumOfProducts } from "../../src-main/rewrites/sum-of-products.js";
import { sumOfUnpooled } from "../../src-main/rewrites/sum-of-unpooled.js";
import { layOut } from "../../src-main/training/network/layout.js";
import { planNetwork } from "../../src-main/training/network/network.js";
import type { TrainingSpec } from "../../src-main/training/network/specification.js";
import { buildStepProgram } from "../../src-main/training/graphs/step-graph.js";
import { benchmarkProject, benchmarkSpec, networkNames } from "../benchmarks/networks.js";
import { evaluate } from "../support/reference-interpreter.js";

/** float64 arithmetic in another order moves the last of 53 bits; sums over some hundred values a few more. */
const TOLERANCE = 1e-11;

const PICTURE: Shape = ["N", 2, 6, 4];
const two = { kernel_shape: ints([2, 2]), strides: ints([2, 2]) };
const counts = (graph: Graph, op: string) => graph.nodes.filter((node) => node.op === op).length;
const resultOf = (graph: Graph, op: string) => graph.nodes.filter((node) => node.op === op).map((node) => graph.types.get(node.outputs[0]!)!.shape);

function graphOf(build: (e: Emitter, x: Value) => Readonly<Record<string, Value>>, shape: Shape = PICTURE): Graph {
  const e = createEmitter();
  for (const [name, value] of Object.entries(build(e, e.graph.input("x", "float32", shape)))) e.graph.output(value, name);
  return e.graph.build("test");
}

async function inOnnxRuntime(graph: Graph, feeds: Readonly<Record<string, TensorData>>): Promise<Readonly<Record<string, readonly number[]>>> {
  const executable = await onnxruntimeEngine.compile(graph, { device: "cpu", threads: 1 });
  const results = await executable.run(feeds);
  await executable.dispose();
  return Object.fromEntries(Object.entries(results).map(([name, data]) => [name, numbersOf(data)]));
}

function feedsFor(graph: Graph, n = 3): Record<string, TensorData> {
  return Object.fromEntries(
    graph.inputs.map(({ name, dtype, shape }) => {
      const dims = shape.map((d) => (typeof d === "string" ? n : d));
      const random = new Random(5, name);
      const draw = () =>
        dtype === "int64"
          ? random.below(3)
          : name.startsWith("slot") || name.includes("scalars") || name.includes("buffers")
            ? random.uniform() + 0.1
            : random.normal();
      return [name, tensor(dtype === "int64" ? "int64" : "float32", Array.from({ length: sizeOf(dims) }, draw), dims)];
    }),
  );
}

function expectUnchanged(before: Graph, after: Graph, feeds = feedsFor(before)): void {
  expect(after.inputs).toEqual(before.inputs);
  expect(after.outputs).toEqual(before.outputs);
  const [old, now] = [evaluate(before, feeds), evaluate(after, feeds)];
  for (const { name } of before.outputs) {
    expect(now[name]?.dims, name).toEqual(old[name]?.dims);
    old[name]?.data.forEach((value, i) =>
      expect(Math.abs((now[name]?.data[i] ?? Number.NaN) - value), `${name}[${i}]`).toBeLessThanOrEqual(TOLERANCE * Math.max(1, Math.abs(value))),
    );
  }
}

interface Forward {
  readonly learns: Readonly<Record<string, Value>>;
  readonly results: Readonly<Record<string, Value>>;
}

/** A forward graph, rewritten before it is differentiated, and the gradients `d…` of Σ results³, with the places of maxima found once. */
function stepOf(build: (e: Emitter) => Forward, ...rewrites: readonly Rewrite[]): Graph {
  const e = createEmitter();
  const { learns, results } = build(e);
  const losses = Object.values(results).map((y) => e.reduceSum(e.mul(y, e.square(y))));
  const prepared = rewrites.reduce<Unfinished>(rewriteUnfinished, {
    e,
    learns: Object.values(learns),
    kept: [losses.reduce((sum, one) => e.add(sum, one)), ...Object.values(results)],
  });
  const [loss, ...kept] = prepared.kept;
  const gradients = differentiate(prepared.e, loss!, prepared.learns);
  Object.keys(results).forEach((name, i) => prepared.e.graph.output(kept[i]!, name));
  Object.keys(learns).forEach((name, i) => prepared.e.graph.output(gradients[i]!, `d${name}`));
  return rewriteGraph(prepared.e.graph.build("step"), sharedPool());
}

/** A pool after an activation. */
const pooled =
  (activation: string, attributes: Attributes = {}, pool: Attributes = two, more: (e: Emitter, y: Value) => Readonly<Record<string, Value>> = () => ({})) =>
  (e: Emitter): Forward => {
    const x = e.graph.input("x", "float32", PICTURE);
    const a = e.op(activation, [x], attributes);
    return { learns: { x }, results: { y: e.op("MaxPool", [a], pool), ...more(e, a) } };
  };

describe("pool before activation", () => {
  it.each([
    ["Elu", {}],
    ["Elu", { alpha: float(0.5) }],
    ["Relu", {}],
    ["Selu", {}],
    ["Sigmoid", {}],
    ["Tanh", {}],
    ["Softplus", {}],
  ] as const)("of %s %j: output and gradient stay, and the activation sees a quarter", (op, attributes) => {
    const [before, after] = [stepOf(pooled(op, attributes)), stepOf(pooled(op, attributes), poolBeforeActivation())];
    expectUnchanged(before, after);
    expect(resultOf(before, op)).toContainEqual(PICTURE);
    expect(resultOf(after, op).every((shape) => shape[2] === 3 && shape[3] === 2)).toBe(true);
    expect(resultOf(after, "Mul").filter((shape) => shape[2] === 6)).toEqual([]);
  });

  it("keeps what float32 makes of it in ONNX Runtime, flat ground and saturation among it", async () => {
    const values = Array.from({ length: 48 }, (_, i) => [0, 0, -0, 1.5, -30, -30, -40, 2, 2, -1, -1, 0][i % 12]!);
    const graphs = [stepOf(pooled("Elu")), rewriteAll(stepOf(pooled("Elu"), poolBeforeActivation()), 32)];
    const [plain, rewritten] = await Promise.all(graphs.map((graph) => inOnnxRuntime(graph, { x: tensor("float32", values, [1, 2, 6, 4]) })));
    for (const name of ["y", "dx"]) plain![name]!.forEach((value, k) => expect(rewritten![name]![k]).toBeCloseTo(value, 6));
  });

  it.each([
    ["somebody else reads the activation", pooled("Elu", {}, two, (e, a) => ({ mean: e.reduceMean(a) }))],
    ["it is a result itself", pooled("Elu", {}, two, (_, a) => ({ a }))],
    ["the activation falls", pooled("Elu", { alpha: float(-1) })],
    ["it is no activation", pooled("Abs")],
    ["two pools read it", pooled("Relu", {}, two, (e, a) => ({ other: e.op("MaxPool", [a], { kernel_shape: ints([3, 1]) }) }))],
  ])("leaves it where it is where %s", (_, build) => {
    const [before, after] = [stepOf(build), stepOf(build, poolBeforeActivation())];
    expectUnchanged(before, after);
    expect(after.nodes.map(({ op }) => op)).toEqual(before.nodes.map(({ op }) => op));
  });

  it("windows may overlap, and there may be another pool", () => {
    const build = (e: Emitter): Forward => {
      const [x, w] = [e.graph.input("x", "float32", PICTURE), e.graph.input("w", "float32", PICTURE)];
      const y = e.op("MaxPool", [e.op("Elu", [x])], { kernel_shape: ints([2, 2]) });
      return { learns: { x, w }, results: { y: e.mul(y, e.op("MaxPool", [e.mul(x, w)], { kernel_shape: ints([2, 2]) })) } };
    };
    const [before, after] = [stepOf(build), stepOf(build, poolBeforeActivation())];
    expectUnchanged(before, after);
    expect(resultOf(after, "Elu")).toEqual([["N", 2, 5, 3]]);
  });

  it("moves an activation that nothing is learnt through", () => {
    const before = graphOf((e, x) => ({ y: e.op("MaxPool", [e.tanh(x)], { kernel_shape: ints([3, 2]) }) }));
    const after = rewriteGraph(before, poolBeforeActivation());
    expectUnchanged(before, after);
    expect(after.nodes.map(({ op }) => op)).toEqual(["MaxPool", "Tanh"]);
  });
});

/** A convolution of a picture that is not learnt, with its kernel and bias, and a pool. */
const convolved =
  (kernel: Shape, attributes: Attributes, pool: Attributes = two, more: (e: Emitter, x: Value, y: Value) => Partial<Forward> = () => ({})) =>
  (e: Emitter): Forward => {
    const x = e.graph.input("x", "float32", PICTURE);
    const [w, b] = [e.graph.input("w", "float32", kernel), e.graph.input("b", "float32", [kernel[0]!])];
    const y = e.op("Conv", [x, w, b], attributes);
    const { learns, results } = more(e, x, y);
    return { learns: { w, b, ...learns }, results: { y: e.op("MaxPool", [y], pool), ...results } };
  };
const around = (...pads: readonly number[]) => ({ pads: ints(pads) });

describe("a pool by phases", () => {
  it.each<[string, Shape, Attributes]>([
    ["3 by 3", [3, 2, 3, 3], around(1, 1, 1, 1)],
    ["5 by 3", [3, 2, 5, 3], around(2, 1, 2, 1)],
    ["padded by auto_pad", [3, 2, 3, 3], { auto_pad: text("SAME_LOWER") }],
    ["with more before than after", [3, 2, 3, 3], around(2, 2, 0, 0)],
    ["with nothing after", [3, 2, 2, 2], around(1, 1, 0, 0)],
    ["dilated", [3, 2, 3, 3], { ...around(2, 2, 2, 2), dilations: ints([2, 2]) }],
    ["in groups", [4, 1, 3, 3], { ...around(1, 1, 1, 1), group: int(2) }],
  ])("of a convolution %s: output and gradients stay, and nobody asks for places", (_, kernel, attributes) => {
    const build = convolved(kernel, attributes);
    const [before, after] = [stepOf(build), rewriteGraph(stepOf(build, poolByPhases()), largerOfTwo())];
    expectUnchanged(before, after);
    expect([counts(before, "MaxPool"), counts(before, "MaxUnpool")]).toEqual([1, 1]);
    expect(["MaxPool", "MaxUnpool", "Where"].map((op) => counts(after, op))).toEqual([0, 0, 0]);
    // Numbers of the whole size are neither made nor read.
    expect(after.nodes.flatMap(({ outputs }) => outputs).filter((name) => after.types.get(name)?.shape.join() === `N,${kernel[0]},6,4`)).toEqual([]);
  });

  it("gives the gradient to the first of equals, as the pool does, in float64 and in ONNX Runtime", async () => {
    const build = convolved([2, 2, 3, 3], around(1, 1, 1, 1));
    const [before, after] = [stepOf(build), stepOf(build, poolByPhases())];
    // Small whole numbers tie often, and every sum of them is exact.
    const feeds = Object.fromEntries(
      before.inputs.map(({ name, dtype, shape }) => {
        const dims = shape.map((d) => (typeof d === "string" ? 8 : d));
        const random = new Random(3, name);
        return [
          name,
          tensor(
            dtype === "int64" ? "int64" : "float32",
            Array.from({ length: sizeOf(dims) }, () => random.below(2)),
            dims,
          ),
        ];
      }),
    );
    const conv = evaluate(
      graphOf((e, x) => ({ y: e.op("Conv", [x, e.constant(feeds["w"]!), e.constant(feeds["b"]!)], around(1, 1, 1, 1)) })),
      { x: feeds["x"]! },
    )["y"]!.data;
    const windows = [...conv].flatMap((v, i) => (i % 8 < 4 && i % 2 === 0 ? [[v, conv[i + 1]!, conv[i + 4]!, conv[i + 5]!]] : []));
    expect(windows.filter((w) => w.filter((v) => v === Math.max(...w)).length > 1).length).toBeGreaterThan(5);
    expectUnchanged(before, rewriteGraph(after, largerOfTwo()), feeds);
    const [plain, rewritten] = await Promise.all([before, rewriteAll(after, 32)].map((graph) => inOnnxRuntime(graph, feeds)));
    expect(rewritten).toEqual(plain);
  });

  it.each<[string, (e: Emitter) => Forward]>([
    [
      "something is learnt before it",
      (e) => {
        const { learns, results } = convolved([2, 2, 3, 3], around(1, 1, 1, 1))(e);
        return { learns: { ...learns, x: e.graph.value("x") }, results };
      },
    ],
    ["it is not learnt itself", (e) => ({ ...convolved([2, 2, 3, 3], around(1, 1, 1, 1))(e), learns: {} })],
    ["it moves by two", convolved([2, 2, 3, 3], { ...around(1, 1, 1, 1), strides: ints([2, 2]) }, { kernel_shape: ints([2, 2]), strides: ints([1, 1]) })],
    ["nothing is added before the picture", convolved([2, 2, 3, 3], {})],
    ["the pool leaves a column out", convolved([2, 2, 3, 2], around(1, 1, 1, 1))],
    ["windows overlap", convolved([2, 2, 3, 3], around(1, 1, 1, 1), { kernel_shape: ints([2, 2]) })],
    ["windows are of three", convolved([2, 2, 3, 3], around(1, 1, 1, 1), { kernel_shape: ints([3, 3]), strides: ints([3, 3]) })],
    ["somebody else reads the convolution", convolved([2, 2, 3, 3], around(1, 1, 1, 1), two, (e, _, y) => ({ results: { mean: e.reduceMean(y) } }))],
  ])("is left alone where %s", (_, build) => {
    const [before, after] = [stepOf(build), stepOf(build, poolByPhases())];
    expectUnchanged(before, after);
    expect(after.nodes.map(({ op }) => op)).toEqual(before.nodes.map(({ op }) => op));
  });
});

/** A pool of what is learnt. */
const halved =
  (shape: Shape, attributes: Attributes) =>
  (e: Emitter): Forward => {
    const x = e.graph.input("x", "float32", shape);
    return { learns: { x }, results: { y: e.op("MaxPool", [x], attributes) } };
  };

describe("a pool by halves", () => {
  const along = (rank: number, more: Attributes = {}) => ({
    kernel_shape: ints(new Array<number>(rank).fill(2)),
    strides: ints(new Array<number>(rank).fill(2)),
    ...more,
  });
  it.each<[string, Shape, Attributes]>([
    ["a picture", PICTURE, two],
    ["a series", ["N", 3, 8], along(1)],
    ["a volume", ["N", 2, 2, 4, 6], along(3)],
    ["a picture, padded by auto_pad where nothing is missing", PICTURE, along(2, { auto_pad: text("SAME_UPPER"), ceil_mode: int(1) })],
  ])("of %s: output and gradient stay, the first of equals has it, and nobody asks for places", async (_, shape, attributes) => {
    const [before, after] = [stepOf(halved(shape, attributes)), rewriteGraph(stepOf(halved(shape, attributes), poolByHalves()), largerOfTwo())];
    expectUnchanged(before, after);
    const dims = shape.map((d) => (typeof d === "string" ? 4 : d));
    const random = new Random(7, "ties");
    const feeds = {
      x: tensor(
        "float32",
        Array.from({ length: sizeOf(dims) }, () => random.below(3)),
        dims,
      ),
    };
    expectUnchanged(before, after, feeds);
    expect(await inOnnxRuntime(rewriteAll(after, 32), feeds)).toEqual(await inOnnxRuntime(before, feeds));
    expect(["MaxPool", "MaxUnpool", "Where"].map((op) => counts(after, op))).toEqual([0, 0, 0]);
  });

  it.each<[string, (e: Emitter) => Forward]>([
    [
      "nothing is learnt through it",
      (e) => {
        const { results } = halved(PICTURE, two)(e);
        return { learns: { k: e.graph.input("k", "float32", []) }, results };
      },
    ],
    ["windows overlap", halved(PICTURE, { kernel_shape: ints([2, 2]) })],
    ["windows are of three", halved(PICTURE, { kernel_shape: ints([3, 2]), strides: ints([3, 2]) })],
    ["a row is excluded", halved(["N", 2, 5, 4], two)],
    ["a row is added", halved(["N", 2, 5, 4], along(2, { ceil_mode: int(1) }))],
    ["rows are added around", halved(PICTURE, along(2, { pads: ints([1, 0, 1, 0]) }))],
  ])("is left alone where %s", (_, build) => {
    const [before, after] = [stepOf(build), stepOf(build, poolByHalves())];
    expectUnchanged(before, after);
    expect(after.nodes.map(({ op }) => op)).toEqual(before.nodes.map(({ op }) => op));
  });
});

describe("the larger of two", () => {
  const by = (yes: (e: Emitter, a: Value, b: Value) => Value, no: (e: Emitter, a: Value, b: Value) => Value) =>
    graphOf((e, a) => {
      const b = e.graph.input("b", "float32", PICTURE);
      const larger = e.op("GreaterOrEqual", [a, b]);
      return { m: e.where(larger, a, b), part: e.where(larger, yes(e, a, b), no(e, a, b)) };
    });
  const zero = (e: Emitter) => e.scalar(0);

  it.each([
    ["of the first", by((_, a) => a, zero)],
    ["of the second", by(zero, (_, __, b) => b)],
  ])("and the part %s are a maximum and a product", (_, before) => {
    const after = rewriteGraph(before, largerOfTwo());
    expectUnchanged(before, after);
    expect([counts(after, "Where"), counts(after, "Max")]).toEqual([0, 1]);
  });

  it.each([
    [
      "chooses something else too",
      by(
        (_, a) => a,
        (e, _, b) => e.neg(b),
      ),
    ],
    [
      "chooses the smaller",
      graphOf((e, a) => {
        const b = e.graph.input("b", "float32", PICTURE);
        return { m: e.where(e.op("GreaterOrEqual", [a, b]), b, a) };
      }),
    ],
    [
      "only masks",
      graphOf((e, a) => {
        const b = e.graph.input("b", "float32", PICTURE);
        return { m: e.where(e.op("GreaterOrEqual", [a, b]), a, e.scalar(0)) };
      }),
    ],
    [
      "is asked for itself",
      graphOf((e, a) => {
        const b = e.graph.input("b", "float32", PICTURE);
        const larger = e.op("GreaterOrEqual", [a, b]);
        return { m: e.where(larger, a, b), larger };
      }),
    ],
  ])("is left alone where the comparison %s", (_, before) => {
    const after = rewriteGraph(before, largerOfTwo());
    expect(after.nodes.map(({ op }) => op)).toEqual(before.nodes.map(({ op }) => op));
  });
});

/** A convolution of a picture that is learnt, with its kernel. */
const learnt =
  (kernel: Shape, attributes: Attributes, shape: Shape = PICTURE, bias = false) =>
  (e: Emitter): Forward => {
    const [x, w] = [e.graph.input("x", "float32", shape), e.graph.input("w", "float32", kernel)];
    const b = bias ? e.graph.input("b", "float32", [kernel[0]!]) : undefined;
    return { learns: { x, w, ...(b && { b }) }, results: { y: e.op("Conv", [x, w, b], attributes) } };
  };

/** Kernels of one channel each, with what their windows do. */
const SINGLE: readonly (readonly [string, Shape, Attributes])[] = [
  ["3 by 3", [2, 1, 3, 3], around(1, 1, 1, 1)],
  ["5 by 3, with more after than before", [2, 1, 5, 3], around(1, 0, 3, 2)],
  ["with a stride", [2, 1, 3, 3], { ...around(0, 0, 1, 1), strides: ints([2, 2]) }],
  ["with another stride along each axis, and rows that no window reaches", [2, 1, 2, 3], { ...around(0, 1, 0, 0), strides: ints([3, 1]) }],
  ["dilated", [2, 1, 3, 2], { ...around(2, 1, 2, 1), dilations: ints([2, 2]) }],
];

describe("a convolution of single channels", () => {
  it.each(SINGLE)("as a product, %s: output and gradients stay, and nothing is convolved", (_, kernel, attributes) => {
    const build = learnt(kernel, { ...attributes, group: int(2) }, PICTURE, true);
    const [before, after] = [stepOf(build), stepOf(build, depthwiseAsProduct())];
    expectUnchanged(before, after);
    expect([counts(after, "Conv"), counts(after, "ConvTranspose")]).toEqual([0, 0]);
  });

  it.each<[string, Shape, Attributes, Shape]>([
    ["a channel makes two", [4, 1, 3, 3], { ...around(1, 1, 1, 1), group: int(2) }, PICTURE],
    ["a group has two channels", [4, 2, 3, 3], { ...around(1, 1, 1, 1), group: int(2) }, ["N", 4, 6, 4]],
    ["the kernel is one number", [2, 1, 1, 1], { group: int(2) }, PICTURE],
    ["the plane is large", [2, 1, 3, 3], { ...around(1, 1, 1, 1), group: int(2) }, ["N", 2, 12, 12]],
  ])("stays where %s", (_, kernel, attributes, shape) => {
    const before = stepOf(learnt(kernel, attributes, shape));
    expect(stepOf(learnt(kernel, attributes, shape), depthwiseAsProduct()).nodes.map(({ op }) => op)).toEqual(before.nodes.map(({ op }) => op));
  });

  it.each(SINGLE)("gives its kernels' gradient by rows, %s", (_, kernel, attributes) => {
    const before = stepOf(learnt(kernel, { ...attributes, group: int(2) }, ["N", 2, 14, 11]));
    const after = rewriteGraph(before, depthwiseGradientByRows());
    expectUnchanged(before, after);
    expect(counts(after, "Conv")).toBe(counts(before, "Conv") - 1);
  });

  it("stays where a run began before it was trained as a product", () => {
    const convolutions = (asOf: number) => {
      const e = createEmitter();
      const { learns, results } = learnt([2, 1, 3, 3], { ...around(1, 1, 1, 1), group: int(2) })(e);
      const prepared = rewriteForward({ e, learns: Object.values(learns), kept: [e.reduceMean(e.square(results["y"]!))] }, { asOf });
      const gradients = differentiate(prepared.e, prepared.kept[0]!, prepared.learns);
      gradients.forEach((gradient, i) => prepared.e.graph.output(gradient, `d${i}`));
      return counts(rewriteAll(prepared.e.graph.build("step"), 32, { asOf }), "Conv");
    };
    expect([convolutions(3), convolutions(4)]).toEqual([3, 0]);
  });

  it("in float32 gives the same in ONNX Runtime, with one sample and with many", async () => {
    const build = learnt([2, 1, 3, 3], { ...around(1, 1, 1, 1), group: int(2) });
    const [plain, product, rows] = [stepOf(build), stepOf(build, depthwiseAsProduct()), rewriteGraph(stepOf(build), depthwiseGradientByRows())];
    for (const n of [1, 9]) {
      const feeds = feedsFor(plain, n);
      const expected = await inOnnxRuntime(plain, feeds);
      for (const graph of [product, rows]) {
        const now = await inOnnxRuntime(graph, feeds);
        // Sums of up to 9 · 24 products of cubes, in another order.
        for (const name of ["y", "dx", "dw"])
          expected[name]!.forEach((value, i) => expect(Math.abs(now[name]![i]! - value)).toBeLessThanOrEqual(1e-4 * Math.max(1, Math.abs(value))));
      }
    }
  });
});

describe("padding that only a convolution reads", () => {
  const padded =
    (pads: readonly number[], more: { readonly value?: number; readonly twice?: boolean } = {}, own: Attributes = {}) =>
    (e: Emitter): Forward => {
      const [x, w] = [e.graph.input("x", "float32", PICTURE), e.graph.input("w", "float32", [3, 2, 3, 3])];
      const value = more.value === undefined ? [] : [e.scalar(more.value)];
      const wide = e.op("Pad", [x, e.indices(pads), ...value]);
      const y = e.op("Conv", [wide, w], own);
      return { learns: { x, w }, results: { y, ...(more.twice ? { sum: e.reduceMean(wide) } : {}) } };
    };

  it.each<[string, readonly number[], Attributes]>([
    ["on one side", [0, 0, 0, 0, 0, 0, 1, 1], { strides: ints([2, 2]) }],
    ["beside the convolution's own", [0, 0, 1, 0, 0, 0, 2, 1], around(1, 0, 0, 1)],
  ])("%s becomes its own", (_, pads, own) => {
    const [before, after] = [stepOf(padded(pads, {}, own)), stepOf(padded(pads, {}, own), padIntoConv())];
    expectUnchanged(before, after);
    expect(counts(after, "Pad")).toBeLessThan(counts(before, "Pad"));
  });

  it.each<[string, ReturnType<typeof padded>]>([
    ["it is not of zeros", padded([0, 0, 0, 0, 0, 0, 1, 1], { value: 1 })],
    ["it cuts off", padded([0, 0, -1, 0, 0, 0, 1, 1])],
    ["somebody else reads it", padded([0, 0, 0, 0, 0, 0, 1, 1], { twice: true })],
    ["the convolution pads by itself", padded([0, 0, 0, 0, 0, 0, 1, 1], {}, { auto_pad: text("SAME_UPPER") })],
  ])("stays where %s", (_, build) => {
    const before = stepOf(build);
    expect(stepOf(build, padIntoConv()).nodes.map(({ op }) => op)).toEqual(before.nodes.map(({ op }) => op));
  });

  it.each<[string, Shape, readonly number[], Attributes]>([
    ["it repeats the edge", PICTURE, [0, 0, 1, 1, 0, 0, 1, 1], { mode: text("edge") }],
    ["it adds channels", ["N", 1, 6, 4], [0, 0, 0, 0, 0, 1, 0, 0], {}],
  ])("stays where %s", (_, shape, pads, attributes) => {
    const graph = graphOf((e, x) => ({ y: e.op("Conv", [e.op("Pad", [x, e.indices(pads)], attributes), e.graph.input("w", "float32", [3, 2, 3, 3])]) }), shape);
    expect(rewriteGraph(graph, padIntoConv())).toBe(graph);
  });
});

describe("a sum over the batch of products", () => {
  const summed = (a: Shape, b: Shape) => graphOf((e, x) => ({ y: e.reduceSum(e.matMul(x, e.graph.input("b", "float32", b)), [0]) }), a);

  it("is one product of what lies side by side", () => {
    const before = summed(["N", 4, 2], ["N", 2, 6]);
    const after = rewriteGraph(before, sumOfProducts());
    expectUnchanged(before, after);
    expect(counts(after, "ReduceSum")).toBe(0);
  });

  it.each<[string, Shape, Shape]>([
    ["the products are the smaller", ["N", 4, 8], ["N", 8, 6]],
    ["all are multiplied by one", ["N", 4, 2], [2, 6]],
  ])("stays where %s", (_, a, b) => {
    const before = summed(a, b);
    expect(rewriteGraph(before, sumOfProducts()).nodes.map(({ op }) => op)).toEqual(before.nodes.map(({ op }) => op));
  });

  it("stays where somebody else reads a product", () => {
    const before = graphOf(
      (e, x) => {
        const product = e.matMul(x, e.graph.input("b", "float32", ["N", 2, 6]));
        return { y: e.reduceSum(product, [0]), product };
      },
      ["N", 4, 2],
    );
    expect(counts(rewriteGraph(before, sumOfProducts()), "ReduceSum")).toBe(1);
  });
});

describe("what Clip lets through of a gradient", () => {
  const clipped =
    (relu: boolean) =>
    (e: Emitter): Forward => {
      const x = e.graph.input("x", "float32", PICTURE);
      return { learns: { x }, results: { y: e.clip(relu ? e.relu(x) : x, relu ? undefined : -0.5, 0.75) } };
    };

  it.each([true, false])("is a product with what is let through (after a Relu: %s)", (relu) => {
    const before = stepOf(clipped(relu));
    const after = rewriteGraph(before, slopeOfClip());
    expectUnchanged(before, after);
    expect([counts(before, "Where"), counts(after, "Where"), counts(after, "And")]).toEqual([1, 0, relu ? 1 : 0]);
    expect(counts(after, "Cast")).toBe(1);
  });

  it("at the bounds is what it was", () => {
    const before = stepOf(clipped(true));
    const values = Array.from({ length: 48 }, (_, i) => [0, -0, 0.75, 0.5, -1, 2][i % 6]!);
    expectUnchanged(before, rewriteGraph(before, slopeOfClip()), { x: tensor("float32", values, [1, 2, 6, 4]) });
  });

  it("stays Where where the condition is another", () => {
    const before = graphOf((e, x) => ({ y: e.where(e.equal(x, e.relu(x)), x, e.scalar(0)) }));
    expect(rewriteGraph(before, slopeOfClip())).toBe(before);
  });
});

describe("other rewrites of pictures", () => {
  it("maxima and their places are found at once, whatever attributes are left at their defaults", () => {
    const before = graphOf((e, x) => {
      const y = e.op("MaxPool", [x], { ...two, dilations: ints([1, 1]), pads: ints([0, 0, 0, 0]) });
      return { y, dx: differentiate(e, e.reduceSum(e.square(y)), [x])[0]! };
    });
    const after = rewriteGraph(before, sharedPool());
    expectUnchanged(before, after);
    expect([counts(before, "MaxPool"), counts(after, "MaxPool")]).toEqual([2, 1]);
  });

  it("pools with other windows stay apart", () => {
    const before = graphOf((e, x) => ({ a: e.op("MaxPool", [x], two), b: e.op("MaxPool", [x], { kernel_shape: ints([2, 2]) }) }));
    expect(counts(rewriteGraph(before, sharedPool()), "MaxPool")).toBe(2);
  });

  it("the gradient of a bias before a pool sums what was pooled", () => {
    const before = graphOf((e, x) => {
      const b = e.graph.input("b", "float32", [2]);
      const y = e.op("MaxPool", [e.op("Conv", [x, e.constant(tensor("float32", [1, 2, 3, 4], [2, 2, 1, 1])), b])], two);
      const [db, dx] = differentiate(e, e.reduceSum(e.square(y)), [b, x]);
      return { db: db!, dx: dx! };
    });
    const after = rewriteGraph(before, sumOfUnpooled());
    expectUnchanged(before, after);
    const summed = (graph: Graph) => graph.nodes.filter(({ op }) => op === "ReduceSum").map(({ inputs }) => graph.types.get(inputs[0]!)!.shape);
    expect(summed(before)).toContainEqual(PICTURE);
    expect(summed(after)).not.toContainEqual(PICTURE);
  });

  it("a sum that leaves an axis of the picture adds up all of it", () => {
    const before = graphOf((e, x) => {
      const y = e.op("MaxPool", [x], two);
      return { rows: e.reduceSum(differentiate(e, e.reduceSum(e.square(y)), [x])[0]!, [3]) };
    });
    const after = rewriteGraph(before, sumOfUnpooled());
    expectUnchanged(before, after);
    expect(after.nodes.map(({ op }) => op)).toEqual(before.nodes.map(({ op }) => op));
  });

  it("what has been computed is not computed again", () => {
    const before = graphOf((e, x) => ({
      y: e.add(e.mul(e.exp(x), e.scalar(2)), e.mul(e.exp(x), e.scalar(2))),
      z: e.softmax(e.exp(x), 1),
      w: e.softmax(e.exp(x), 2),
    }));
    const after = rewriteGraph(before, commonSubexpression());
    expectUnchanged(before, after);
    expect(after.nodes.map(({ op }) => op).sort()).toEqual(["Add", "Exp", "Mul", "Softmax", "Softmax"]);
  });

  it("draws and what writes over its operands are left apart", () => {
    const before = graphOf((e, x) => {
      const norm = () =>
        e.graph.node(
          "BatchNormalization",
          [x, ...[1, 2, 3, 4].map((v) => e.constant(tensor("float32", [v, v])))],
          { training_mode: int(1) },
          { outputs: 3 },
        )[0]!;
      return { y: e.add(norm(), norm()) };
    });
    expect(counts(rewriteGraph(before, commonSubexpression()), "BatchNormalization")).toBe(2);
  });
});

describe("constants", () => {
  const vector = (e: Emitter) => e.constant(tensor("float32", [1, -2, 0.1]));
  /** Nodes that read nothing but constants. */
  const decided = (graph: Graph) => graph.nodes.filter((node) => node.inputs.every((name) => name.includes("const_"))).map(({ op }) => op);

  it("that follow from others are computed once, to the bit as ONNX Runtime computes them", async () => {
    const before = graphOf((e, x) => {
      const v = vector(e);
      const made = [e.neg(v), e.abs(v), e.sqrt(e.abs(v)), e.div(e.scalar(1), v), e.mul(e.shift(v, 0.3), v), e.sub(v, e.scalar(0.7)), e.scale(e.neg(v), 3)];
      return {
        y: e.add(x, e.reduceSum(e.concat(made, 0))),
        ...Object.fromEntries(made.map((value, i) => [`c${i}`, e.reshape(e.unsqueeze(value, [0]), [3, 1])])),
      };
    });
    const after = rewriteGraph(before, foldConstants());
    expect(decided(before).length).toBeGreaterThan(5);
    expect(new Set(decided(after))).toEqual(new Set(["Concat", "Identity"])); // Identity gives an output its name
    const [old, now] = await Promise.all(
      [before, after].map(async (graph) => {
        const executable = await onnxruntimeEngine.compile(graph, { device: "cpu", threads: 1 });
        const results = await executable.run(feedsFor(graph));
        await executable.dispose();
        return results;
      }),
    );
    expect(now).toEqual(old);
  });

  it("are left where their elements would be broadcast, where there are many, and where they are weights", () => {
    const before = graphOf((e, x) => ({
      y: e.add(x, e.reduceSum(e.mul(e.constant(tensor("float32", [1, 2], [2, 1])), vector(e)))),
      z: e.mul(x, e.reduceSum(e.neg(e.constant(tensor("float32", new Float32Array(5000)))))),
      w: e.mul(x, e.reduceSum(e.neg(e.graph.initializer("weight", tensor("float32", [1, 2]))))),
    }));
    expect(
      rewriteGraph(before, foldConstants())
        .nodes.map(({ op }) => op)
        .sort(),
    ).toEqual(before.nodes.map(({ op }) => op).sort());
  });

  it.each(networkNames)("none are left to fold, no node is left that nobody reads, and no bias stands apart, in a step of the network %s", (name) => {
    const graph = rewriteAll(buildStepProgram(benchmarkSpec(name), onnxruntimeEngine, true).graph, 32);
    expect(decided(graph)).toEqual([]);
    const read = new Set([...graph.nodes.flatMap((node) => node.inputs), ...graph.outputs.map((output) => output.name)]);
    expect(graph.nodes.filter((node) => !node.outputs.some((output) => read.has(output)))).toEqual([]);
    const products = new Set(graph.nodes.filter(({ op, inputs }) => (op === "Conv" || op === "Gemm") && inputs.length < 3).flatMap((node) => node.outputs));
    const rank = (value: string) => graph.types.get(value)?.shape.filter((d) => d !== 1).length;
    expect(
      graph.nodes.filter(({ op, inputs: [a = "", b = ""] }) => op === "Add" && ((products.has(a) && rank(b) === 1) || (products.has(b) && rank(a) === 1))),
    ).toEqual([]);
  });
});

describe("batch norm folded into what comes before it", () => {
  const stored = (e: Emitter, name: string, shape: readonly number[], from = 0.2) =>
    e.graph.initializer(
      name,
      tensor(
        "float32",
        Array.from({ length: sizeOf(shape) }, (_, i) => from + Math.sin(3 * i + shape.length)),
        shape,
      ),
    );
  const statistics = (e: Emitter, of: string, n: number) => [
    stored(e, `${of}.scale`, [n]),
    stored(e, `${of}.shift`, [n]),
    stored(e, `${of}.mean`, [n]),
    stored(e, `${of}.var`, [n], 1.5),
  ];
  const norm = (e: Emitter, x: Value, n: number, of = "norm") => e.op("BatchNormalization", [x, ...statistics(e, of, n)], { epsilon: float(1e-3) });

  // The folded weights are rounded to float32 once more.
  function expectNear(before: Graph, after: Graph): void {
    const feeds = feedsFor(before);
    const [old, now] = [evaluate(before, feeds), evaluate(after, feeds)];
    old["y"]!.data.forEach((value, i) => expect(Math.abs(now["y"]!.data[i]! - value)).toBeLessThan(1e-6 * Math.max(1, Math.abs(value))));
  }

  it.each<[string, (e: Emitter, x: Value) => Value, Shape]>([
    ["a convolution", (e, x) => norm(e, e.op("Conv", [x, stored(e, "conv.weight", [3, 2, 3, 3]), stored(e, "conv.bias", [3])]), 3), PICTURE],
    ["a convolution without bias, in groups", (e, x) => norm(e, e.op("Conv", [x, stored(e, "conv.weight", [4, 1, 2, 1])], { group: int(2) }), 4), PICTURE],
    ["a Linear", (e, x) => norm(e, e.gemm(x, stored(e, "fc.weight", [3, 5]), stored(e, "fc.bias", [3]), { transB: true }), 3), ["N", 5]],
  ])("after %s", (_, build, shape) => {
    const before = graphOf((e, x) => ({ y: build(e, x) }), shape);
    const after = rewriteGraph(before, foldBatchNorm(["Conv", "Gemm"]));
    expectNear(before, after);
    expect([counts(before, "BatchNormalization"), counts(after, "BatchNormalization")]).toEqual([1, 0]);
    expect([...after.initializers.keys()].every((name) => name.endsWith(".folded"))).toBe(true);
  });

  it("is left after what it shall not be folded into", () => {
    const before = graphOf((e, x) => ({ y: norm(e, e.gemm(x, stored(e, "fc.weight", [3, 5]), undefined, { transB: true }), 3) }), ["N", 5]);
    expect(counts(rewriteGraph(before, foldBatchNorm(["Conv"])), "BatchNormalization")).toBe(1);
  });

  it("one weight under two norms becomes two", () => {
    const before = graphOf((e, x) => {
      const w = stored(e, "conv.weight", [2, 2, 1, 1]);
      return { y: norm(e, e.op("Conv", [norm(e, e.op("Conv", [x, w]), 2, "first"), w]), 2, "second") };
    });
    const after = rewriteGraph(before, foldBatchNorm(["Conv", "Gemm"]));
    expectNear(before, after);
    expect(counts(after, "BatchNormalization")).toBe(0);
  });

  it.each<[string, (e: Emitter, x: Value) => Readonly<Record<string, Value>>]>([
    [
      "others read what is normalised",
      (e, x) => {
        const z = e.op("Conv", [x, stored(e, "conv.weight", [2, 2, 1, 1])]);
        return { y: norm(e, z, 2), z };
      },
    ],
    ["there is nothing to fold into", (e, x) => ({ y: norm(e, e.relu(x), 2) })],
    ["weights are not stored", (e, x) => ({ y: norm(e, e.op("Conv", [x, e.graph.input("w", "float32", [2, 2, 1, 1])]), 2) })],
  ])("stays where %s", (_, build) => {
    const before = graphOf(build);
    const after = rewriteGraph(before, foldBatchNorm(["Conv", "Gemm"]));
    expectUnchanged(before, after);
    expect(counts(after, "BatchNormalization")).toBe(1);
  });
});

type Layers = ReturnType<typeof benchmarkProject>["model"]["layers"];

function specOf(layers: Layers, [channels, ...lengths]: readonly number[]): TrainingSpec {
  const project = parseProject({ ...benchmarkProject("cnn"), model: { layers, outputs: [{ target: "y", from: "last" }] } });
  const inputs = new Map([["x", { dtype: "float32" as const, shape: ["N", channels!, ...lengths] as Shape }]]);
  const plan = planNetwork(project.model, ["x"], new Map([["y", 3]]));
  return { plan, layout: layOut(plan, inputs), inputs, targets: [{ name: "y", kind: "category", width: 3 }], training: project.training, balanced: new Map() };
}

const conv = (id: string, outChannels: number, more: Readonly<Record<string, unknown>> = {}) => ({
  id,
  type: "Conv2d",
  outChannels,
  kernelSize: 3,
  padding: 1,
  ...more,
});

/** The forward graph is differentiated as layers and losses write it. */
const asWritten = { ...onnxruntimeEngine, prepare: (forward: Unfinished) => forward };

describe("a whole training step of a network for pictures stays as it was", () => {
  it.each<[string, Layers, readonly number[]]>([
    [
      "the two-block CNN, narrow",
      [
        conv("c1", 3),
        { id: "a1", type: "ELU" },
        { id: "p1", type: "MaxPool2d", kernelSize: 2 },
        conv("c2", 4),
        { id: "a2", type: "ELU" },
        { id: "p2", type: "MaxPool2d", kernelSize: 2 },
        { id: "f", type: "Flatten" },
        { id: "last", type: "Linear", outFeatures: 3 },
      ],
      [2, 8, 4],
    ],
    [
      "a residual block with a pool that overlaps",
      [
        conv("c1", 4, { stride: 2, bias: false }),
        { id: "n1", type: "BatchNorm2d" },
        { id: "a1", type: "ReLU" },
        { id: "p1", type: "MaxPool2d", kernelSize: 3, stride: 2, padding: 1 },
        conv("c2", 4, { bias: false }),
        { id: "n2", type: "BatchNorm2d" },
        { id: "sum", type: "Add", from: ["n2", "p1"] },
        { id: "a2", type: "ReLU" },
        { id: "m", type: "AdaptiveAvgPool2d" },
        { id: "f", type: "Flatten" },
        { id: "last", type: "Linear", outFeatures: 3 },
      ],
      [1, 9, 8],
    ],
    [
      "depthwise, gated, with dropped channels",
      [
        conv("c1", 4),
        { id: "a1", type: "HardSwish" },
        conv("c2", 4, { groups: 4 }),
        { id: "a2", type: "ReLU6" },
        { id: "m", type: "AdaptiveAvgPool2d" },
        conv("g1", 4, { kernelSize: 1, padding: 0 }),
        { id: "g2", type: "HardSigmoid" },
        { id: "gated", type: "Mul", from: ["a2", "g2"] },
        { id: "d", type: "Dropout2d", p: 0.3 },
        { id: "q", type: "AvgPool2d", kernelSize: 2 },
        { id: "f", type: "Flatten" },
        { id: "last", type: "Linear", outFeatures: 3 },
      ],
      [2, 4, 4],
    ],
  ])("%s", (_, layers, shape) => {
    for (const diagnose of [false, true]) {
      const plain = buildStepProgram(specOf(layers, shape), asWritten, diagnose).graph;
      const prepared = buildStepProgram(specOf(layers, shape), onnxruntimeEngine, diagnose).graph;
      const feeds = feedsFor(plain);
      expectUnchanged(plain, prepared, feeds);
      expectUnchanged(plain, rewriteAll(prepared, 32), feeds);
    }
  });
});
