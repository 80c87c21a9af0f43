import { expect, it } from "vitest";
import { learningOf, withLearning, withRenamed, withoutLayers } from "../../../src-renderer/document/layer-groups.js";

const half = { frozen: false, rate: 0.5 };
const usual = { frozen: false, rate: 1 };
const frozen = { frozen: true, rate: 1 };

it("a layer is frozen, beside others that are, and learns again", () => {
  const one = withLearning([], "conv1", frozen);
  expect(one).toEqual([{ layers: ["conv1"], frozen: true }]);
  const two = withLearning(one, "conv2", frozen);
  expect(two).toEqual([{ layers: ["conv1", "conv2"], frozen: true }]);
  expect(withLearning(withLearning(two, "conv1", usual), "conv2", usual)).toEqual([]);
});

it("a layer that a pattern freezes can learn, and the pattern stays for the others", () => {
  const groups = withLearning([{ layers: ["conv*"], frozen: true }], "conv2", half);
  expect(groups).toEqual([
    { layers: ["conv2"], lr: 0.5 },
    { layers: ["conv*"], frozen: true },
  ]);
  expect([learningOf(groups, "conv1"), learningOf(groups, "conv2"), learningOf(groups, "fc")]).toEqual([frozen, half, usual]);
  expect(withLearning(groups, "conv2", frozen)).toEqual([{ layers: ["conv*"], frozen: true }]);
});

it("another rate keeps the weight decay that a group has", () => {
  expect(withLearning([{ layers: ["fc"], lr: 0.1, weightDecay: 0.01 }], "fc", half)).toEqual([{ layers: ["fc"], lr: 0.5, weightDecay: 0.01 }]);
});

it("names follow a layer that is renamed or removed", () => {
  const groups = [
    { layers: ["a", "b*"], frozen: true },
    { layers: ["a.fc", "ab"], lr: 2 },
  ];
  expect(withRenamed(groups, "a", "c")).toEqual([
    { layers: ["c", "b*"], frozen: true },
    { layers: ["c.fc", "ab"], lr: 2 },
  ]);
  expect(withoutLayers(groups, ["a", "ab"])).toEqual([{ layers: ["b*"], frozen: true }]);
});
