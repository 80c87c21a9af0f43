import { describe, expect, test } from "vitest";
import { differentiate } from "../../src-main/autodiff/differentiate.js";
import { LatheError } from "../../src-main/base/errors.js";
import { losses } from "../../src-main/losses/index.js";
import { createEmitter } from "../../src-main/ops/index.js";
import { expectClose } from "../support/close.js";
import { evaluateOnEngine } from "../support/evaluate.js";
import { type Packed, batched, readGolden, unpack } from "../support/goldens.js";

// Losses of several labels a sample against PyTorch.

interface Batch {
  readonly output: Packed;
  readonly target: Packed;
  readonly loss: number;
  readonly gradient: Packed;
}

interface Case {
  readonly name: string;
  readonly loss: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly whole: Batch;
  readonly batches: readonly Batch[];
}

const { losses: cases } = readGolden<{ readonly losses: readonly Case[] }>("labels.json");
const TOLERANCE = 1e-5;

function lower(type: string, options: Readonly<Record<string, unknown>>, labels: number, batch: Batch) {
  const e = createEmitter();
  const definition = losses.get(type);
  const fail = (expected: string): never => {
    throw new LatheError("model.layer", `${type}: ${expected}`);
  };
  const output = e.graph.input("output", "float32", batched(batch.output).shape);
  const target = e.graph.input("target", "float32", batched(batch.target).shape);
  return { e, output, ...definition.lower({ e, config: definition.config.parse(options), output, target, kind: "labels", classes: labels, fail }) };
}

async function evaluate({ loss: type, config }: Case, batch: Batch) {
  const { e, output, loss, weight } = lower(type, config, batch.output.dims[1]!, batch);
  const [gradient] = differentiate(e, loss, [output]);
  const got = await evaluateOnEngine(e, { loss, weight, gradient: gradient! }, { output: unpack(batch.output), target: unpack(batch.target) });
  return { loss: got.loss.values[0]!, weight: got.weight.values[0]!, gradient: got.gradient };
}

describe.each(cases.map((c) => [c.name, c] as const))("%s of labels is PyTorch's", (_name, golden) => {
  test("in value and gradient", async () => {
    const got = await evaluate(golden, golden.whole);
    expectClose([got.loss], [golden.whole.loss], TOLERANCE, "loss");
    expectClose(got.gradient.values, golden.whole.gradient.data, TOLERANCE, "gradient");
  });

  test("over batches of unequal size, by their weights", async () => {
    const parts = await Promise.all(golden.batches.map((batch) => evaluate(golden, batch)));
    const weight = parts.reduce((sum, part) => sum + part.weight, 0);
    expectClose([parts.reduce((sum, part) => sum + part.loss * part.weight, 0) / weight], [golden.whole.loss], TOLERANCE, "loss");
  });
});

test("a posWeight for each label, no more and no fewer", () => {
  const { whole } = cases[0]!;
  expect(() => lower("BCEWithLogitsLoss", { posWeight: [1, 2] }, 4, whole)).toThrow(
    "expected 4 numbers of posWeight, one a label in the order of the labels, got 2",
  );
  expect(() => lower("BCEWithLogitsLoss", { posWeight: "balanced" }, 4, whole)).toThrow('"balanced" is worked out from the training data before');
});
