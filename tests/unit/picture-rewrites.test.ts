import { describe, expect, it } from "vitest";
import { differentiate } from "../../src-main/autodiff/differentiate.js";
import { Random } from "../../src-main/base/random.js";
import { parseProject } from "../../src-main/contract/project.js";
import { onnxruntimeEngine } from "../../src-main/engines/onnxruntime/index.js";
import type { Emitter } from "../../src-main/onnx/emitter.js";
import { type Attributes, type Graph, type Shape, type TensorData, type Value, float, int, ints, numbersOf, sizeOf, tensor } from "../../src-main/onnx/types.js";
import { createEmitter } from "../../src-main/ops/index.js";
import { commonSubexpression } from "../../src-main/rewrites/common-subexpression.js";
import { foldConstants } from "../../src-main/rewrites/fold-constants.js";
import { foldBatchNorm } from "../../src-main/rewrites/fold-batch-norm.js";
import { rewriteAll } from "../../src-main/rewrites/index.js";
import { poolBeforeActivation } from "../../src-main/rewrites/pool-before-activation.js";
import { rewriteGraph } from "../../src-main/rewrites/rewrite.js";
import { sharedPool } from "../../src-main/rewrites/shared-pool.js";
import { sumOfUnpooled } from "../../src-main/rewrites/sum-of-unpooled.js";
import { layOut } from "../../src-main/training/layout.js";
import { planNetwork } from "../../src-main/training/network.js";
import type { TrainingSpec } from "../../src-main/training/specification.js";
import { buildStepProgram } from "../../src-main/training/step-graph.js";
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

function feedsFor(graph: Graph, n = 3): Record<string, TensorData> {
  return Object.fromEntries(graph.inputs.map(({ name, dtype, shape }) => {
    const dims = shape.map((d) => (typeof d === "string" ? n : d));
    const random = new Random(5, name);
    const draw = () => (dtype === "int64" ? random.below(3) : name.startsWith("slot") || name.includes("scalars") || name.includes("buffers") ? random.uniform() + 0.1 : random.normal());
    return [name, tensor(dtype === "int64" ? "int64" : "float32", Array.from({ length: sizeOf(dims) }, draw), dims)];
  }));
}

function expectUnchanged(before: Graph, after: Graph, feeds = feedsFor(before)): void {
  expect(after.inputs).toEqual(before.inputs);
  expect(after.outputs).toEqual(before.outputs);
  const [old, now] = [evaluate(before, feeds), evaluate(after, feeds)];
  for (const { name } of before.outputs) {
    expect(now[name]?.dims, name).toEqual(old[name]?.dims);
    old[name]?.data.forEach((value, i) => expect(Math.abs((now[name]?.data[i] ?? Number.NaN) - value), `${name}[${i}]`).toBeLessThanOrEqual(TOLERANCE * Math.max(1, Math.abs(value))));
  }
}

/** A pool after an activation, and its gradient, as a training step has them. */
const pooledStep = (activation: string, attributes: Attributes = {}, pool: Attributes = two, more: (e: Emitter, y: Value) => Readonly<Record<string, Value>> = () => ({})) =>
  graphOf((e, x) => {
    const a = e.op(activation, [x], attributes);
    const y = e.op("MaxPool", [a], pool);
    return { y, dx: differentiate(e, e.reduceSum(e.mul(y, e.square(y))), [x])[0]!, ...more(e, a) };
  });
const pooled = (graph: Graph) => rewriteGraph(rewriteGraph(graph, sharedPool()), poolBeforeActivation());

