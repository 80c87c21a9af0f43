import { describe, expect, it } from "vitest";
import { learnAs } from "../../../src-main/contract/learning-ways.js";
import { holdings } from "../../../src-main/layers/holdings.js";
import type { ModelSpec } from "../../../src-main/contract/model.js";
import { parseProject } from "../../../src-main/contract/project.js";
import { onnxruntimeEngine } from "../../../src-main/engines/onnxruntime/index.js";
import { losses } from "../../../src-main/losses/index.js";
import { optimizers } from "../../../src-main/optimizers/index.js";
import { templates } from "../../../src-main/services/templates/index.js";
import { pictureNetworks } from "../../../src-main/services/templates/networks/index.js";
import { type PictureNetwork, pictureModel } from "../../../src-main/services/templates/networks/network.js";
import { loadCheckpoint, saveCheckpoint } from "../../../src-main/training/runs/checkpoint.js";
import { Evaluator } from "../../../src-main/training/judging/evaluator.js";
import { rowsOfSample } from "../../../src-main/base/draws.js";
import { type TargetSpec, type TrainingSpec, drawnFor } from "../../../src-main/training/network/specification.js";
import type { Trainer, TrainingBatch } from "../../../src-main/training/trainer.js";
import { expectClose } from "../../support/close.js";
import { tensorflowUnderTest } from "../../support/tensorflow.js";
import { temporaryFolder } from "../../support/temporary-folder.js";
import { type Described, randomBatch, trainerOf, trainingSpec } from "../../support/training-spec.js";

// What single layers do, forward and backward, the gradient tests check on both engines; here are whole steps.

const { engine, native, tf } = await tensorflowUnderTest();

/**
 * Both engines compute in float32 from the same numbers, in another order of sums: a step differs by some 1e-7 of the largest number in a vector, ten steps
 * that feed on each other by ten times that; TensorFlow.js's own kernels, which stand in where there is no library, lose a digit more. A wrong formula differs
 * by 1e-3.
 */
const TOLERANCE = native ? 5e-6 : 5e-5;
/** Some thirty layers with batch norms between them hand a rounding error on and enlarge it. */
const DEEP = 20;
const STEPS = 10;
const ROWS = 16;

/** What a parameter has no influence through has a gradient of rounding errors, which Adam makes steps of: hence no bias before batch norm. */
const layers: Described["model"]["layers"] = [
  { id: "fc1", type: "Linear", outFeatures: 8, bias: false },
  { id: "bn1", type: "BatchNorm1d" },
  { id: "act1", type: "ELU" },
  { id: "drop1", type: "Dropout", p: 0.3 },
  { id: "fc2", type: "Linear", outFeatures: 6 },
  { id: "norm2", type: "LayerNorm", normalizedShape: 6 },
  { id: "act2", type: "GELU" },
];

function described(target: TargetSpec, training: Described["training"], extra: Described["model"]["layers"] = []): Described {
  const model = {
    layers: [...layers, { id: "out", type: "Linear", outFeatures: target.width }, ...extra],
    outputs: [{ target: target.name, from: extra.at(-1)?.id ?? "out" }],
  };
  return { inputs: { x: 5 }, targets: [target], model, training };
}

const binary: TargetSpec = { name: "y", kind: "binary", width: 1 };
const category: TargetSpec = { name: "y", kind: "category", width: 3 };
const numeric: TargetSpec = { name: "y", kind: "numeric", width: 2 };
const embedding: TargetSpec = { name: "y", kind: "embedding", width: 3 };

/** Options that bring as many slots and terms into play as there are. */
const optimizerOptions: Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>> = {
  SGD: [{}, { momentum: 0.9, nesterov: true, weightDecay: 0.01 }],
  Adam: [{}, { amsgrad: true, weightDecay: 0.01 }],
  AdamW: [{ weightDecay: 0.1 }],
  RMSprop: [{}, { momentum: 0.9, centered: true }],
  Adagrad: [{ lrDecay: 0.1 }],
};

