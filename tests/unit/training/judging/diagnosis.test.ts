import { describe, expect, it } from "vitest";
import { layerDiagnosis } from "../../../../src-main/contract/events.js";
import type { DiagnosisEntry } from "../../../../src-main/training/graphs/diagnosis-graph.js";
import { EpochDiagnosis, diagnose, isDiagnosed, lighten, notFiniteError } from "../../../../src-main/training/judging/diagnosis.js";

describe("the steps that are looked at", () => {
  it.each([
    [1, [1]],
    [5, [1, 2, 3, 4, 5]],
    [8, [1, 2, 3, 4, 5, 6, 7, 8]],
    [9, [1, 3, 5, 7, 9]],
    [16, [1, 3, 5, 7, 9, 11, 13, 15]],
    [100, [1, 14, 27, 40, 53, 66, 79, 92]],
  ])("of %d are at most eight, the first among them", (steps, looked) => {
    expect(Array.from({ length: steps }, (_, i) => i + 1).filter((step) => isDiagnosed(step, steps))).toEqual(looked);
  });
});

const entries: readonly DiagnosisEntry[] = [
  { layer: "fc1", quantity: "outputCheck" },
  { layer: "act1", quantity: "outputCheck" },
  { layer: "act1", quantity: "dead" },
  { layer: "act2", quantity: "saturated" },
  { layer: "fc1", quantity: "gradientNorm" },
  { layer: "fc1", quantity: "weightNorm" },
  { layer: "fc1", quantity: "updateNorm" },
  { layer: "fc1", quantity: "parameterCheck" },
];

describe("the figures of an epoch", () => {
  const first = Float32Array.of(0, 0, 0.25, 0.5, 3, 2, 0.5, 0);
  const second = Float32Array.of(0, 0, 0.75, 0, 5, 4, 1, 0);
  const means = { act1: { dead: 0.5 }, act2: { saturated: 0.25 }, fc1: { gradientNorm: 4, weightNorm: 3, updateRatio: 0.25 } };

  it("are means over the steps looked at, by layer; the update as a share of the weights", () => {
    const epoch = new EpochDiagnosis(entries);
    expect(epoch.byLayer()).toEqual({});
    epoch.add(first);
    epoch.add(second);
    expect(epoch.byLayer()).toEqual(means);
    epoch.reset();
    expect(epoch.byLayer()).toEqual({});
    epoch.add(first);
    expect(epoch.byLayer()["fc1"]).toEqual({ gradientNorm: 3, weightNorm: 2, updateRatio: 0.25 });
  });

  it("resume from a checkpoint as if nothing had been", () => {
    const before = new EpochDiagnosis(entries);
    before.add(first);
    const state = JSON.parse(JSON.stringify(before.state())) as ReturnType<EpochDiagnosis["state"]>;
    const after = new EpochDiagnosis(entries);
    after.restore(state);
    after.add(second);
    before.add(first); // The one that was saved is no longer of interest to the other.
    expect(after.byLayer()).toEqual(means);
  });

  it("measure each update by the weights it changed, though these grow with every step", () => {
    const epoch = new EpochDiagnosis(entries);
    for (const weights of [1, 50, 100, 150]) epoch.add(Float32Array.of(0, 0, 0, 0, 1, weights, 50, 0));
    expect(epoch.byLayer()["fc1"]?.updateRatio).toBeCloseTo((50 + 1 + 0.5 + 1 / 3) / 4, 12);
  });

  it("say no update ratio of weights that are all 0", () => {
    const epoch = new EpochDiagnosis(entries);
    epoch.add(Float32Array.of(0, 0, 0, 0, 1, 0, 0.5, 0));
    expect(epoch.byLayer()["fc1"]).toEqual({ gradientNorm: 1, weightNorm: 0 });
  });

  it("stay numbers that JSON holds where a norm overflows", () => {
    const epoch = new EpochDiagnosis(entries);
    epoch.add(Float32Array.of(0, 0, 0, 0, Infinity, 1, Infinity, 0));
    epoch.add(Float32Array.of(0, 0, 0, 0, Infinity, 1, NaN, 0));
    const state = JSON.parse(JSON.stringify(epoch.state())) as ReturnType<EpochDiagnosis["state"]>;
    expect(state).toEqual(epoch.state());
    expect(layerDiagnosis.parse(JSON.parse(JSON.stringify(epoch.byLayer()["fc1"])))).toEqual(epoch.byLayer()["fc1"]);
    expect(epoch.byLayer()["fc1"]?.gradientNorm).toBeGreaterThan(1e38);
    expect(diagnose(epoch.byLayer(), 1, new Map()).map((w) => w.code)).toContain("exploding-gradient");
  });
});

