import { expect, test } from "vitest";
import { LossWatch } from "../../../../src-main/training/judging/loss-watch.js";

const epoch = (number: number, loss: number, more: object = {}) => ({ epoch: number, loss, learningRate: 1e-8, steps: 10, layers: {}, ...more });
const watched = (losses: readonly number[], more: object = {}) => {
  const watch = new LossWatch();
  return losses.map((loss, i) => watch.observe(epoch(i + 1, loss, more)));
};

test("a loss that stays within 0.1 % of the first epoch's for five epochs is told once, with what it may come from", () => {
  const [, , , , fifth, ...later] = watched([0.6931, 0.6932, 0.693, 0.6931, 0.6931, 0.6931, 0.6931]);
  expect(fifth).toMatchObject({ event: "warning", code: "loss-not-moving", epoch: 5, advice: ["higher-rate", "lower-rate"] });
  expect(fifth?.message).toContain("has not moved in 5 epochs: 0.6931 in the first, 0.6931 now");
  expect(fifth?.message).toContain("a learning rate (1e-8) that is too small");
  expect(later).toEqual([undefined, undefined]);
});

test("a loss that moved, if only once, is not told, nor one that stands still later on", () => {
  expect(watched([0.6931, 0.6, 0.6931, 0.6931, 0.6931, 0.6931]).filter(Boolean)).toEqual([]);
  expect(watched([0.7, 0.5, 0.4, 0.4, 0.4, 0.4, 0.4, 0.4, 0.4]).filter(Boolean)).toEqual([]);
  expect(watched([0.7, 0.7, 0.7, 0.7]).filter(Boolean)).toEqual([]);
  expect(watched([0, 0, 0, 0, 0]).filter(Boolean)).toEqual([]);
});

test("dead units are named, and an epoch of many steps may have learnt all there is", () => {
  const warning = watched([2, 2, 2, 2, 2], { layers: { act1: { dead: 0.9 }, act2: { dead: 0.1 } }, steps: 5000 }).at(-1);
  expect(warning).toMatchObject({ layer: "act1", advice: ["higher-rate", "lower-rate", "leaky-relu"] });
  expect(warning?.message).toContain("dead units in act1;");
  expect(warning?.message).toContain("5,000 steps");
});

test("a run that is taken up again goes on watching; one of an earlier version does not begin to", () => {
  const first = new LossWatch();
  for (const number of [1, 2, 3]) first.observe(epoch(number, 1));
  const second = new LossWatch();
  second.restore(first.state());
  expect([4, 5, 6].map((number) => second.observe(epoch(number, 1))?.code)).toEqual([undefined, "loss-not-moving", undefined]);
  expect(second.told).toContain("has not moved");
  const old = new LossWatch();
  old.restore(undefined);
  expect([4, 5, 6].map((number) => old.observe(epoch(number, 1)))).toEqual([undefined, undefined, undefined]);
});
