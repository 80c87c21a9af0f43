import { describe, expect, it, onTestFinished } from "vitest";
import type { WarningEvent } from "../../../src-main/contract/events.js";
import { TrainingControl } from "../../../src-main/training/process/control.js";
import { EpochDiagnosis, notFiniteError } from "../../../src-main/training/judging/diagnosis.js";
import { fit } from "../../../src-main/training/fit.js";
import { normalisersOf } from "../../../src-main/training/graphs/normalisers.js";
import { RunFolder } from "../../../src-main/training/runs/run-folder.js";
import { type TrainingSpec, names } from "../../../src-main/training/network/specification.js";
import { numbersOf } from "../../../src-main/onnx/types.js";
import { expectClose } from "../../support/close.js";
import { temporaryFolder } from "../../support/temporary-folder.js";
import { type Described, batchOf, piecesOf, randomBatch, trainerOf, trainingSpec, vectorOf } from "../../support/training-spec.js";

type Layers = Described["model"]["layers"];

/** x, four numbers, to y, one. */
function numeric(layers: Layers, training: Described["training"] = { optimizer: { type: "SGD", lr: 0.01 } }): TrainingSpec {
  return trainingSpec({
    inputs: { x: 4 },
    targets: [{ name: "y", kind: "numeric", width: 1 }],
    model: { layers, outputs: [{ target: "y", from: layers.at(-1)!.id }] },
    training,
  });
}

const fc = (id: string, outFeatures: number, more: object = {}) => ({ id, type: "Linear", outFeatures, ...more });

/** A trainer that ends with the test. */
async function started(spec: TrainingSpec, seed = 1) {
  const trainer = await trainerOf(spec, seed);
  onTestFinished(() => trainer.dispose());
  return trainer;
}

/** Warnings of two epochs of ten steps of real training. */
async function warningsOf(spec: TrainingSpec): Promise<readonly WarningEvent[]> {
  const warnings: WarningEvent[] = [];
  let next = 0;
  await fit({
    trainer: await started(spec),
    training: { ...spec.training, epochs: 2 },
    targets: ["y"],
    validate: undefined,
    batches: {
      stepsPerEpoch: 10,
      start: (epoch, step) => {
        next = 10 * (epoch - 1) + step;
      },
      next: () => randomBatch(spec, 16, next++),
    },
    run: RunFolder.create(temporaryFolder()),
    control: new TrainingControl(),
    clock: () => 0,
    emit: (event) => {
      if (event.event === "warning") warnings.push(event);
    },
  });
  return warnings;
}

const said = (warnings: readonly WarningEvent[]) => warnings.map((w) => `${w.code} ${w.layer ?? ""}`);