describe("pool before activation", () => {
  it.each([
    ["Elu", {}], ["Elu", { alpha: float(0.5) }], ["Relu", {}], ["Selu", {}], ["Sigmoid", {}], ["Tanh", {}], ["Softplus", {}],
  ] as const)("of %s %j: output and gradient stay, and the activation sees a quarter", (op, attributes) => {
    const before = pooledStep(op, attributes);
    const after = pooled(before);
    expectUnchanged(before, after);
    expect(resultOf(before, op)).toContainEqual(PICTURE);
    expect(resultOf(after, op).every((shape) => shape[2] === 3 && shape[3] === 2)).toBe(true);
    expect(resultOf(after, "Mul").filter((shape) => shape[2] === 6)).toEqual([]);
  });

  it("keeps what float32 makes of it in ONNX Runtime, flat ground and saturation among it", async () => {
    const before = pooledStep("Elu");
    const values = Array.from({ length: 48 }, (_, i) => [0, 0, -0, 1.5, -30, -30, -40, 2, 2, -1, -1, 0][i % 12]!);
    const [plain, rewritten] = await Promise.all([before, rewriteAll(before, 32)].map(async (graph) => {
      const executable = await onnxruntimeEngine.compile(graph, { device: "cpu", threads: 1 });
      const { y, dx } = await executable.run({ x: tensor("float32", values, [1, 2, 6, 4]) });
      await executable.dispose();
      return [numbersOf(y!), numbersOf(dx!)] as const;
    }));
    for (const i of [0, 1] as const) plain![i].forEach((value, k) => expect(rewritten![i][k]).toBeCloseTo(value, 6));
  });

  it.each([
    ["somebody else reads the activation", pooledStep("Elu", {}, two, (e, a) => ({ mean: e.reduceMean(a) }))],
    ["the activation falls", pooledStep("Elu", { alpha: float(-1) })],
    ["it is no activation", pooledStep("Abs")],
    ["windows overlap, whose gradient is not written by MaxUnpool", pooledStep("Elu", {}, { kernel_shape: ints([2, 2]) })],
    ["two pools read it", pooledStep("Relu", {}, two, (e, a) => ({ other: e.op("MaxPool", [a], { kernel_shape: ints([3, 1]) }) }))],
  ])("leaves it where it is where %s", (_, before) => {
    const after = pooled(before);
    expectUnchanged(before, after);
    expect(resultOf(after, "MaxPool")).toEqual(resultOf(rewriteGraph(before, sharedPool()), "MaxPool"));
    expect(after.nodes.find((node) => node.op === "MaxPool")!.inputs).not.toEqual(["x"]);
  });

  it("keeps apart what belongs to another pool", () => {
    const before = graphOf((e, x) => {
      const y = e.op("MaxPool", [e.op("Elu", [x])], two);
      const w = e.graph.input("w", "float32", PICTURE);
      const other = e.op("MaxPool", [e.mul(x, w)], two);
      const [dx, dw] = differentiate(e, e.reduceSum(e.mul(e.square(y), other)), [x, w]);
      return { dx: dx!, dw: dw! };
    });
    const after = pooled(before);
    expectUnchanged(before, after);
    expect(resultOf(after, "Elu")).toEqual([["N", 2, 3, 2]]);
  });

  it("moves an activation that nothing is learnt through", () => {
    const before = graphOf((e, x) => ({ y: e.op("MaxPool", [e.tanh(x)], { kernel_shape: ints([3, 2]) }) }));
    const after = pooled(before);
    expectUnchanged(before, after);
    expect(after.nodes.map(({ op }) => op)).toEqual(["MaxPool", "Tanh"]);
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
    const before = graphOf((e, x) => ({ y: e.add(e.mul(e.exp(x), e.scalar(2)), e.mul(e.exp(x), e.scalar(2))), z: e.softmax(e.exp(x), 1), w: e.softmax(e.exp(x), 2) }));
    const after = rewriteGraph(before, commonSubexpression());
    expectUnchanged(before, after);
    expect(after.nodes.map(({ op }) => op).sort()).toEqual(["Add", "Exp", "Mul", "Softmax", "Softmax"]);
  });

  it("draws and what writes over its operands are left apart", () => {
    const before = graphOf((e, x) => {
      const norm = () => e.graph.node("BatchNormalization", [x, ...[1, 2, 3, 4].map((v) => e.constant(tensor("float32", [v, v])))], { training_mode: int(1) }, { outputs: 3 })[0]!;
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
      return { y: e.add(x, e.reduceSum(e.concat(made, 0))), ...Object.fromEntries(made.map((value, i) => [`c${i}`, e.reshape(e.unsqueeze(value, [0]), [3, 1])])) };
    });
    const after = rewriteGraph(before, foldConstants());
    expect(decided(before).length).toBeGreaterThan(5);
    expect(new Set(decided(after))).toEqual(new Set(["Concat", "Identity"])); // Identity gives an output its name
    const [old, now] = await Promise.all([before, after].map(async (graph) => {
      const executable = await onnxruntimeEngine.compile(graph, { device: "cpu", threads: 1 });
      const results = await executable.run(feedsFor(graph));
      await executable.dispose();
      return results;
    }));
    expect(now).toEqual(old);
  });

  it("are left where their elements would be broadcast, where there are many, and where they are weights", () => {
    const before = graphOf((e, x) => ({
      y: e.add(x, e.reduceSum(e.mul(e.constant(tensor("float32", [1, 2], [2, 1])), vector(e)))),
      z: e.mul(x, e.reduceSum(e.neg(e.constant(tensor("float32", new Float32Array(5000)))))),
      w: e.mul(x, e.reduceSum(e.neg(e.graph.initializer("weight", tensor("float32", [1, 2]))))),
    }));
    expect(rewriteGraph(before, foldConstants()).nodes.map(({ op }) => op).sort()).toEqual(before.nodes.map(({ op }) => op).sort());
  });

  it.each(networkNames)("none are left to fold, no node is left that nobody reads, and no bias stands apart, in a step of the network %s", (name) => {
    const graph = rewriteAll(buildStepProgram(benchmarkSpec(name), onnxruntimeEngine, true).graph, 32);
    expect(decided(graph)).toEqual([]);
    const read = new Set([...graph.nodes.flatMap((node) => node.inputs), ...graph.outputs.map((output) => output.name)]);
    expect(graph.nodes.filter((node) => !node.outputs.some((output) => read.has(output)))).toEqual([]);
    const products = new Set(graph.nodes.filter(({ op, inputs }) => (op === "Conv" || op === "Gemm") && inputs.length < 3).flatMap((node) => node.outputs));
    const rank = (value: string) => graph.types.get(value)?.shape.filter((d) => d !== 1).length;
    expect(graph.nodes.filter(({ op, inputs: [a = "", b = ""] }) => op === "Add" && ((products.has(a) && rank(b) === 1) || (products.has(b) && rank(a) === 1)))).toEqual([]);
  });
});

