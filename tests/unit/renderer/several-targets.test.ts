import { expect, test } from "vitest";
import type { EpochEvent } from "../../../src-main/contract/events.js";
import { draftOf } from "../../../src-renderer/document/draft.js";
import { networkOf } from "../../../src-renderer/document/network.js";
import { targetWeights, weightForShare } from "../../../src-renderer/document/target-weights.js";
import { lossSum } from "../../../src-renderer/figures/loss-parts.js";
import { wilsonInterval } from "../../../src-main/metrics/wilson-interval.js";
import { layoutOf, nodeSize, routedPath } from "../../../src-renderer/screens/model/graph-layout.js";

const draft = (losses: object) =>
  draftOf({ data: { inputs: [], targets: ["a", "b", "c"].map((name) => ({ name, type: "binary", column: name })) }, training: { losses } });

test("shares of weights add up to one, and a weight is found for any share while the others keep theirs", () => {
  const weights = targetWeights(draft({ b: { type: "BCELoss", weight: 2 } }));
  expect(weights.map(({ weight, share }) => [weight, share])).toEqual([
    [1, 0.25],
    [2, 0.5],
    [1, 0.25],
  ]);
  for (const name of ["a", "b", "c"]) {
    for (const share of [0.01, 0.3, 0.5, 0.99]) {
      const weight = weightForShare(weights, name, share);
      const next = targetWeights(draft({ b: { type: "BCELoss", weight: 2 }, [name]: { type: "BCELoss", weight } }));
      expect(next.find((one) => one.name === name)?.share).toBeCloseTo(share, 2);
      expect(next.reduce((sum, one) => sum + one.share, 0)).toBeCloseTo(1, 12);
    }
  }
  // What is wrong has no share; the project is told of it.
  expect(targetWeights(draft({ a: { type: "BCELoss", weight: -1 } })).map(({ share }) => share)).toEqual([0, 0.5, 0.5]);
});

const epoch = (values: Readonly<Record<string, number>>): EpochEvent => ({
  event: "epoch",
  epoch: 1,
  train: values,
  validation: {},
  learningRate: 0.1,
  seconds: 1,
  best: true,
  layers: {},
});

test("a combined loss is told as the sum of its weighted parts, with what else is in it", () => {
  const weights = [
    { name: "a", weight: 2 },
    { name: "b", weight: 0.5 },
  ];
  const losses = { "a.loss": 0.3, "b.loss": 4 };
  const sum = lossSum(epoch({ loss: 2.6, ...losses }), "train", weights, "sum");
  expect(sum).toEqual({
    total: 2.6,
    parts: [
      { target: "a", loss: 0.3, factor: 2, weighted: 0.6 },
      { target: "b", loss: 4, factor: 0.5, weighted: 2 },
    ],
    rest: 0,
  });
  expect(lossSum(epoch({ loss: 2.6 / 2.5, ...losses }), "train", weights, "average")).toMatchObject({ rest: 0, parts: [{ factor: 0.8 }, { factor: 0.2 }] });
  // The epoch's own factors go before those of the settings.
  const told = lossSum(epoch({ loss: 5.5, ...losses, "a.weight": 10, "b.weight": 0.5 }), "train", weights, "uncertainty");
  expect(told?.parts.map(({ factor }) => factor)).toEqual([10, 0.5]);
  expect(told?.rest).toBeCloseTo(0.5, 12);
  // What is not told is not made up.
  expect(lossSum(epoch({ loss: 2.6, ...losses }), "train", weights, "normalized")).toBeUndefined();
  expect(lossSum(epoch({ loss: 2.6, "a.loss": 0.3 }), "train", weights, "sum")).toBeUndefined();
  expect(lossSum(epoch({}), "validation", weights, "sum")).toBeUndefined();
});

test("Wilson's interval is that of its formula, and stays within 0 and 1", () => {
  // Wilson (1927): (p + z²/2n ± z √(p(1−p)/n + z²/4n²)) / (1 + z²/n); of 8 in 10 it is 0.4902 to 0.9433.
  const [from, to] = wilsonInterval(0.8, 10);
  expect(from).toBeCloseTo(0.4902, 4);
  expect(to).toBeCloseTo(0.9433, 4);
  expect(wilsonInterval(0, 5)[0]).toBe(0);
  expect(wilsonInterval(1, 5)[1]).toBe(1);
});

const network = (layers: object[], inputs: readonly string[], outputs: Readonly<Record<string, string>>) =>
  networkOf(
    draftOf({
      data: {
        inputs: inputs.map((name) => ({ name, type: "category", column: name })),
        targets: Object.keys(outputs).map((name) => ({ name, type: "binary", column: name })),
      },
      model: { layers, outputs: Object.entries(outputs).map(([target, from]) => ({ target, from })) },
    }),
  );

test("all inputs stand in one line above and all answers in one below, wherever they are read and given", () => {
  const { places, routes } = layoutOf(
    network(
      [
        { id: "deep1", type: "Linear", from: ["picture"] },
        { id: "deep2", type: "Linear" },
        { id: "deep3", type: "Linear" },
        { id: "join", type: "Concat", from: ["deep3", "late"] },
        { id: "more", type: "Linear" },
      ],
      ["picture", "late"],
      { early: "deep1", last: "more" },
    ),
    {},
  );
  const top = (key: string) => places.get(key)?.y;
  expect([top("input:picture"), top("input:late")]).toEqual([0, 0]);
  expect(top("output:early")).toBe(top("output:last"));
  expect(Math.max(...[...places.values()].map(({ y }) => y))).toBe(top("output:last"));
  // What passes other layers has a way of its own beside them.
  const late = routes.get("link:late>layer:join#1") ?? [];
  expect(late.length).toBeGreaterThan(1);
  for (const { x, y } of late) {
    for (const [key, place] of places) {
      const inside = x > place.x && x < place.x + nodeSize.width && y > place.y && y < place.y + nodeSize.height;
      expect(inside, key).toBe(false);
    }
  }
  expect(routes.has("link:deep1>layer:deep2#0")).toBe(false);
});

test("a node that was moved stays where it was put, and its connections go straight", () => {
  const moved = { "input:late": { x: 500, y: 40 } };
  const made = network(
    [
      { id: "a", type: "Linear", from: ["first"] },
      { id: "b", type: "Linear" },
      { id: "c", type: "Linear" },
      { id: "join", type: "Concat", from: ["c", "late"] },
    ],
    ["first", "late"],
    { y: "join" },
  );
  expect(layoutOf(made, {}).routes.size).toBe(1);
  expect(layoutOf(made, moved).places.get("input:late")).toEqual({ x: 500, y: 40 });
  expect(layoutOf(made, moved).routes.size).toBe(0);
});

test("a routed connection goes through its places, upright at each", () => {
  expect(routedPath({ x: 0, y: 0 }, [{ x: 10, y: 20 }], { x: 4, y: 40 })).toBe("M0,0 C0,10 10,10 10,20 C10,30 4,30 4,40");
});
