import { expect, test } from "vitest";
import type { WarningEvent } from "../../../src-main/contract/events.js";
import type { Draft } from "../../../src-renderer/document/draft.js";
import { triesOf } from "../../../src-renderer/document/tries.js";

const draft = {
  model: {
    layers: [
      { id: "fc", type: "Linear" },
      { id: "act", type: "ReLU" },
      { id: "squash", type: "Tanh" },
    ],
  },
  training: { epochs: 1, optimizer: { type: "Adam", lr: 0.01 } },
} as unknown as Draft;

const idsOf = (warning: Pick<WarningEvent, "advice" | "layer">) => triesOf(warning, draft).map(({ id }) => id);

test("what can be tried is what the warning advises, where the project has a place for it", () => {
  expect(idsOf({ advice: ["clip", "lower-rate"] })).toEqual(["lower-rate", "clip"]);
  expect(idsOf({ advice: ["higher-rate", "warm-up"] })).toEqual(["higher-rate", "warm-up"]);
  expect(idsOf({ advice: ["leaky-relu"], layer: "act" })).toEqual(["leaky-relu"]);
  expect(idsOf({ advice: ["leaky-relu"], layer: "fc" })).toEqual([]);
  expect(idsOf({ advice: ["relu"], layer: "squash" })).toEqual(["relu"]);
  expect(idsOf({ advice: ["replace-saturating"], layer: "fc" })).toEqual(["elu"]);
});

test("a sentence advises nothing by itself: words in a layer's name or in a log are only words", () => {
  expect(idsOf({ advice: [], layer: "act", ...{ message: "Try a smaller learning rate, clipGradNorm: 1, LeakyReLU or ELU, or ReLU." } })).toEqual([]);
});
