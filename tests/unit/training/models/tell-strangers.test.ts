import { expect, it } from "vitest";
import { namedOf, nothingToJudge } from "../../../../src-main/training/models/tell-strangers.js";

const known = ["ant", "bee", "cow", "giraffe"];
const texts = new Map([
  ["Ant", 1],
  ["girafe", 3],
  ["dog", 2],
]);
const label = { column: "label", rows: 6, texts, known };

it("unknown values are named, the most frequent first, with what they may mean: not a short word of which most differs", () => {
  expect(namedOf([label])).toEqual({
    label: [
      { value: "girafe", rows: 3, nearest: "giraffe" },
      { value: "dog", rows: 2 },
      { value: "Ant", rows: 1, nearest: "ant" },
    ],
  });
});

it("where no row can be judged, both lists of classes are shown", () => {
  const skipped = [{ reason: "unknown class", column: "label", rows: 6 }] as const;
  const reader = { path: "t", rows: 6, skipped, unknownClasses: [label] } as unknown as Parameters<typeof nothingToJudge>[0];
  expect(nothingToJudge(reader).message).toBe(
    `none of the 6 rows of t can be judged: unknown class in "label" (6); "label" has "girafe" (did you mean "giraffe"?), "dog", ` +
      `"Ant" (did you mean "ant"?), the model knows "ant", "bee", "cow", "giraffe"; rename the classes, or judge on other data`,
  );
});

it("where no row begins a sample, no column and no class is to blame", () => {
  const skipped = [
    { reason: "incomplete window", column: "", rows: 5 },
    { reason: "missing target", column: "y", rows: 1 },
  ] as const;
  const reader = { path: "t", rows: 6, skipped, unknownClasses: [] } as unknown as Parameters<typeof nothingToJudge>[0];
  expect(nothingToJudge(reader).message).toBe(`none of the 6 rows of t can be judged: incomplete window (5), missing target in "y" (1); judge on other data`);
});
