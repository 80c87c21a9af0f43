import { expect, test } from "vitest";
import { createOutput } from "../../../src-main/cli/output.js";
import { showMetrics, showMissing } from "../../../src-main/cli/show-metrics.js";
import { metrics } from "../../../src-main/metrics/index.js";
import { evaluations } from "../../support/evaluations.js";

test("every metric is shown: of the whole target, or of each class", () => {
  let text = "";
  const output = createOutput(false, {
    stdout: { isTTY: false, columns: 200, write: (words: string) => (text += words) },
    stderr: { isTTY: false, write: () => true },
  });
  for (const { values, confusion, classes } of evaluations)
    showMetrics(
      output,
      Object.fromEntries(Object.entries(values).map(([name, value]) => [`y.${name}`, value])),
      confusion ? { y: { classes: [...classes], counts: confusion } } : {},
    );
  const words = new Set(text.split(/\s+/));
  expect(
    metrics.types.filter((type) => !words.has(type)),
    "list it in src-main/cli/show-metrics.ts",
  ).toEqual([]);
});

test("rows that lack a target are told; of one with several labels or columns, that what is there counts", () => {
  let text = "";
  const output = createOutput(false, {
    stdout: { isTTY: false, columns: 200, write: (words: string) => (text += words) },
    stderr: { isTTY: false, write: () => true },
  });
  showMissing(output, {
    missing: { sign: 1, tags: 2, size: 3 },
    metrics: { "sign.accuracy": 1, "tags.exact": 1, "size.mae": 1, "size.mae.w": 1, "size.mae.h": 1 },
    labels: { tags: [] },
  });
  expect(text.trim().split("\n")).toEqual([
    "1 row with no known sign: its metrics do not count it",
    '2 rows without some or all of tags: its metrics count what is there, and "exact" rows that have all',
    "3 rows without some or all of size: its metrics count what is there",
  ]);
});