describe("real training tells what ails it", () => {
  it("a healthy network says nothing", async () => {
    expect(await warningsOf(numeric([fc("fc1", 16), { id: "act1", type: "ReLU" }, fc("fc2", 16), { id: "act2", type: "Tanh" }, fc("fc3", 1)]))).toEqual([]);
  });

  it("twelve layers of Sigmoid: the gradient does not reach the first ones", async () => {
    const deep = Array.from({ length: 12 }, (_, i) => [fc(`fc${i + 1}`, 8), { id: `act${i + 1}`, type: "Sigmoid" }]).flat();
    const warnings = await warningsOf(numeric([...deep, fc("out", 1)]));
    expect(said(warnings)).toContain("vanishing-gradient fc1");
    expect(said(warnings)).not.toContain("vanishing-gradient fc12");
    // Said once, not every epoch.
    expect(new Set(said(warnings)).size).toBe(warnings.length);
    expect(warnings.every((w) => w.epoch === 1 || w.layer !== "fc1")).toBe(true);
  });

  it("a layer that reaches no output is given no advice, and hides no other's", async () => {
    const aside = { id: "aside", type: "Linear", from: ["x"], outFeatures: 4 };
    const deep = Array.from({ length: 12 }, (_, i) => [fc(`fc${i + 1}`, 8), { id: `act${i + 1}`, type: "Sigmoid" }]).flat();
    const spec = (layers: Layers) =>
      trainingSpec({
        inputs: { x: 4 },
        targets: [{ name: "y", kind: "numeric", width: 1 }],
        model: { layers, outputs: [{ target: "y", from: "out" }] },
        training: { optimizer: { type: "SGD", lr: 0.01 } },
      });
    expect(said(await warningsOf(spec([aside, fc("fc1", 8, { from: ["x"] }), { id: "act1", type: "Tanh" }, fc("out", 1)])))).toEqual([]);
    expect(said(await warningsOf(spec([...deep, fc("out", 1), aside])))).toContain("vanishing-gradient fc1");
  });

  it("weights drawn far too large: Tanh is saturated", async () => {
    const warnings = await warningsOf(numeric([fc("fc1", 16, { init: { type: "normal", std: 5 } }), { id: "act1", type: "Tanh" }, fc("fc2", 1)]));
    expect(said(warnings)).toContain("saturated-units act1");
  });

  it("a bias of -10 everywhere: ReLU is dead", async () => {
    const warnings = await warningsOf(numeric([fc("fc1", 16, { initBias: { type: "constant", value: -10 } }), { id: "act1", type: "ReLU" }, fc("fc2", 1)]));
    expect(said(warnings)).toContain("dead-units act1");
    expect(warnings.find((w) => w.code === "dead-units")?.message).toMatch(/^100 % of the units in act1/);
  });

  it("a learning rate of 50: Adam's steps are larger than the weights", async () => {
    const warnings = await warningsOf(numeric([fc("fc1", 16), { id: "act1", type: "Tanh" }, fc("fc2", 1)], { optimizer: { type: "Adam", lr: 50 } }));
    expect(said(warnings)).toContain("large-updates fc1");
  });

  it("a learning rate of 50: plain descent ends in numbers that are none, and the layer is named", async () => {
    const failure = warningsOf(numeric([fc("fc1", 16), { id: "act1", type: "ReLU" }, fc("fc2", 1)], { optimizer: { type: "SGD", lr: 50 } }));
    await expect(failure).rejects.toMatchObject({ code: "training.not-finite", details: { layer: expect.stringMatching(/^fc[12]$|^act1$/) as unknown } });
    await expect(failure).rejects.toThrow(/^epoch 1, step \d+: the (parameters|output|loss on the output) of layer (fc|act)\d is no longer a finite number/);
  });

  it("a gradient too large for its own norm neither stops training nor breaks the figures", async () => {
    const spec = numeric([fc("fc1", 4), fc("fc2", 1)], { optimizer: { type: "Adam", lr: 1e-3 }, clipGradNorm: 1 });
    const trainer = await started(spec);
    const batch = randomBatch(spec, 8, 0);
    // The loss is 1e36, which float32 holds; squares of a gradient of 1e20 it does not.
    const huge = batchOf(spec, 8, { x: numbersOf(batch.tensors["x"]!).map((v) => 100 * v), "target.y": Array.from({ length: 8 }, () => 1e18) });
    const { loss, diagnosis } = await trainer.step(huge, 1, 1e-3, true);
    expect(Number.isFinite(loss)).toBe(true);
    const epoch = new EpochDiagnosis(trainer.diagnosisEntries);
    epoch.add(diagnosis!);
    expect(Math.max(...diagnosis!)).toBe(Infinity);
    for (const figures of Object.values(epoch.byLayer())) expect(Object.values(figures).every(Number.isFinite)).toBe(true);
    expect(trainer.parameters.every(Number.isFinite)).toBe(true);
  });

  it("looks back at a step that went wrong: names the first layer, and leaves the state before it", async () => {
    const spec = numeric([fc("fc1", 8), { id: "act1", type: "Tanh" }, fc("fc2", 8), { id: "act2", type: "ReLU" }, fc("fc3", 1)]);
    const trainer = await started(spec);
    const pieces = piecesOf(spec.layout.parameters, trainer.parameters);
    // tanh is at most 1, so fc1 and act1 stay finite and fc2 is the first to overflow.
    const broken = vectorOf(spec.layout.parameters, {
      ...pieces,
      "fc2.weight": pieces["fc2.weight"]!.map(() => 3e38),
      "fc1.bias": pieces["fc1.bias"]!.map(() => 10),
    });
    trainer.restore({ ...trainer.state, [names.parameters]: broken });
    const batch = randomBatch(spec, 8, 0);
    expect(Number.isFinite((await trainer.step(batch, 1, 0.01, false)).loss)).toBe(false);
    const look = await trainer.lookBack(batch, 1, 0.01);
    expect(notFiniteError(trainer.diagnosisEntries, trainer.normalisers, look, { epoch: 1, step: 1 }).message).toMatch(
      /^epoch 1, step 1: the output of layer fc2 is/,
    );
    expect(trainer.parameters).toEqual(broken);
  });
});

