import { expect, test } from "vitest";
import { Lru } from "../../../../src-main/base/lru.js";
import { Random } from "../../../../src-main/base/random.js";
import { type JointOutcome, jointErrors, jointRow, jointRowsRequest } from "../../../../src-main/contract/evaluation-views.js";
import { describeJointRow, jointErrorsOf, jointPlacesOf } from "../../../../src-main/services/evaluation/joint-errors.js";
import type { LoadedPredictions } from "../../../../src-main/services/prediction/prediction-store.js";
import type { KeptTarget } from "../../../../src-main/training/runs/kept-predictions.js";

const THRESHOLD = 0.4;
const outcomes: readonly JointOutcome[] = ["right", "wrong", "unknown"];

/** Three targets of classes, a tenth of each without a known class, and one of numbers between them. */
function made(rows: number, seed: string): LoadedPredictions {
  const random = new Random("joint", seed);
  const floats = (n: number) => Float32Array.from({ length: n }, () => random.uniform());
  const known = (classes: number) => (random.uniform() < 0.1 ? -1 : random.below(classes));
  const category = (name: string, classes: readonly string[]): KeptTarget => ({
    name,
    kind: "category",
    width: classes.length,
    classes: [...classes],
    outputs: floats(rows * classes.length),
    truths: Int32Array.from({ length: rows }, () => known(classes.length)),
  });
  const targets: KeptTarget[] = [
    category("alphabet", ["Greek", "Runes"]),
    { name: "size", kind: "numeric", width: 2, columns: ["w", "h"], outputs: floats(rows * 2), truths: floats(rows * 2) },
    category("character", ["a", "b", "c"]),
    {
      name: "bold",
      kind: "binary",
      width: 1,
      classes: ["no", "yes"],
      threshold: THRESHOLD,
      outputs: floats(rows),
      truths: Float32Array.from({ length: rows }, () => (random.uniform() < 0.1 ? Number.NaN : random.below(2))),
    },
  ];
  return { split: "test", rows: Uint32Array.from({ length: rows }, (_, i) => 3 * i + 1), targets, worked: new Lru(8) };
}

/** As one would count by hand: the outcome of each target of classes, and the surprise by those that are known. */
function byHand({ targets }: LoadedPredictions, place: number): { readonly outcomes: readonly JointOutcome[]; readonly loss: number } {
  const parts = targets.flatMap((target): readonly { readonly outcome: JointOutcome; readonly loss: number }[] => {
    if (target.kind === "numeric") return [];
    const truth = target.truths[place]!;
    const probabilities =
      target.kind === "binary"
        ? [1 - target.outputs[place]!, target.outputs[place]!]
        : [...target.outputs.slice(place * target.width, (place + 1) * target.width)];
    if (!(truth >= 0)) return [{ outcome: "unknown", loss: 0 }];
    const decided = target.kind === "binary" ? Number(probabilities[1]! > THRESHOLD) : probabilities.indexOf(Math.max(...probabilities));
    return [{ outcome: decided === truth ? "right" : "wrong", loss: -Math.log(probabilities[truth]!) }];
  });
  return { outcomes: parts.map(({ outcome }) => outcome), loss: parts.reduce((sum, { loss }) => sum + loss, 0) };
}

test.each([0, 1, 50, 2000])("combinations of right and wrong are those counted one by one, of %i samples", (rows) => {
  const predictions = made(rows, String(rows));
  const all = Array.from({ length: rows }, (_, place) => byHand(predictions, place).outcomes);
  const found = jointErrors.parse(jointErrorsOf(predictions));
  expect(found.targets).toEqual(["alphabet", "character", "bold"]);
  const counted = new Map<string, number>();
  for (const one of all) counted.set(one.join(), (counted.get(one.join()) ?? 0) + 1);
  expect(new Map(found.combinations.map((one) => [one.outcomes.join(), one.rows])).size).toBe(found.combinations.length);
  expect(new Map(found.combinations.filter((one) => one.rows > 0).map((one) => [one.outcomes.join(), one.rows]))).toEqual(counted);
  expect(found.more).toEqual({ combinations: 0, rows: 0 });
  const known = all.filter((one) => !one.includes("unknown"));
  expect([found.rows, found.known]).toEqual([rows, known.length]);
  const share = (some: number) => (known.length === 0 ? null : some / known.length);
  expect(found.exactMatch).toBe(share(known.filter((one) => !one.includes("wrong")).length));
  if (known.length === 0) expect(found.independent).toBeNull();
  else
    expect(found.independent).toBeCloseTo(
      [0, 1, 2].reduce((product, k) => product * (known.filter((one) => one[k] === "right").length / known.length), 1),
      12,
    );
  // All right first, then the most frequent.
  const counts = found.combinations.filter((one) => one.outcomes.some((outcome) => outcome !== "right")).map((one) => one.rows);
  expect(counts).toEqual(counts.toSorted((a, b) => b - a));
  if (counted.has("right,right,right")) expect(found.combinations[0]?.outcomes).toEqual(["right", "right", "right"]);
});

