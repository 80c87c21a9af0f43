import { describe, expect, it } from "vitest";
import { differentiate } from "../../src-main/autodiff/differentiate.js";
import { Random } from "../../src-main/base/random.js";
import { parseProject } from "../../src-main/contract/project.js";
import { onnxruntimeEngine } from "../../src-main/engines/onnxruntime/index.js";
import type { Emitter } from "../../src-main/onnx/emitter.js";
import { type Graph, type TensorData, type Value, float, int, sizeOf, tensor } from "../../src-main/onnx/types.js";
import { createEmitter } from "../../src-main/ops/index.js";
import { commonFactor } from "../../src-main/rewrites/common-factor.js";
import { eluByExp } from "../../src-main/rewrites/elu-by-exp.js";
import { expandBatchNormalization } from "../../src-main/rewrites/expand-batch-normalization.js";
import { featureMajor } from "../../src-main/rewrites/feature-major.js";
import { rewriteAll } from "../../src-main/rewrites/index.js";
import { type Rewrite, copyInto, rewriteGraph } from "../../src-main/rewrites/rewrite.js";
import { sharedBatchLength } from "../../src-main/rewrites/shared-batch-length.js";
import { skipExpand } from "../../src-main/rewrites/skip-expand.js";
import { layOut } from "../../src-main/training/network/layout.js";
import { planNetwork } from "../../src-main/training/network/network.js";
import type { TrainingSpec } from "../../src-main/training/network/specification.js";
import { buildStepProgram } from "../../src-main/training/graphs/step-graph.js";
import { benchmarkProject, benchmarkSpec } from "../benchmarks/networks.js";
import { evaluate } from "../support/reference-interpreter.js";

/** float64 arithmetic in another order moves the last of 53 bits; sums over a few dozen values a few more. */
const TOLERANCE = 1e-12;

function graphOf(build: (e: Emitter, x: Value) => Readonly<Record<string, Value>>): Graph {
  const e = createEmitter();
  for (const [name, value] of Object.entries(build(e, e.graph.input("x", "float32", ["N", 4])))) e.graph.output(value, name);
  return e.graph.build("test");
}

/** Values for every input of a graph, with N = 5. */
function feedsFor(graph: Graph): Record<string, TensorData> {
  return Object.fromEntries(
    graph.inputs.map(({ name, dtype, shape }) => {
      const dims = shape.map((d) => (typeof d === "string" ? 5 : d));
      const random = new Random(3, name);
      const draw = () =>
        dtype === "int64" ? random.below(10) : name.startsWith("slot") || name.includes("scalars") ? random.uniform() + 0.1 : random.normal();
      return [name, tensor(dtype === "int64" ? "int64" : "float32", Array.from({ length: sizeOf(dims) }, draw), dims)];
    }),
  );
}

function expectUnchanged(before: Graph, after: Graph): void {
  expect(after.inputs).toEqual(before.inputs);
  expect(after.outputs).toEqual(before.outputs);
  const feeds = feedsFor(before);
  const [old, now] = [evaluate(before, feeds), evaluate(after, feeds)];
  for (const { name } of before.outputs) {
    expect(now[name]?.dims, name).toEqual(old[name]?.dims);
    old[name]?.data.forEach((value, i) =>
      expect(Math.abs((now[name]?.data[i] ?? Number.NaN) - value), name).toBeLessThanOrEqual(TOLERANCE * Math.max(1, Math.abs(value))),
    );
  }
}

const counts = (graph: Graph, op: string) => graph.nodes.filter((node) => node.op === op).length;

const normalized = (momentum: number) =>
  graphOf((e, x) => {
    const row = (value: number) => e.constant(tensor("float32", [value, 1, 2, 3]));
    const [y, mean, variance] = e.graph.node(
      "BatchNormalization",
      [x, row(2), row(-1), row(0.5), row(4)],
      { training_mode: int(1), momentum: float(momentum), epsilon: float(1e-3) },
      { outputs: 3 },
    );
    return { y: y!, mean: mean!, variance: variance! };
  });

/** Elu and its gradient, as a training step has them. */
const eluStep = (alpha: number) =>
  graphOf((e, x) => {
    const y = e.op("Elu", [x], { alpha: float(alpha) });
    return { y, dx: differentiate(e, e.reduceMean(e.square(y)), [x])[0]! };
  });