describe("the figures are those of the weights and the batch", () => {
  // 4 → fc1 5 → Tanh → fc2 6 → ReLU → fc3 1, mean squared error, written out below in float64.
  const spec = numeric([fc("fc1", 5), { id: "act1", type: "Tanh" }, fc("fc2", 6), { id: "act2", type: "ReLU" }, fc("fc3", 1)], {
    optimizer: { type: "SGD", lr: 0.1, momentum: 0.9 },
    clipGradNorm: 0.5,
  });
  const N = 12;
  type Pieces = Readonly<Record<string, readonly number[]>>;

  /** Rows through a layer. */
  function through(rows: readonly (readonly number[])[], weight: readonly number[], bias: readonly number[], f: (v: number) => number): number[][] {
    return rows.map((row) => bias.map((b, o) => f(row.reduce((sum, v, i) => sum + v * weight[o * row.length + i]!, b))));
  }

  function forward(p: Pieces, x: readonly number[], y: readonly number[]) {
    const rows = Array.from({ length: N }, (_, r) => x.slice(4 * r, 4 * r + 4));
    const act1 = through(rows, p["fc1.weight"]!, p["fc1.bias"]!, Math.tanh);
    const act2 = through(act1, p["fc2.weight"]!, p["fc2.bias"]!, (v) => Math.max(0, v));
    const out = through(act2, p["fc3.weight"]!, p["fc3.bias"]!, (v) => v);
    return { act1, act2, loss: out.reduce((sum, [v], r) => sum + (v! - y[r]!) ** 2, 0) / N };
  }

  const norm = (values: readonly number[]) => Math.hypot(...values);
  const of = (pieces: Pieces, owner: string) =>
    Object.entries(pieces)
      .filter(([name]) => name.startsWith(`${owner}.`))
      .flatMap(([, v]) => v);

  it("gradient, weights, update, dead and saturated shares, before clipping", async () => {
    const trainer = await started(spec);
    const drawn = piecesOf(spec.layout.parameters, trainer.parameters);
    // Two units of six are off whatever comes, and wide weights take some of Tanh into its flat parts.
    trainer.restore({
      ...trainer.state,
      [names.parameters]: vectorOf(spec.layout.parameters, {
        ...drawn,
        "fc1.weight": drawn["fc1.weight"]!.map((w) => 4 * w),
        "fc2.bias": drawn["fc2.bias"]!.map((b, i) => (i < 2 ? -10 : b)),
      }),
    });
    const before = piecesOf(spec.layout.parameters, trainer.parameters);
    const batch = randomBatch(spec, N, 3);
    const [x, y] = [numbersOf(batch.tensors["x"]!), numbersOf(batch.tensors["target.y"]!)];
    const { loss, diagnosis } = await trainer.step(batch, 1, 0.1, true);
    const after = piecesOf(spec.layout.parameters, trainer.parameters);
    const epoch = new EpochDiagnosis(trainer.diagnosisEntries);
    epoch.add(diagnosis!);
    const got = epoch.byLayer();

    const { act1, act2, loss: expected } = forward(before, x, y);
    expectClose([loss], [expected], 1e-6, "loss");
    const gradient = Object.fromEntries(
      Object.entries(before).map(([name, values]) => [
        name,
        values.map((v, k) => {
          const h = 1e-5;
          const moved = (by: number) => forward({ ...before, [name]: values.map((w, j) => (j === k ? v + by : w)) }, x, y).loss;
          return (moved(h) - moved(-h)) / (2 * h);
        }),
      ]),
    );
    const all = norm(Object.values(gradient).flat());
    expect(all, "the gradient is to be clipped").toBeGreaterThan(0.5);
    for (const owner of ["fc1", "fc2", "fc3"]) {
      // The differences carry an error of 1e-9; what is compared was computed in float32.
      expectClose([got[owner]!.gradientNorm!], [norm(of(gradient, owner))], 1e-5, `gradient norm of ${owner}`);
      expectClose([got[owner]!.weightNorm!], [norm(of(before, owner))], 1e-6, `weight norm of ${owner}`);
      // The first step with momentum is lr · clipped gradient.
      const moved = norm(of(after, owner).map((v, i) => v - of(before, owner)[i]!)) / norm(of(before, owner));
      expectClose([got[owner]!.updateRatio!], [moved], 1e-5, `update ratio of ${owner}`);
      expectClose([moved], [(0.1 * norm(of(gradient, owner)) * 0.5) / all / norm(of(before, owner))], 1e-5, `update of ${owner}`);
    }
    const saturated = act1.flat().filter((v) => Math.abs(v) > 0.99).length / (5 * N);
    expect(saturated).toBeGreaterThan(0);
    expect(saturated).toBeLessThan(1);
    expectClose([got["act1"]!.saturated!], [saturated], 1e-6, "saturated share");
    const dead = [0, 1, 2, 3, 4, 5].filter((unit) => act2.every((row) => row[unit]! <= 0)).length / 6;
    expect(dead).toBeGreaterThanOrEqual(2 / 6);
    expectClose([got["act2"]!.dead!], [dead], 1e-6, "dead share");
    expect(Object.keys(got).sort()).toEqual(["act1", "act2", "fc1", "fc2", "fc3"]);
  });

  it("of shared weights are those of all their uses together", async () => {
    const block = { layers: [fc("fc", 4), { id: "act", type: "Tanh" }] };
    const shared = trainingSpec({
      inputs: { x: 4 },
      targets: [{ name: "y", kind: "numeric", width: 4 }],
      training: { optimizer: { type: "SGD", lr: 0.1 } },
      model: {
        blocks: { b: block },
        layers: [
          { id: "one", type: "Block", block: "b", weights: "shared" },
          { id: "two", type: "Block", block: "b", weights: "shared" },
        ],
        outputs: [{ target: "y", from: "two" }],
      },
    });
    const trainer = await started(shared);
    const before = [...trainer.parameters];
    const { diagnosis } = await trainer.step(randomBatch(shared, N, 1), 1, 0.1, true);
    const epoch = new EpochDiagnosis(trainer.diagnosisEntries);
    epoch.add(diagnosis!);
    // With plain descent the step is lr · gradient.
    const step = norm([...trainer.parameters].map((v, i) => v - before[i]!));
    expect(Object.keys(epoch.byLayer()).sort()).toEqual(["b.fc", "one.act", "two.act"]);
    expectClose([epoch.byLayer()["b.fc"]!.gradientNorm!], [step / 0.1], 1e-5, "gradient norm");
  });
});