describe("what is said of an epoch's figures", () => {
  const healthy = { gradientNorm: 0.5, weightNorm: 2, updateRatio: 1e-3 };
  const all = (normaliser: { readonly before?: string; readonly after?: string }) => new Map(["fc1", "fc2", "act1"].map((layer) => [layer, normaliser]));
  const flat = all({ before: "BatchNorm1d", after: "BatchNorm1d" });

  it("advises the normalisation that fits, and none where none does or one is there", () => {
    const layers = { fc1: { ...healthy, gradientNorm: 4e-5 }, fc2: healthy, act1: { dead: 0.75, saturated: 0.9 } };
    const said = (normaliser: Parameters<typeof all>[0]) => diagnose(layers, 3, all(normaliser)).map(({ message }) => message.slice(message.indexOf("Try")));
    expect(said({ before: "BatchNorm2d", after: "BatchNorm2d" })).toEqual([
      "Try ReLU or ELU in place of Sigmoid or Tanh, kaiming_uniform initialisation, or BatchNorm2d between the layers.",
      "Try LeakyReLU or ELU, a smaller learning rate, or BatchNorm2d before it.",
      "Try BatchNorm2d before it, xavier_uniform initialisation, normalised inputs, or ReLU.",
    ]);
    expect(said({})).toEqual([
      "Try ReLU or ELU in place of Sigmoid or Tanh or kaiming_uniform initialisation.",
      "Try LeakyReLU or ELU or a smaller learning rate.",
      "Try xavier_uniform initialisation, normalised inputs, or ReLU.",
    ]);
  });

  it("carries its advice as data, so that nobody has to read it out of the sentence", () => {
    const layers = {
      fc0: { ...healthy, gradientNorm: 4e-5 },
      fc1: { ...healthy, gradientNorm: 2e3, updateRatio: 0.5 },
      fc2: { ...healthy, updateRatio: 1e-8 },
      act1: { dead: 0.75, saturated: 0.9 },
    };
    expect(diagnose(layers, 3, flat).map(({ code, advice }) => [code, advice])).toEqual([
      ["vanishing-gradient", ["replace-saturating"]],
      ["exploding-gradient", ["clip", "lower-rate"]],
      ["large-updates", ["lower-rate", "warm-up"]],
      ["small-updates", ["higher-rate"]],
      ["dead-units", ["leaky-relu", "lower-rate"]],
      ["saturated-units", ["relu"]],
    ]);
  });

  it("is nothing where all is well", () => {
    expect(
      diagnose(
        {
          act1: { dead: 0.5, saturated: 0.5 },
          fc1: healthy,
          fc2: { ...healthy, gradientNorm: 4999 / 1e4, updateRatio: 0.3 },
          fc3: { ...healthy, updateRatio: 1e-7 },
        },
        3,
        flat,
      ),
    ).toEqual([]);
  });

  it.each([
    [
      "vanishing-gradient",
      { fc1: { ...healthy, gradientNorm: 4e-5 }, fc2: healthy },
      "The gradient that reaches fc1 is 1/12,500 of the last layer's, so fc1 hardly learns. Try ReLU or ELU in place of Sigmoid or Tanh, " +
        "kaiming_uniform initialisation, or BatchNorm1d between the layers.",
    ],
    [
      "vanishing-gradient",
      { fc1: { ...healthy, gradientNorm: 0 }, fc2: healthy },
      "The gradient that reaches fc1 is nothing of the last layer's, so fc1 hardly learns.",
    ],
    [
      "exploding-gradient",
      { fc1: { ...healthy, gradientNorm: 12345 }, fc2: healthy },
      "The gradient at fc1 is very large (norm 1.23e+4), so steps overshoot. Try clipGradNorm: 1, a learning rate ten times smaller, or normalised inputs.",
    ],
    [
      "large-updates",
      { fc1: { ...healthy, updateRatio: 0.5 }, fc2: healthy },
      "Each step changes fc1 by 50.0 % of its size; about 0.1 % is usual. Try a smaller learning rate or a warm-up.",
    ],
    [
      "small-updates",
      { fc1: { ...healthy, updateRatio: 1e-8 }, fc2: healthy },
      "Each step changes fc1 by less than a ten-millionth of its size, so it stands still. Try a larger learning rate.",
    ],
    [
      "dead-units",
      { act1: { dead: 0.75 }, fc1: healthy, fc2: healthy },
      "75.0 % of the units in act1 are off for every sample and cannot learn any more. Try LeakyReLU or ELU, a smaller learning rate, or BatchNorm1d " +
        "before it.",
    ],
    [
      "saturated-units",
      { act1: { saturated: 0.923 }, fc1: healthy, fc2: healthy },
      "92.3 % of the outputs of act1 are in the flat part of its curve, where gradients vanish. Try BatchNorm1d before it, xavier_uniform " +
        "initialisation, normalised inputs, or ReLU.",
    ],
  ])("is %s with layer, size, and what to try", (code, layers, words) => {
    const warnings = diagnose(layers, 3, flat);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatchObject({ event: "warning", code, epoch: 3, layer: Object.keys(layers)[0] });
    expect(warnings[0]?.message).toContain(words);
  });
});