const lossTargets: Readonly<Record<string, readonly [TargetSpec, Described["model"]["layers"]?]>> = {
  CrossEntropyLoss: [category],
  NLLLoss: [category, [{ id: "log", type: "LogSoftmax" }]],
  BCEWithLogitsLoss: [binary],
  BCELoss: [binary, [{ id: "prob", type: "Sigmoid" }]],
  MSELoss: [numeric],
  L1Loss: [numeric],
  SmoothL1Loss: [numeric],
  HuberLoss: [numeric],
  QuantileLoss: [numeric],
  TripletMarginLoss: [embedding],
  ContrastiveLoss: [embedding],
};

describe("ten optimizer steps, with and without diagnosis, are ONNX Runtime's", () => {
  it.each(optimizers.types.flatMap((type) => (optimizerOptions[type] ?? []).map((options) => [type, options] as const)))("%s %j", async (type, options) => {
    await compareSteps(trainingSpec(described(binary, { optimizer: { type, lr: 0.01, ...options }, clipGradNorm: 0.5 })));
  });

  it.each(losses.types.map((type) => [type] as const))("%s", async (type) => {
    const [target, extra] = lossTargets[type]!;
    await compareSteps(
      trainingSpec(described(target, { optimizer: { type: "SGD", lr: 0.05, momentum: 0.9 }, losses: { y: { type } }, clipGradValue: 0.1 }, extra)),
    );
  });

  it("BCEWithLogitsLoss of labels, with a posWeight each", async () => {
    const labels: TargetSpec = { name: "y", kind: "labels", width: 3 };
    const loss = { type: "BCEWithLogitsLoss", posWeight: [0.5, 2, 4] };
    await compareSteps(trainingSpec(described(labels, { optimizer: { type: "SGD", lr: 0.05, momentum: 0.9 }, losses: { y: loss }, clipGradValue: 0.1 })));
  });

  it("targets that samples lack, of every kind", async () => {
    const targets: readonly TargetSpec[] = [
      { name: "c", kind: "category", width: 3, masked: true },
      { name: "b", kind: "binary", width: 1, masked: true },
      { name: "n", kind: "numeric", width: 2, masked: true },
      { name: "all", kind: "numeric", width: 1 },
    ];
    await compareSteps(
      trainingSpec({
        inputs: { x: 5 },
        targets,
        model: {
          layers: [...layers, ...targets.map(({ name, width }) => ({ id: `out_${name}`, type: "Linear", from: ["act2"], outFeatures: width }))],
          outputs: targets.map(({ name }) => ({ target: name, from: `out_${name}` })),
        },
        training: {
          optimizer: { type: "Adam", lr: 0.01 },
          losses: {
            c: { type: "CrossEntropyLoss", classWeights: [1, 2, 0.5], labelSmoothing: 0.1 },
            b: { type: "BCEWithLogitsLoss", posWeight: 2, weight: 0.5 },
            n: { type: "HuberLoss" },
            all: { type: "MSELoss" },
          },
        },
      }),
    );
  });

  it("every optimizer and every loss is among them", () => {
    expect(optimizers.types.filter((type) => !(type in optimizerOptions))).toEqual([]);
    expect(losses.types.filter((type) => !(type in lossTargets))).toEqual([]);
  });

  // With their own Adam they train to the same metrics (runs.test.ts); a step of it would make noise of the biases before batch norm.
  it.each([["tabular"], ["two-input"], ["two-output"]])("the template %s", async (type) => {
    await compareSteps(templateSpec(type));
  });
});

/** Two layers over 7 steps of 2 numbers. */
const cells = (type: string, options: Readonly<Record<string, unknown>>): TrainingSpec =>
  trainingSpec({
    inputs: { x: [7, 2] },
    targets: [numeric],
    model: {
      layers: [
        { id: "cells", type, hiddenSize: 4, numLayers: 2, ...options },
        { id: "out", type: "Linear", outFeatures: 2 },
      ],
      outputs: [{ target: "y", from: "out" }],
    },
    training: { optimizer: { type: "SGD", lr: 0.05 } },
  });

describe.each([["RNN"], ["GRU"], ["LSTM"]])("ten steps of %s are ONNX Runtime's", (type) => {
  it.each([[{}], [{ bpttSteps: 3 }], [{ bpttSteps: 3, bidirectional: true }]])("%j", async (options) => {
    await compareSteps(cells(type, options));
  });

  it("gradients that go back three steps are others than those through all", async () => {
    const [whole, short] = [await trainedParameters(cells(type, {})), await trainedParameters(cells(type, { bpttSteps: 3 }))];
    expect(await trainedParameters(cells(type, { bpttSteps: 7 }))).toEqual(whole);
    expect(Math.max(...short.map((v, i) => Math.abs(v - whole[i]!)))).toBeGreaterThan(1e-4);
  });
});

