import { describe, expect, it, test } from "vitest";
import { Random } from "../../src-main/base/random.js";
import { differentiate } from "../../src-main/autodiff/differentiate.js";
import { onnxruntimeEngine } from "../../src-main/engines/onnxruntime/index.js";
import { type Attributes, type Graph, type TensorData, float, int, numbersOf, tensor, text } from "../../src-main/onnx/types.js";
import { createEmitter } from "../../src-main/ops/index.js";
import { KEEPS_GATES } from "../../src-main/ops/lstm.js";
import { rewriteAll, rewriteForward } from "../../src-main/rewrites/index.js";
import { keepGates } from "../../src-main/rewrites/lstm-by-steps.js";
import { rewriteUnfinished } from "../../src-main/rewrites/rewrite.js";
import { expectClose } from "../support/close.js";

const [INPUTS, HIDDEN] = [2, 3];

const drawn = (name: string, ...dims: readonly number[]): TensorData => {
  const random = new Random("lstm", name);
  return tensor(
    "float32",
    Array.from({ length: dims.reduce((a, b) => a * b, 1) }, () => random.normal()),
    dims,
  );
};

interface Has {
  readonly bias?: boolean;
  readonly states?: boolean;
}

/** One LSTM over `[T, N, 2]`, its results, and the gradient of a sum of them by all that it reads. @param units from how many on the gates are kept */
function stepOf(steps: number | "T", units: number, attributes: Attributes, has: Has = {}): Graph {
  const before = createEmitter();
  const read = [
    before.graph.input("x", "float32", [steps, "N", INPUTS]),
    before.graph.input("W", "float32", [1, 4 * HIDDEN, INPUTS]),
    before.graph.input("R", "float32", [1, 4 * HIDDEN, HIDDEN]),
    ...(has.bias ? [before.graph.input("B", "float32", [1, 8 * HIDDEN])] : []),
    ...(has.states ? ["h", "c"].map((name) => before.graph.input(name, "float32", [1, "N", HIDDEN])) : []),
  ];
  const named = (name: string) => read.find((v) => v.name === name);
  const operands = ["x", "W", "R", "B", "", "h", "c"].map(named);
  const made = before.graph.node("LSTM", operands, { hidden_size: int(HIDDEN), ...attributes }, { outputs: 3 });
  const { e, learns, kept } = rewriteUnfinished({ e: before, learns: read, kept: made }, keepGates(units));
  if (typeof steps === "number") {
    const terms = kept.map((v, i) => e.reduceSum(e.mul(e.scalarLike(i + 1, v), e.square(v))));
    const gradients = differentiate(
      e,
      terms.reduce((a, b) => e.add(a, b)),
      learns,
    );
    gradients.forEach((v, i) => e.graph.output(v, `d${read[i]!.name}`));
  }
  kept.forEach((v, i) => e.graph.output(v, `y${i}`));
  return e.graph.build("step");
}

const count = (graph: Graph, op: string) => graph.nodes.filter((node) => node.op === op).length;

describe("an LSTM whose gates are kept answers and learns as one whose gates are computed once more", () => {
  it.each<[string, Attributes, Has]>([
    ["without biases", {}, {}],
    ["with biases", {}, { bias: true }],
    ["from the end", { direction: text("reverse") }, { bias: true }],
    ["with first states", {}, { bias: true, states: true }],
    ["from the end, with first states", { direction: text("reverse") }, { bias: true, states: true }],
  ])("%s", async (_, attributes, has) => {
    // Written out, in turns, and both.
    for (const steps of [1, 7, 32, 45]) {
      const [plain, kept] = [stepOf(steps, HIDDEN + 1, attributes, has), stepOf(steps, HIDDEN, attributes, has)].map((graph) => rewriteAll(graph, 32));
      expect([count(plain!, "LSTM"), count(kept!, "LSTM")]).toEqual([1, 0]);
      // The steps that the answer is made of are those that the gradient reads: one Scan forward, one back.
      if (steps === 32) expect([count(plain!, "Scan"), count(kept!, "Scan")]).toEqual([2, 2]);
      expect(kept!.outputs).toEqual(plain!.outputs);
      const [before, after] = await Promise.all([plain!, kept!].map((g) => onnxruntimeEngine.compile(g, { device: "cpu", threads: 1 })));
      for (const batch of [1, 4]) {
        const shapes = { x: [steps, batch, INPUTS], W: [1, 4 * HIDDEN, INPUTS], R: [1, 4 * HIDDEN, HIDDEN], B: [1, 8 * HIDDEN] };
        const states = { h: [1, batch, HIDDEN], c: [1, batch, HIDDEN] };
        const feeds = Object.fromEntries(
          Object.entries({ ...shapes, ...states })
            .filter(([name]) => plain!.inputs.some((input) => input.name === name))
            .map(([name, dims]) => [name, drawn(name, ...dims)]),
        );
        const [wanted, got] = [await before!.run(feeds), await after!.run(feeds)];
        for (const { name } of plain!.outputs) {
          expect(got[name]!.dims).toEqual(wanted[name]!.dims);
          expectClose(numbersOf(got[name]!), numbersOf(wanted[name]!), 1e-4, `${name} of ${steps} steps`);
        }
      }
      await Promise.all([before!.dispose(), after!.dispose()]);
    }
  });
});

/** Whether the gates of an LSTM of many units are kept. */
function areKept(attributes: Attributes = {}, asOf?: number): boolean {
  const e = createEmitter();
  const [x, w, r] = [
    e.graph.input("x", "float32", [7, "N", INPUTS]),
    e.graph.input("W", "float32", [1, 4 * 128, INPUTS]),
    e.graph.input("R", "float32", [1, 4 * 128, 128]),
  ];
  const made = e.graph.node("LSTM", [x, w, r], { hidden_size: int(128), ...attributes }, { outputs: 3 });
  const { e: now, kept } = rewriteForward({ e, learns: [w], kept: made }, { asOf });
  return now.graph.soFar(kept).nodes.some((node) => KEEPS_GATES in node.attributes);
}

test("an LSTM of few units, of an unknown number of steps, or with what has no gradient here, stays as it is", () => {
  for (const graph of [stepOf(7, HIDDEN + 1, {}), stepOf("T", 1, {})]) expect(count(rewriteAll(graph, 32), "LSTM")).toBe(1);
  expect([areKept(), areKept({ clip: float(0.5) })]).toEqual([true, false]);
});

test("a run that began before that is trained as it began", () => {
  expect([1, 2, 3].map((version) => areKept({}, version))).toEqual([false, false, true]);
});