describe("batch norm folded into what comes before it", () => {
  const stored = (e: Emitter, name: string, shape: readonly number[], from = 0.2) => e.graph.initializer(name, tensor("float32", Array.from({ length: sizeOf(shape) }, (_, i) => from + Math.sin(3 * i + shape.length)), shape));
  const statistics = (e: Emitter, of: string, n: number) => [stored(e, `${of}.scale`, [n]), stored(e, `${of}.shift`, [n]), stored(e, `${of}.mean`, [n]), stored(e, `${of}.var`, [n], 1.5)];
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
    ["others read what is normalised", (e, x) => {
      const z = e.op("Conv", [x, stored(e, "conv.weight", [2, 2, 1, 1])]);
      return { y: norm(e, z, 2), z };
    }],
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
  return { plan, layout: layOut(plan, inputs), inputs, targets: [{ name: "y", kind: "category", width: 3 }], training: project.training, classWeights: new Map() };
}

const conv = (id: string, outChannels: number, more: Readonly<Record<string, unknown>> = {}) => ({ id, type: "Conv2d", outChannels, kernelSize: 3, padding: 1, ...more });

describe("a whole training step of a network for pictures stays as it was", () => {
  it.each<[string, Layers, readonly number[]]>([
    ["the two-block CNN, narrow", [
      conv("c1", 3), { id: "a1", type: "ELU" }, { id: "p1", type: "MaxPool2d", kernelSize: 2 }, conv("c2", 4), { id: "a2", type: "ELU" }, { id: "p2", type: "MaxPool2d", kernelSize: 2 },
      { id: "f", type: "Flatten" }, { id: "last", type: "Linear", outFeatures: 3 },
    ], [2, 8, 4]],
    ["a residual block with a pool that overlaps", [
      conv("c1", 4, { stride: 2, bias: false }), { id: "n1", type: "BatchNorm2d" }, { id: "a1", type: "ReLU" }, { id: "p1", type: "MaxPool2d", kernelSize: 3, stride: 2, padding: 1 },
      conv("c2", 4, { bias: false }), { id: "n2", type: "BatchNorm2d" }, { id: "sum", type: "Add", from: ["n2", "p1"] }, { id: "a2", type: "ReLU" },
      { id: "m", type: "AdaptiveAvgPool2d" }, { id: "f", type: "Flatten" }, { id: "last", type: "Linear", outFeatures: 3 },
    ], [1, 9, 8]],
    ["depthwise, gated, with dropped channels", [
      conv("c1", 4), { id: "a1", type: "HardSwish" }, conv("c2", 4, { groups: 4 }), { id: "a2", type: "ReLU6" }, { id: "m", type: "AdaptiveAvgPool2d" }, conv("g1", 4, { kernelSize: 1, padding: 0 }), { id: "g2", type: "HardSigmoid" },
      { id: "gated", type: "Mul", from: ["a2", "g2"] }, { id: "d", type: "Dropout2d", p: 0.3 }, { id: "q", type: "AvgPool2d", kernelSize: 2 }, { id: "f", type: "Flatten" }, { id: "last", type: "Linear", outFeatures: 3 },
    ], [2, 4, 4]],
  ])("%s", (_, layers, shape) => {
    for (const diagnose of [false, true]) {
      const { graph } = buildStepProgram(specOf(layers, shape), onnxruntimeEngine, diagnose);
      expectUnchanged(graph, rewriteAll(graph, 32));
    }
  });
});