describe("looking does not touch", () => {
  it.each([
    [
      "batch norm, Adam",
      [fc("fc1", 16), { id: "bn1", type: "BatchNorm1d" }, { id: "act1", type: "ELU" }, fc("fc2", 8), { id: "act2", type: "ReLU" }, fc("fc3", 1)],
      { optimizer: { type: "Adam", lr: 0.005, eps: 1e-4 } },
    ],
    [
      "dropout, clipped momentum",
      [fc("fc1", 16), { id: "act1", type: "GELU" }, { id: "drop", type: "Dropout", p: 0.3 }, fc("fc2", 1)],
      { optimizer: { type: "SGD", lr: 0.05, momentum: 0.9 }, clipGradNorm: 1 },
    ],
  ] as const)("steps with and without diagnosis give the same weights (%s)", async (_, layers, training) => {
    const spec = numeric([...layers], training);
    const [plain, looking] = [await started(spec), await started(spec)];
    expect(looking.parameters).toEqual(plain.parameters);
    for (let step = 1; step <= 10; step++) {
      const batch = randomBatch(spec, 16, step);
      const [a, b] = [await plain.step(batch, step, 0.005, false), await looking.step(batch, step, 0.005, true)];
      expect(a.diagnosis).toBeUndefined();
      expectClose([b.loss], [a.loss], 1e-6, `loss of step ${step}`);
    }
    // One graph has more outputs, so the runtime may fuse the other's nodes in another way: only the last bits may differ.
    for (const [name, vector] of Object.entries(plain.state)) expectClose([...looking.state[name]!], [...vector], 2e-6, name);
  });
});

describe("the normalisation that fits", () => {
  it("is of the axes that stand there: of pictures BatchNorm2d, of columns BatchNorm1d, and none where one is", async () => {
    const spec = trainingSpec({
      inputs: { picture: [3, 8, 8], x: 4 },
      targets: [{ name: "y", kind: "numeric", width: 1 }],
      training: {},
      model: {
        layers: [
          { id: "conv", type: "Conv2d", from: ["picture"], outChannels: 4, kernelSize: 3 },
          { id: "act", type: "ReLU" },
          { id: "conv2", type: "Conv2d", outChannels: 4, kernelSize: 3 },
          { id: "norm", type: "GroupNorm", numGroups: 2 },
          { id: "act2", type: "ReLU" },
          { id: "flat", type: "Flatten" },
          { id: "both", type: "Concat", from: ["flat", "x"] },
          { id: "fc", type: "Linear", outFeatures: 1 },
        ],
        outputs: [{ target: "y", from: "fc" }],
      },
    });
    const two = { before: "BatchNorm2d", after: "BatchNorm2d" };
    expect(Object.fromEntries(normalisersOf(spec))).toEqual({
      conv: two,
      act: two,
      conv2: { before: "BatchNorm2d" },
      norm: { before: "BatchNorm2d" },
      act2: { after: "BatchNorm2d" },
      flat: { before: "BatchNorm2d", after: "BatchNorm1d" },
      both: { before: "BatchNorm1d", after: "BatchNorm1d" },
      fc: { before: "BatchNorm1d", after: "BatchNorm1d" },
    });
  });
});
