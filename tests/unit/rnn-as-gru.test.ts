import { describe, expect, it, test } from "vitest";
import { Random } from "../../src-main/base/random.js";
import { onnxruntimeEngine } from "../../src-main/engines/onnxruntime/index.js";
import { type Attributes, type Graph, type TensorData, float, int, numbersOf, strings, tensor, text } from "../../src-main/onnx/types.js";
import { createEmitter } from "../../src-main/ops/index.js";
import { rewriteGraph } from "../../src-main/rewrites/rewrite.js";
import { rnnAsGru } from "../../src-main/rewrites/rnn-as-gru.js";
import { expectClose } from "../support/close.js";

const [INPUTS, HIDDEN] = [2, 3];

const drawn = (name: string, ...dims: readonly number[]): TensorData => {
  const random = new Random("rnn", name);
  return tensor(
    "float32",
    Array.from({ length: dims.reduce((a, b) => a * b, 1) }, () => random.normal()),
    dims,
  );
};

/** One RNN over `[T, N, 2]` with both its results. */
function graphOf(attributes: Attributes, has: { readonly bias?: boolean; readonly first?: boolean } = {}): Graph {
  const e = createEmitter();
  const x = e.graph.input("x", "float32", ["T", "N", INPUTS]);
  const directions = attributes["direction"]?.value === "bidirectional" ? 2 : 1;
  const weight = (name: string, ...dims: readonly number[]) => e.graph.initializer(name, drawn(name, directions, ...dims));
  const first = has.first ? e.graph.input("first", "float32", [directions, "N", HIDDEN]) : undefined;
  const operands = [x, weight("W", HIDDEN, INPUTS), weight("R", HIDDEN, HIDDEN), has.bias ? weight("B", 2 * HIDDEN) : undefined, undefined, first];
  const [all, end] = e.graph.node("RNN", operands, { hidden_size: int(HIDDEN), ...attributes }, { outputs: 2 });
  e.graph.output(all!, "all");
  e.graph.output(end!, "end");
  return e.graph.build("rnn");
}

const operators = (graph: Graph): readonly string[] => graph.nodes.map(({ op }) => op);

describe("an RNN as a GRU answers the same, whatever batch and length", () => {
  it.each<[string, Attributes, Parameters<typeof graphOf>[1]]>([
    ["with biases", {}, { bias: true }],
    ["without", {}, {}],
    ["from the end", { direction: text("reverse") }, { bias: true }],
    ["in both directions, with first states", { direction: text("bidirectional") }, { bias: true, first: true }],
    ["with relu", { activations: strings(["Relu"]) }, { bias: true, first: true }],
    ["with relu in both directions", { direction: text("bidirectional"), activations: strings(["Relu", "Tanh"]) }, { bias: true }],
  ])("%s", async (_, attributes, has) => {
    const graph = graphOf(attributes, has);
    const rewritten = rewriteGraph(graph, rnnAsGru);
    expect(operators(rewritten)).toContain("GRU");
    expect(operators(rewritten)).not.toContain("RNN");
    expect(rewritten.outputs).toEqual(graph.outputs);
    const [before, after] = await Promise.all([graph, rewritten].map((g) => onnxruntimeEngine.compile(g, { device: "cpu", threads: 1 })));
    const directions = attributes["direction"]?.value === "bidirectional" ? 2 : 1;
    for (const [steps, batch] of [
      [1, 1],
      [7, 4],
    ] as const) {
      const feeds = { x: drawn("x", steps, batch, INPUTS), ...(has?.first && { first: drawn("first", directions, batch, HIDDEN) }) };
      const [wanted, got] = [await before!.run(feeds), await after!.run(feeds)];
      for (const name of ["all", "end"]) {
        expect(got[name]!.dims).toEqual(wanted[name]!.dims);
        expectClose(numbersOf(got[name]!), numbersOf(wanted[name]!), 2e-6, name);
      }
    }
    await Promise.all([before!.dispose(), after!.dispose()]);
  });
});

test("an RNN that does what a GRU cannot stays as it is", () => {
  for (const attributes of [{ clip: float(0.5) }, { activations: strings(["Affine"]) }] satisfies Attributes[])
    expect(operators(rewriteGraph(graphOf(attributes), rnnAsGru))).toEqual(["RNN"]);
});
