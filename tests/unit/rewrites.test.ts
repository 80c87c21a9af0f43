import { describe, expect, it } from "vitest";
import { Random } from "../../src-main/base/random.js";
import type { Emitter } from "../../src-main/onnx/emitter.js";
import { type Graph, type TensorData, type Value, float, int, sizeOf, tensor } from "../../src-main/onnx/types.js";
import { createEmitter } from "../../src-main/ops/index.js";
import { expandBatchNormalization } from "../../src-main/rewrites/expand-batch-normalization.js";
import { rewriteAll } from "../../src-main/rewrites/index.js";
import { type Rewrite, rewriteGraph } from "../../src-main/rewrites/rewrite.js";
import { skipExpand } from "../../src-main/rewrites/skip-expand.js";
import { buildStepProgram } from "../../src-main/training/step-graph.js";
import { benchmarkSpec } from "../benchmarks/networks.js";
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
  return Object.fromEntries(graph.inputs.map(({ name, dtype, shape }) => {
    const dims = shape.map((d) => (typeof d === "string" ? 5 : d));
    const random = new Random(3, name);
    const draw = () => (dtype === "int64" ? random.below(10) : name.startsWith("slot") || name.includes("scalars") ? random.uniform() + 0.1 : random.normal());
    return [name, tensor(dtype === "int64" ? "int64" : "float32", Array.from({ length: sizeOf(dims) }, draw), dims)];
  }));
}

function expectUnchanged(before: Graph, after: Graph): void {
  expect(after.inputs).toEqual(before.inputs);
  expect(after.outputs).toEqual(before.outputs);
  const feeds = feedsFor(before);
  const [old, now] = [evaluate(before, feeds), evaluate(after, feeds)];
  for (const { name } of before.outputs) {
    expect(now[name]?.dims, name).toEqual(old[name]?.dims);
    old[name]?.data.forEach((value, i) => expect(Math.abs((now[name]?.data[i] ?? Number.NaN) - value), name).toBeLessThanOrEqual(TOLERANCE * Math.max(1, Math.abs(value))));
  }
}

const counts = (graph: Graph, op: string) => graph.nodes.filter((node) => node.op === op).length;

const normalized = (momentum: number) => graphOf((e, x) => {
  const row = (value: number) => e.constant(tensor("float32", [value, 1, 2, 3]));
  const [y, mean, variance] = e.graph.node("BatchNormalization", [x, row(2), row(-1), row(0.5), row(4)], { training_mode: int(1), momentum: float(momentum), epsilon: float(1e-3) }, { outputs: 3 });
  return { y: y!, mean: mean!, variance: variance! };
});

const cases: readonly (readonly [name: string, rewrite: Rewrite, graph: Graph, gone: string])[] = [
  ["batch norm that keeps nothing of the past", expandBatchNormalization, normalized(0), "BatchNormalization"],
  ["batch norm with momentum", expandBatchNormalization, normalized(0.875), "BatchNormalization"],
  ["an expanded scalar on the left of a product", skipExpand(), graphOf((e, x) => ({ y: e.mul(e.expandLike(e.reduceMean(x), x), x) })), "Expand"],
  ["an expanded row on the right of a difference", skipExpand(), graphOf((e, x) => ({ y: e.sub(x, e.expandLike(e.reduceMean(x, [0]), x)) })), "Expand"],
  ["an expanded value that is negated first", skipExpand(), graphOf((e, x) => ({ y: e.div(e.neg(e.expandLike(e.reduceMean(x, [1], true), x)), x) })), "Expand"],
];

describe("a rewrite", () => {
  it.each(cases)("of %s changes no result", (_, rewrite, graph, gone) => {
    const after = rewriteGraph(graph, rewrite);
    expectUnchanged(graph, after);
    expect(counts(graph, gone)).toBeGreaterThan(0);
    expect(counts(after, gone)).toBe(0);
  });

  it.each([
    ["two expanded values: somebody must give the shape", graphOf((e, x) => ({ y: e.add(e.expandLike(e.reduceMean(x), x), e.expandLike(e.reduceMax(x), x)) })), "Expand"],
    ["an expanded value that is an output", graphOf((e, x) => ({ y: e.expandLike(e.reduceMean(x), x) })), "Expand"],
    ["batch norm in evaluation mode", graphOf((e, x) => {
      const row = e.constant(tensor("float32", [1, 2, 3, 4]));
      return { y: e.op("BatchNormalization", [x, row, row, row, row]) };
    }), "BatchNormalization"],
  ])("leaves alone %s", (_, graph, kept) => {
    const after = rewriteAll(graph);
    expectUnchanged(graph, after);
    expect(counts(after, kept)).toBe(counts(graph, kept));
  });

  it.each(["small", "large"] as const)("leaves a whole training step of the %s network as it was: loss, gradients, optimizer, statistics", (network) => {
    const spec = benchmarkSpec(network, network === "small" ? undefined : 8);
    const { graph } = buildStepProgram(spec, network === "small");
    expectUnchanged(graph, rewriteAll(graph));
  });

  it("keeps bytes deterministic", () => {
    const { graph } = buildStepProgram(benchmarkSpec("small"), false);
    expect(JSON.stringify(rewriteAll(graph).nodes)).toBe(JSON.stringify(rewriteAll(graph).nodes));
  });
});