describe("ten steps of the networks for pictures are ONNX Runtime's", () => {
  const [scratch, pretrained] = [false, true].map((begun) => pictureNetworks.all.filter(({ backbone }) => (backbone !== undefined) === begun));
  it.each(scratch!)("$type", (network) => compareNetworks(network));
  it.each(pretrained!)("$type", { tags: ["long"] }, (network) => compareNetworks(network));

  async function compareNetworks(network: PictureNetwork): Promise<void> {
    const model = pictureModel(network, (id) => id, { picture: "image", others: [], targets: [{ name: "y", outFeatures: "classes" }] });
    // A pretrained one halves pictures five times, and is fine-tuned with its batch norms as they are: statistics of few samples blow rounding up.
    const side = network.backbone ? 32 : 16;
    const groups = learnAs(model as ModelSpec, [], "all", holdings);
    const training = { optimizer: { type: "SGD", lr: 0.01 }, ...(groups ? { groups: [...groups] } : {}) };
    await compareSteps(trainingSpec({ inputs: { image: [3, side, side] }, targets: [category], model, training }), DEEP * TOLERANCE);
  }
});

it.each([
  [onnxruntimeEngine, engine],
  [engine, onnxruntimeEngine],
])("a checkpoint of $name is resumed from by the other engine, as by itself", async (first, second) => {
  const spec = trainingSpec(described(binary, { optimizer: { type: "Adam", lr: 0.01, amsgrad: true } }));
  const [alone, begun, goesOn] = [await trainerOf(spec, 1, first), await trainerOf(spec, 1, first), await trainerOf(spec, 2, second)];
  const train = async (trainer: Trainer, from: number, to: number) => {
    for (let step = from; step <= to; step++) await trainer.step(randomBatch(spec, ROWS, step), step, 0.01, false);
  };
  await train(alone, 1, STEPS);
  await train(begun, 1, STEPS / 2);
  const folder = temporaryFolder();
  saveCheckpoint(folder, { header: { epoch: 1 }, vectors: begun.state });
  goesOn.restore(loadCheckpoint(folder, (file, reason) => expect.fail(`${file}: ${reason}`))!.vectors);
  await train(goesOn, STEPS / 2 + 1, STEPS);
  expectSameState(goesOn, alone, `step ${STEPS}`, TOLERANCE);
  for (const trainer of [alone, begun, goesOn]) await trainer.dispose();
});

it("the template's predictions and losses on a split are ONNX Runtime's", async () => {
  const spec = templateSpec("two-output");
  const trainer = await trainerOf(spec);
  const batches = [randomBatch(spec, 7, "a"), randomBatch(spec, 3, "b")];
  const predictions = await Promise.all(
    [onnxruntimeEngine, engine].map(async (by) => {
      const evaluator = await Evaluator.create(spec, by, { device: "cpu", threads: 1 });
      const rest = batches.values();
      const made = await evaluator.predict({ stepsPerEpoch: 2, start: () => undefined, next: () => rest.next().value! }, 10, trainer);
      await evaluator.dispose();
      return made;
    }),
  );
  for (const { name } of spec.targets) {
    const [ours, theirs] = predictions.map((p) => [...p.outputs.get(name)!, p.losses.get(name)!]);
    expectClose(theirs!, ours!, TOLERANCE, name);
  }
  await trainer.dispose();
});

it("a step leaves no tensor behind, and a trainer that is disposed of leaves none at all", async () => {
  const spec = templateSpec("two-output");
  const before = tf.memory().numTensors;
  const trainer = await trainerOf(spec, 1, engine);
  const counts: number[] = [];
  for (let step = 1; step <= 12; step++) {
    // The last batch of an epoch is shorter, some steps are diagnosed: no shape may leave something behind.
    await trainer.step(randomBatch(spec, step % 3 === 0 ? 5 : ROWS, step), step, 0.01, step % 4 === 0);
    counts.push(tf.memory().numTensors);
  }
  // A graph's constants are put on the device when it first runs, and stay.
  expect(new Set(counts.slice(4)).size, counts.join()).toBe(1);
  await trainer.dispose();
  expect(tf.memory().numTensors).toBe(before);
});

