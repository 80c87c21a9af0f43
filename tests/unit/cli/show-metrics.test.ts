import { expect, test } from "vitest";
import { createOutput } from "../../../src-main/cli/output.js";
import { showMetrics } from "../../../src-main/cli/show-metrics.js";
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