const matrix = (e: Emitter, rows: number, columns: number) =>
  e.constant(
    tensor(
      "float32",
      Array.from({ length: rows * columns }, (_, i) => Math.sin(i + rows)),
      [rows, columns],
    ),
  );

/** Between two Gemms, `inside` may have another layout. */
const between = (inside: (e: Emitter, z: Value, x: Value) => Value, width = 4) =>
  graphOf((e, x) => {
    const z = e.gemm(
      x,
      matrix(e, 4, width),
      e.constant(
        tensor(
          "float32",
          Array.from({ length: width }, (_, i) => i / 8),
        ),
      ),
    );
    return { y: e.gemm(inside(e, z, x), matrix(e, 2, width), undefined, { transB: true }) };
  });
const row = (e: Emitter, ...values: number[]) => e.constant(tensor("float32", values));
/** Results of nodes that lie as [N, C]. */
const batchFirst = ({ nodes, types }: Graph) =>
  nodes
    .flatMap((node) => node.outputs)
    .filter((name) => {
      const { shape } = types.get(name)!;
      return shape.length === 2 && typeof shape[0] === "string" && shape[1] !== 1;
    });

const cases: readonly (readonly [name: string, rewrite: Rewrite, graph: Graph, gone: string])[] = [
  ["batch norm that keeps nothing of the past", expandBatchNormalization, normalized(0), "BatchNormalization"],
  ["batch norm with momentum", expandBatchNormalization, normalized(0.875), "BatchNormalization"],
  ["an expanded scalar on the left of a product", skipExpand(), graphOf((e, x) => ({ y: e.mul(e.expandLike(e.reduceMean(x), x), x) })), "Expand"],
  ["an expanded row on the right of a difference", skipExpand(), graphOf((e, x) => ({ y: e.sub(x, e.expandLike(e.reduceMean(x, [0]), x)) })), "Expand"],
  ["an expanded value that is negated first", skipExpand(), graphOf((e, x) => ({ y: e.div(e.neg(e.expandLike(e.reduceMean(x, [1], true), x)), x) })), "Expand"],
  ["the slope of Elu", eluByExp(), eluStep(1), "Elu"],
  [
    "-k·a + k·b",
    commonFactor(),
    graphOf((e, x) => {
      const k = e.reduceMean(x);
      return { y: e.add(e.mul(e.neg(k), x), e.mul(k, e.exp(x))) };
    }),
    "Neg",
  ],
  [
    "k·a - -k·b",
    commonFactor(),
    graphOf((e, x) => {
      const k = e.reduceMean(x, [0, 1], true);
      return { y: e.sub(e.mul(x, k), e.mul(e.neg(k), e.exp(x))) };
    }),
    "Neg",
  ],
];

/** What lies between Gemms and can be turned. */
const turned: readonly (readonly [name: string, graph: Graph])[] = [
  ["a row on either side", between((e, z) => e.sub(row(e, 1, 2, 3, 4), e.mul(z, row(e, 4, 3, 2, 1))))],
  ["a row of shape [1, C]", between((e, z) => e.add(e.mul(z, matrix(e, 1, 4)), matrix(e, 1, 4)))],
  [
    "what is made of reductions over the batch",
    between((e, z) => {
      const deviation = e.sqrt(e.shift(e.reduceMean(e.square(z), [0]), 1));
      return e.div(e.sub(z, e.reduceMax(z, [0], true)), e.div(row(e, 1, 2, 3, 4), e.add(deviation, e.reduceSum(z, [0]))));
    }),
  ],
  ["a sum over everything", between((e, z) => e.mul(e.sub(z, e.reduceMean(z, [-2])), e.reduceSum(z)))],
  [
    "truth values",
    between((e, z) => e.where(e.greater(z, row(e, 0, 1, 0, 1)), e.relu(z), e.mul(row(e, 1, 2, 3, 4), e.cast(e.less(z, e.scalar(-1)), "float32")))),
  ],
  ["a reduction that others read as a row", between((e, z) => e.add(z, e.softmax(e.reduceMean(z, [0], true), 1)))],
];
const left: readonly (readonly [name: string, graph: Graph])[] = [
  ["an operator on rows", between((e, z) => e.mul(e.softmax(z, 1), row(e, 1, 2, 3, 4)))],
  ["a reduction over features", between((e, z) => e.add(e.sub(z, e.reduceMean(z, [1], true)), row(e, 1, 2, 3, 4)))],
  ["an input that lies as it lies", between((e, z, x) => e.mul(e.add(z, row(e, 1, 2, 3, 4)), x))],
  ["too little to gain", between((e, z) => e.mul(e.relu(z), row(e, 1, 2, 3, 4)))],
  ["many features", between((e, z) => e.add(e.mul(z, matrix(e, 1, 200)), matrix(e, 1, 200)), 200)],
  ["a result of the graph", graphOf((e, x) => ({ y: e.sub(e.mul(e.gemm(x, matrix(e, 4, 4)), row(e, 1, 2, 3, 4)), row(e, 4, 3, 2, 1)) }))],
];