it("a step that fails leaves no tensor behind either, and the next one works", async () => {
  const spec = templateSpec("tabular");
  const trainer = await trainerOf(spec, 1, engine);
  const good = randomBatch(spec, ROWS, 1);
  await trainer.step(good, 1, 0.01, false);
  const before = tf.memory().numTensors;
  const target = randomBatch(spec, ROWS + 1, 2);
  await expect(trainer.step({ size: ROWS, tensors: { ...good.tensors, "target.kind": target.tensors["target.kind"]! } }, 2, 0.01, false)).rejects.toMatchObject(
    { code: "engine.failed" },
  );
  expect(tf.memory().numTensors).toBe(before);
  expect((await trainer.step(good, 2, 0.01, false)).loss).toBeGreaterThan(0);
  await trainer.dispose();
});

/** A template's network for two inputs and two targets, trained by plain steps along the gradient. */
function templateSpec(type: string): TrainingSpec {
  const project = parseProject(
    templates.get(type).create({
      name: "two",
      source: { type: "table", path: "none.csv" },
      inputs: [
        { name: "features", type: "numeric", columns: ["a", "b", "c"] },
        { name: "region", type: "numeric", columns: ["d", "e"] },
      ],
      targets: [
        { name: "kind", type: "category", column: "kind" },
        { name: "price", type: "numeric", column: "price" },
      ],
    }),
  );
  return trainingSpec({
    inputs: { features: 3, region: 2 },
    targets: [
      { ...category, name: "kind" },
      { name: "price", kind: "numeric", width: 1 },
    ],
    model: project.model,
    training: { ...project.training, optimizer: { type: "SGD", lr: 0.05 } },
  });
}

/** All numbers that it learns, after ten steps of ours. */
async function trainedParameters(spec: TrainingSpec): Promise<readonly number[]> {
  const trainer = await trainerOf(spec);
  for (let step = 1; step <= STEPS; step++) await trainer.step(randomBatch(spec, ROWS, step), step, 0.05, false);
  const parameters = [...trainer.parameters];
  await trainer.dispose();
  return parameters;
}

async function compareSteps(spec: TrainingSpec, tolerance = TOLERANCE): Promise<void> {
  const [ours, theirs] = [await trainerOf(spec), await trainerOf(spec, 1, engine)];
  try {
    expectSameState(theirs, ours, "the first state", 0);
    for (let step = 1; step <= STEPS; step++) {
      const batch = randomBatch(spec, ROWS * rowsOfSample(drawnFor(spec)?.draws), step);
      const diagnosed = step % 2 === 0;
      const [wanted, got] = [await stepOf(ours, batch, step, diagnosed), await stepOf(theirs, batch, step, diagnosed)];
      expectClose(got, wanted, 10 * tolerance, `losses${diagnosed ? " and diagnosis" : ""} of step ${step}`);
      expectSameState(theirs, ours, `step ${step}`, tolerance);
    }
  } finally {
    await ours.dispose();
    await theirs.dispose();
  }
}

async function stepOf(trainer: Trainer, batch: TrainingBatch, step: number, diagnose: boolean): Promise<readonly number[]> {
  const { loss, losses, weights, diagnosis } = await trainer.step(batch, step, 0.01, diagnose);
  return [loss, ...losses, ...(weights ?? []), ...(diagnosis ?? [])];
}

/** Parameters, buffers and slots, each measured against its largest number. */
function expectSameState(got: Trainer, wanted: Trainer, when: string, tolerance: number): void {
  expect(Object.keys(got.state)).toEqual(Object.keys(wanted.state));
  for (const [name, vector] of Object.entries(wanted.state)) {
    const largest = vector.reduce((top, v) => Math.max(top, Math.abs(v)), 1e-30);
    expectClose(
      [...got.state[name]!].map((v) => v / largest),
      [...vector].map((v) => v / largest),
      tolerance,
      `${name} after ${when}`,
    );
  }
}
