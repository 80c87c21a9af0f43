import { describe, expect, test } from "vitest";
import { differentiate } from "../../src-main/autodiff/differentiate.js";
import { LatheError } from "../../src-main/base/errors.js";
import { rowsOfSample } from "../../src-main/base/draws.js";
import { losses } from "../../src-main/losses/index.js";
import type { TargetKind } from "../../src-main/losses/loss.js";
import type { TensorType } from "../../src-main/onnx/types.js";
import { createEmitter } from "../../src-main/ops/index.js";
import { expectClose } from "../support/close.js";
import { evaluateOnEngine } from "../support/evaluate.js";
import { type Packed, batched, readGolden, unpack } from "../support/goldens.js";

interface Batch {
  readonly output: Packed;
  readonly target: Packed;
  readonly loss: number;
  readonly gradient: Packed;
}

interface Case {
  readonly name: string;
  readonly loss: string;
  readonly kind: TargetKind;
  readonly config: Readonly<Record<string, unknown>>;
  readonly whole: Batch;
  readonly batches: readonly Batch[];
}

const cases = readGolden<readonly Case[]>("losses.json");

/** Float32 rounds to 6e-8; log σ of a logit of 100 makes 100 times that of it, relative to 1. */
const TOLERANCE = 1e-5;

/** A loss alone in a graph. */
function lowerLoss(type: string, options: Readonly<Record<string, unknown>>, kind: TargetKind, classes: number, output: TensorType, target: TensorType) {
  const e = createEmitter();
  const definition = losses.get(type);
  const fail = (expected: string): never => {
    throw new LatheError("model.layer", `${type}: ${expected}`);
  };
  const [o, t] = [e.graph.input("output", output.dtype, output.shape), e.graph.input("target", target.dtype, target.shape)];
  const value = definition.lower({ e, config: definition.config.parse(options), output: o, target: t, kind, classes, fail });
  return { e, output: o, ...value };
}

async function evaluate(golden: Case, batch: Batch) {
  const dtype = ["category", "embedding"].includes(golden.kind) ? "int64" : "float32";
  const rows = rowsOfSample(losses.get(golden.loss).draws);
  const { e, output, loss, weight } = lowerLoss(
    golden.loss,
    golden.config,
    golden.kind,
    batch.output.dims[1]!,
    batched(batch.output, "float32", rows),
    batched(batch.target, dtype, rows),
  );
  expect([loss.shape, weight.shape], "loss and weight are scalars").toEqual([[], []]);
  const [gradient] = differentiate(e, loss, [output]);
  const got = await evaluateOnEngine(e, { loss, weight, gradient: gradient! }, { output: unpack(batch.output), target: unpack(batch.target, dtype) });
  return { loss: got.loss.values[0]!, weight: got.weight.values[0]!, gradient: got.gradient };
}

describe("PyTorch's value and gradient, and batches that add up to the whole", () => {
  test.each(cases.map((c) => [c.name, c] as const))("%s", async (_, golden) => {
    expect(losses.get(golden.loss).targets).toContain(golden.kind);
    let [sum, weights] = [0, 0];
    for (const [i, batch] of [golden.whole, ...golden.batches].entries()) {
      const got = await evaluate(golden, batch);
      expectClose([got.loss], [batch.loss], TOLERANCE, "loss");
      expect(got.gradient.dims).toEqual(batch.gradient.dims);
      expectClose(got.gradient.values, batch.gradient.data, TOLERANCE, "gradient");
      if (i === 0) continue;
      sum += got.loss * got.weight;
      weights += got.weight;
    }
    expectClose([sum / weights], [golden.whole.loss], TOLERANCE, "Σ loss·weight / Σ weight over the batches");
  });
});

test("every loss and every option of it has golden numbers", () => {
  for (const { type, config } of losses.all) {
    const own = cases.filter((c) => c.loss === type);
    expect(own.length, type).toBeGreaterThan(0);
    const options = Object.keys("shape" in config ? (config.shape as object) : {});
    expect(
      options.filter((option) => !own.some((c) => option in c.config)),
      `options of ${type}`,
    ).toEqual([]);
  }
  expect(cases.filter((c) => !losses.has(c.loss))).toEqual([]);
});

test("BCELoss: a certain and right answer costs nothing and its gradient is the formula's, finite", async () => {
  const column = (...data: number[]): Packed => ({ dims: [data.length, 1], data });
  const batch: Batch = { output: column(0, 1), target: column(0, 1), loss: 0, gradient: column(0.5, -0.5) };
  const got = await evaluate({ name: "", loss: "BCELoss", kind: "binary", config: {}, whole: batch, batches: [] }, batch);
  expect(got.loss).toBeCloseTo(0, 10);
  expect(got.gradient.values).toEqual([0.5, -0.5]);
});

test.each([
  ["CrossEntropyLoss", { ignoreIndex: 2 }],
  ["CrossEntropyLoss", { classWeights: [1, 1, 0], labelSmoothing: 0.1 }],
  ["NLLLoss", { classWeights: [1, 1, 0] }],
])("%s with %j: a batch in which no sample counts neither costs nor teaches anything", async (loss, config) => {
  const batch: Batch = {
    output: { dims: [2, 3], data: [-1, -2, -0.5, -3, -1, -0.4] },
    target: { dims: [2], data: [2, 2] },
    loss: 0,
    gradient: { dims: [2, 3], data: [] },
  };
  const got = await evaluate({ name: "", loss, kind: "category", config, whole: batch, batches: [] }, batch);
  expect([Math.abs(got.loss), got.weight, ...got.gradient.values.map(Math.abs)]).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
});

const real = (...shape: (number | string)[]): TensorType => ({ dtype: "float32", shape });
const whole = (...shape: (number | string)[]): TensorType => ({ dtype: "int64", shape });

describe("an output that does not fit its target is refused with what to do", () => {
  test.each([
    [
      "CrossEntropyLoss",
      "category",
      {},
      real("N", 3),
      whole("N"),
      /expected an output of shape \[N, 4\], one column a class, got float32 \[N, 3\]; set the last layer's outFeatures to "classes"/,
    ],
    ["NLLLoss", "category", {}, real("N", 4), real("N"), /expected class numbers, int64 \[N\], as the target, got float32 \[N\]/],
    [
      "CrossEntropyLoss",
      "category",
      { classWeights: [1, 2] },
      real("N", 4),
      whole("N"),
      /expected 4 classWeights, one a class in the order of the classes, got 2/,
    ],
    ["CrossEntropyLoss", "category", { classWeights: "balanced" }, real("N", 4), whole("N"), /"balanced" is worked out from the training data before/],
    ["MSELoss", "numeric", {}, real("N", 3), real("N", 2), /expected an output of the target's type float32 \[N, 2\], got float32 \[N, 3\]/],
    ["BCEWithLogitsLoss", "binary", {}, real("N", 2), real("N", 1), /expected an output of the target's type float32 \[N, 1\]/],
  ] as const)("%s of %s", (type, kind, options, output, target, message) => {
    expect(() => lowerLoss(type, options, kind, 4, output, target)).toThrow(message);
  });
});
