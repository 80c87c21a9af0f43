import { describe, expect, it, test } from "vitest";
import { Random } from "../../src-main/base/random.js";
import { onnxruntimeEngine } from "../../src-main/engines/onnxruntime/index.js";
import { type Attributes, type Graph, type TensorData, float, int, numbersOf, strings, tensor, text } from "../../src-main/onnx/types.js";
import { createEmitter } from "../../src-main/ops/index.js";
import { rewriteGraph } from "../../src-main/rewrites/rewrite.js";
import { rnnBySteps } from "../../src-main/rewrites/rnn-by-steps.js";
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
function graphOf(steps: number | "T", attributes: Attributes, has: { readonly bias?: boolean; readonly first?: boolean } = {}): Graph {
  const e = createEmitter();
  const x = e.graph.input("x", "float32", [steps, "N", INPUTS]);
  const weight = (name: string, ...dims: readonly number[]) => e.graph.initializer(name, drawn(name, 1, ...dims));
  const first = has.first ? e.graph.input("first", "float32", [1, "N", HIDDEN]) : undefined;
  const operands = [x, weight("W", HIDDEN, INPUTS), weight("R", HIDDEN, HIDDEN), has.bias ? weight("B", 2 * HIDDEN) : undefined, undefined, first];
  const [all, end] = e.graph.node("RNN", operands, { hidden_size: int(HIDDEN), ...attributes }, { outputs: 2 });
  e.graph.output(all!, "all");
  e.graph.output(end!, "end");
  return e.graph.build("rnn");
}

const operators = (graph: Graph): readonly string[] => graph.nodes.map(({ op }) => op);

describe("an RNN step by step answers as ONNX Runtime's own, whatever the batch", () => {
  it.each<[string, Attributes, Parameters<typeof graphOf>[2]]>([
    ["with biases", {}, { bias: true }],
    ["without", {}, {}],
    ["from the end", { direction: text("reverse") }, { bias: true }],
    ["with first states", {}, { bias: true, first: true }],
    ["with relu, from the end, with first states", { direction: text("reverse"), activations: strings(["Relu"]) }, { bias: true, first: true }],
  ])("%s", async (_, attributes, has) => {
    // Written out, in turns, and both.
    for (const steps of [1, 7, 32, 45]) {
      const graph = graphOf(steps, attributes, has);
      const rewritten = rewriteGraph(graph, rnnBySteps);
      expect(operators(rewritten)).not.toContain("RNN");
      expect(rewritten.outputs).toEqual(graph.outputs);
      const [before, after] = await Promise.all([graph, rewritten].map((g) => onnxruntimeEngine.compile(g, { device: "cpu", threads: 1 })));
      for (const batch of [1, 4]) {
        const feeds = { x: drawn("x", steps, batch, INPUTS), ...(has?.first && { first: drawn("first", 1, batch, HIDDEN) }) };
        const [wanted, got] = [await before!.run(feeds), await after!.run(feeds)];
        for (const name of ["all", "end"]) {
          expect(got[name]!.dims).toEqual(wanted[name]!.dims);
          expectClose(numbersOf(got[name]!), numbersOf(wanted[name]!), 2e-5, `${name} of ${steps} steps`);
        }
      }
      await Promise.all([before!.dispose(), after!.dispose()]);
    }
  });
});

test("an RNN of an unknown number of steps, or with what is not written here, stays as it is", () => {
  for (const graph of [graphOf("T", {}), graphOf(7, { clip: float(0.5) }), graphOf(7, { activations: strings(["Affine"]) })])
    expect(operators(rewriteGraph(graph, rnnBySteps))).toEqual(["RNN"]);
});