test("each combination leads to its samples, the unlikeliest classes together first, or as in the file", () => {
  const predictions = made(1500, "rows");
  const all = Array.from({ length: 1500 }, (_, place) => ({ place, ...byHand(predictions, place) }));
  const asked = (more: object) => jointRowsRequest.parse({ split: "test", offset: 0, limit: 10, ...more });
  for (const first of [...outcomes, null]) {
    for (const second of [...outcomes, null]) {
      const wanted = [first, null, second];
      const expected = all.filter((one) => wanted.every((outcome, k) => outcome === null || outcome === one.outcomes[k]));
      expect([...jointPlacesOf(predictions, asked({ outcomes: wanted, order: "row" }))]).toEqual(expected.map(({ place }) => place));
      const worst = [...jointPlacesOf(predictions, asked({ outcomes: wanted }))];
      expect(worst.toSorted((a, b) => a - b)).toEqual(expected.map(({ place }) => place));
      const losses = worst.map((place) => Math.fround(all[place]!.loss));
      for (const [i, loss] of losses.slice(1).entries()) expect(loss).toBeLessThanOrEqual(losses[i]! + 1e-5);
    }
  }
  expect(jointPlacesOf(predictions, asked({}))).toHaveLength(1500);
});

test("a sample says what is true and what was answered for every target, numbers among them, and no truth where none is known", () => {
  const predictions = made(300, "said");
  const [alphabet, size, , bold] = predictions.targets;
  for (let place = 0; place < 300; place++) {
    const row = jointRow.parse({ ...describeJointRow(predictions, place), cells: [] });
    expect(row.row).toBe(3 * place + 1);
    expect(row.loss).toBeCloseTo(byHand(predictions, place).loss, 5);
    const letters = alphabet!.truths[place]!;
    expect(row.answers[0]?.truth).toBe(letters < 0 ? undefined : ["Greek", "Runes"][letters]);
    expect(row.answers[0]?.predicted).toBe(alphabet!.outputs[2 * place]! >= alphabet!.outputs[2 * place + 1]! ? "Greek" : "Runes");
    expect(row.answers[1]?.predicted.split(", ").map(Number)).toEqual([0, 1].map((k) => Number(size!.outputs[2 * place + k]!.toPrecision(7))));
    expect(row.answers[3]?.predicted).toBe(bold!.outputs[place]! > THRESHOLD ? "yes" : "no");
    expect(row.answers[3]?.truth === undefined).toBe(Number.isNaN(bold!.truths[place]));
  }
});

test("many targets have many combinations: the most frequent are listed, the rest counted", () => {
  const random = new Random("many");
  const rows = 3000;
  const targets = Array.from({ length: 12 }, (_, k): KeptTarget => ({
    name: `t${k}`,
    kind: "binary",
    width: 1,
    classes: ["0", "1"],
    threshold: 0.5,
    outputs: Float32Array.from({ length: rows }, () => random.uniform()),
    truths: new Float32Array(rows),
  }));
  const found = jointErrorsOf({ split: "validation", rows: Uint32Array.from({ length: rows }, (_, i) => i + 1), targets, worked: new Lru(8) });
  expect(found.combinations).toHaveLength(100);
  expect(found.more.combinations).toBeGreaterThan(500);
  expect(found.combinations.reduce((sum, one) => sum + one.rows, found.more.rows)).toBe(rows);
});

test("joint errors are refused where fewer than two targets have classes, and outcomes have to be one a target", () => {
  const predictions = made(10, "few");
  const only = { ...predictions, targets: predictions.targets.slice(0, 2), worked: new Lru<string, unknown>(8) };
  expect(() => jointErrorsOf(only)).toThrow("got 1 targets of classes (alphabet) among alphabet, size; joint errors are of two or more");
  expect(() => jointPlacesOf(predictions, jointRowsRequest.parse({ split: "test", outcomes: ["right"], offset: 0, limit: 1 }))).toThrow(
    "got 1 outcomes, expected one for each target with classes: alphabet, character, bold",
  );
});
