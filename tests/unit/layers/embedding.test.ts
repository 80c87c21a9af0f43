import { expect, test } from "vitest";
import { differentiate } from "../../../src-main/autodiff/differentiate.js";
import { tensor } from "../../../src-main/onnx/types.js";
import { type NetworkPlan, planNetwork } from "../../../src-main/training/network/network.js";
import { initialParameters, layOut } from "../../../src-main/training/network/layout.js";
import { layers } from "../../../src-main/layers/index.js";
import { evaluateOnEngine } from "../../support/evaluate.js";
import { lowerLayer } from "../../support/lower-layer.js";

/** Rows of a table 0 to 3 for these indices, and the gradient of their sum by the table. */
async function look(indices: readonly number[], options: Readonly<Record<string, unknown>> = {}) {
  const { e, inputs, output, parameters } = lowerLayer(
    "Embedding",
    { numEmbeddings: 4, embeddingDim: 2, ...options },
    [{ dtype: "float32", shape: ["N"] }],
    "train",
  );
  const [weight] = [...parameters.values()];
  const [dw] = differentiate(e, e.reduceSum(output), [weight!]);
  const feeds = { [inputs[0]!.name]: tensor("float32", indices), weight: tensor("float32", [10, 11, 20, 21, 30, 31, 40, 41], [4, 2]) };
  const { y, dw: slope } = await evaluateOnEngine(e, { y: output, dw: dw! }, feeds);
  return { rows: [...y.values], gradient: [...slope.values] };
}

test("an index that comes again adds to its row's gradient, exactly", async () => {
  const { rows, gradient } = await look([2, 0, 2, 2]);
  expect(rows).toEqual([30, 31, 10, 11, 30, 31, 30, 31]);
  expect(gradient).toEqual([1, 1, 0, 0, 3, 3, 0, 0]);
});

test("an index outside the table, or none at all, is all zeros and teaches nothing", async () => {
  const { rows, gradient } = await look([-1, 4, Number.NaN, Number.POSITIVE_INFINITY, 3]);
  expect(rows).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 40, 41]);
  expect(gradient).toEqual([0, 0, 0, 0, 0, 0, 1, 1]);
});

test("what fills up is zeros and learns nothing", async () => {
  const { rows, gradient } = await look([1, 0, 1], { paddingIdx: 1 });
  expect(rows).toEqual([0, 0, 10, 11, 0, 0]);
  expect(gradient).toEqual([1, 1, 0, 0, 0, 0, 0, 0]);
});

test("the row of what fills up starts as zeros, whatever init says, and the others as without it", () => {
  const plan = (paddingIdx: number | null): NetworkPlan =>
    planNetwork({ layers: [{ id: "words", type: "Embedding", numEmbeddings: 3, embeddingDim: 2, paddingIdx, init: "ones" }], outputs: [] }, ["x"], new Map());
  const start = (paddingIdx: number | null) => [
    ...initialParameters(layOut(plan(paddingIdx), new Map([["x", { dtype: "float32", shape: ["N", 5] }]])).parameters, 1),
  ];
  expect(start(1)).toEqual([1, 1, 0, 0, 1, 1]);
  expect(start(null)).toEqual([1, 1, 1, 1, 1, 1]);
});

test("an index to fill up with that is not in the table is refused", () => {
  const { error } = layers.get("Embedding").config.safeParse({ numEmbeddings: 4, embeddingDim: 2, paddingIdx: 4 });
  expect(error?.issues.map(({ path, message }) => `${path.join()}: ${message}`)).toEqual(["paddingIdx: expected paddingIdx below numEmbeddings"]);
});