const linear = (id: string, outFeatures: number) => ({ id, type: "Linear", outFeatures });
const norm = (id: string) => ({ id, type: "BatchNorm1d" });
type Layers = ReturnType<typeof benchmarkProject>["model"]["layers"];
const networks: readonly (readonly [name: string, layers: Layers])[] = [
  [
    "ReLU and Tanh after batch norm",
    [linear("a", 6), norm("n"), { id: "b", type: "ReLU" }, linear("c", 5), norm("m"), { id: "d", type: "Tanh" }, linear("last", 1)],
  ],
  ["batch norm at both ends", [norm("a"), linear("b", 7), norm("c"), { id: "d", type: "LeakyReLU" }, linear("e", 1), norm("last")]],
  [
    "batch norm before dropout",
    [
      linear("a", 6),
      norm("b"),
      { id: "c", type: "GELU" },
      { id: "d", type: "Dropout", p: 0.25 },
      linear("e", 3),
      norm("n"),
      { id: "f", type: "ELU", alpha: 0.5 },
      linear("last", 1),
    ],
  ],
  [
    "layer norm and softmax among them",
    [
      linear("a", 6),
      { id: "b", type: "LayerNorm" },
      linear("c", 5),
      norm("d"),
      { id: "e", type: "Softmax" },
      linear("f", 140),
      norm("g"),
      { id: "h", type: "SELU" },
      linear("i", 5),
      norm("j"),
      { id: "k", type: "ELU" },
      linear("last", 1),
    ],
  ],
];

function specOf(layers: Layers): TrainingSpec {
  const project = parseProject({ ...benchmarkProject("small"), model: { layers, outputs: [{ target: "y", from: "last" }] } });
  const inputs = new Map([["x", { dtype: "float32" as const, shape: ["N", 9] }]]);
  const plan = planNetwork(project.model, ["x"], new Map([["y", 1]]));
  return { plan, layout: layOut(plan, inputs), inputs, targets: [{ name: "y", kind: "binary", width: 1 }], training: project.training, balanced: new Map() };
}