describe("where numbers stopped being finite", () => {
  it("a weight that may make them so is the first thing to try", () => {
    expect([lighten({}), lighten({ price: { weight: 1000 } })]).toEqual([undefined, undefined]);
    const likely = lighten({ price: { weight: 2 }, kind: { weight: 1e300 } });
    expect(likely).toBe("a weight much smaller than 1e+300 for the loss of target kind");
    const { message } = notFiniteError(order, new Map(), result([0, 0, 0, 1, 0, Infinity, 0]), { epoch: 1, step: 1 }, likely);
    expect(message).toContain("Try a weight much smaller than 1e+300 for the loss of target kind, a learning rate ten times smaller, clipGradNorm: 1, or");
  });

  const result = (values: readonly number[]) => ({ loss: NaN, losses: [NaN], diagnosis: Float32Array.from(values) });
  const order: readonly DiagnosisEntry[] = [
    { layer: "fc1", quantity: "outputCheck" },
    { layer: "act1", quantity: "outputCheck" },
    { layer: "fc2", quantity: "outputCheck" },
    { layer: "fc1", quantity: "gradientNorm" },
    { layer: "fc1", quantity: "parameterCheck" },
    { layer: "fc2", quantity: "gradientNorm" },
    { layer: "fc2", quantity: "parameterCheck" },
  ];

  it.each([
    ["the parameters of layer fc2", "fc2", [0, 0, NaN, NaN, 0, NaN, NaN]],
    ["the output of layer act1", "act1", [0, NaN, NaN, NaN, 0, NaN, 0]],
    ["the loss on the output of layer fc2", "fc2", [0, 0, 0, 1, 0, Infinity, 0]],
  ])("is the first place on the way: %s", (where, layer, values) => {
    const error = notFiniteError(order, new Map(["fc1", "act1", "fc2"].map((id) => [id, { before: "BatchNorm2d" }])), result(values), { epoch: 2, step: 7 });
    expect(error.code).toBe("training.not-finite");
    expect(error.message).toBe(
      `epoch 2, step 7: ${where} is no longer a finite number, so training stopped; the last good checkpoint is kept. ` +
        "Try a learning rate ten times smaller, clipGradNorm: 1, BatchNorm2d before it, or check the inputs for extreme values",
    );
    expect(error.details).toEqual({ epoch: 2, step: 7, layer });
  });
});