describe("a rewrite", () => {
  it.each(cases)("of %s changes no result", (_, rewrite, graph, gone) => {
    const after = rewriteGraph(graph, rewrite);
    expectUnchanged(graph, after);
    expect(counts(graph, gone)).toBeGreaterThan(0);
    expect(counts(after, gone)).toBe(0);
  });

  it.each([
    [
      "two expanded values: somebody must give the shape",
      graphOf((e, x) => ({ y: e.add(e.expandLike(e.reduceMean(x), x), e.expandLike(e.reduceMax(x), x)) })),
      "Expand",
    ],
    ["an expanded value that is an output", graphOf((e, x) => ({ y: e.expandLike(e.reduceMean(x), x) })), "Expand"],
    [
      "batch norm in evaluation mode",
      graphOf((e, x) => {
        const row = e.constant(tensor("float32", [1, 2, 3, 4]));
        return { y: e.op("BatchNormalization", [x, row, row, row, row]) };
      }),
      "BatchNormalization",
    ],
    ["Elu with another slope at 0", eluStep(0.5), "Elu"],
    ["Elu whose slope nobody asks for", graphOf((e, x) => ({ y: e.op("Elu", [x]) })), "Elu"],
    [
      "-k·a - k·b",
      graphOf((e, x) => {
        const k = e.reduceMean(x);
        return { y: e.sub(e.mul(e.neg(k), x), e.mul(k, e.exp(x))) };
      }),
      "Neg",
    ],
  ])("leaves alone %s", (_, graph, kept) => {
    const after = rewriteAll(graph, 32);
    expectUnchanged(graph, after);
    expect(counts(after, kept)).toBe(counts(graph, kept));
  });

  it.each(turned)("turns %s between Gemms, and changes no result", (_, graph) => {
    const after = rewriteGraph(graph, featureMajor());
    expectUnchanged(graph, after);
    expect(batchFirst(after)).toEqual(["y"]);
    expect(counts(after, "Transpose")).toBe(0);
  });

  it.each(left)("leaves where it is %s", (_, graph) => {
    expect(rewriteGraph(graph, featureMajor()).nodes).toEqual(rewriteGraph(graph, { name: "none", prepare: () => true, replace: () => undefined }).nodes);
  });

  it("asks one input for the length of the batch", () => {
    const graph = graphOf((e, x) => {
      const length = (v: Value) => e.cast(e.op("Shape", [v], { start: int(0), end: int(1) }), "float32");
      return { y: e.div(length(e.exp(x)), length(e.softmax(x, 1))), z: e.cast(e.op("Shape", [e.exp(x)], { start: int(1), end: int(2) }), "float32") };
    });
    const after = rewriteGraph(graph, sharedBatchLength());
    expectUnchanged(graph, after);
    expect(after.nodes.filter(({ op, attributes }) => op === "Shape" && attributes["start"]?.value === 0).map((node) => node.inputs)).toEqual([["x"], ["x"]]);
  });

  it("of Elu keeps what is not finite, in ONNX Runtime", async () => {
    const graph = eluStep(1);
    const values = [Number.NaN, Infinity, -Infinity, 0, -0, 1e-30, -1e-30, 80, -80, 3e38, -3e38, -2];
    const [plain, rewritten] = await Promise.all(
      [graph, rewriteGraph(graph, eluByExp())].map(async (g) => {
        const executable = await onnxruntimeEngine.compile(g, { device: "cpu", threads: 1 });
        const { y } = await executable.run({ x: tensor("float32", values, [3, 4]) });
        await executable.dispose();
        return [...y!.data].map(Number);
      }),
    );
    expect(plain!.some(Number.isNaN)).toBe(true);
    rewritten!.forEach((value, i) => expect(Object.is(value, plain![i]) || Math.abs(value - plain![i]!) < 1e-6, `Elu(${values[i]}) is ${value}`).toBe(true));
  });

  it("leaves no activation of the small network batch-first, but those of one feature", () => {
    expect(batchFirst(rewriteAll(buildStepProgram(benchmarkSpec("small"), onnxruntimeEngine, false).graph, 32))).toEqual([]);
  });

  it.each(networks)("leaves a whole training step of a network as it was: %s", (_, layers) => {
    for (const diagnose of [false, true]) {
      const { graph } = buildStepProgram(specOf(layers), onnxruntimeEngine, diagnose);
      const after = rewriteAll(graph, 32);
      expectUnchanged(graph, after);
      expect(after.nodes.some(({ op, outputs: [y = ""] }) => op === "Gemm" && after.types.get(y)?.shape[1] === "N")).toBe(true);
    }
  });

  it.each(["small", "large"] as const)("leaves a whole training step of the %s network as it was: loss, gradients, optimizer, statistics", (network) => {
    const spec = benchmarkSpec(network, network === "small" ? undefined : 8);
    const { graph } = buildStepProgram(spec, onnxruntimeEngine, network === "small");
    expectUnchanged(graph, rewriteAll(graph, 32));
  });

  it("turns no activations for a batch too short to gain by it, and changes no result there either", () => {
    const { graph } = buildStepProgram(benchmarkSpec("small"), onnxruntimeEngine, false);
    const after = rewriteAll(graph, 2);
    expectUnchanged(graph, after);
    expect(batchFirst(after)).not.toEqual([]);
  });

  it("keeps the types of what it leaves alone, which are those that the shape rules give", () => {
    const after = rewriteAll(buildStepProgram(benchmarkSpec("small"), onnxruntimeEngine, true).graph, 32);
    const e = createEmitter();
    const typedAnew = copyInto(e, after, ({ op, domain, attributes, outputs }, inputs) =>
      e.graph.node(op, inputs, attributes, { domain, outputs: outputs.length }),
    );
    for (const { outputs } of after.nodes) for (const name of outputs) expect(typedAnew.get(name), name).toMatchObject(after.types.get(name)!);
  });

  it("keeps bytes deterministic", () => {
    const { graph } = buildStepProgram(benchmarkSpec("small"), onnxruntimeEngine, false);
    expect(JSON.stringify(rewriteAll(graph, 32).nodes)).toBe(JSON.stringify(rewriteAll(graph, 32).nodes));
  });
});
