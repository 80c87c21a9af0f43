import { describe, expect, test } from "vitest";
import { inspectTable, readTable } from "../../../src-main/datasets/index.js";
import { findSeparator, looksListed, wordsIn } from "../../../src-main/features/separator.js";
import { storedSamples } from "../../support/records.js";
import { dataOf, prepare, writeTable } from "../../support/tables.js";
import { temporaryFolder } from "../../support/temporary-folder.js";

// Several labels a sample, read from a table.

const table = (lines: readonly string[]) => {
  const own = temporaryFolder();
  writeTable(own, "data.csv", `${lines.join("\n")}\n`);
  return own;
};
const words = (more = {}) => dataOf("data.csv", { targets: [{ name: "tags", type: "labels", column: "tags", ...more }] });
const columns = (...names: string[]) => dataOf("data.csv", { targets: [{ name: "sky", type: "labels", columns: names }] });
/** 40 rows that repeat some cells. */
const listing = (...cells: readonly string[]) => ["x,tags", ...Array.from({ length: 40 }, (_, i) => `${i},${cells[i % cells.length]}`)];

describe("words listed in one column", () => {
  test("records hold 0 and 1 by label; an empty cell has none, a word that means missing excludes its row", async () => {
    const at = table(listing("rain;wind", "", "snow", "NA", "wind; rain;wind"));
    const prepared = await prepare(at, words());
    expect(prepared.fitted.targets[0]).toMatchObject({ type: "labels", classes: ["rain", "snow", "wind"], separator: ";" });
    expect(prepared.targets[0]).toMatchObject({ kind: "labels", width: 3, classes: ["rain", "snow", "wind"] });
    expect(prepared.audit.skipped).toEqual([{ reason: "missing target", column: "tags", rows: 8 }]);
    const expected: Readonly<Record<number, readonly number[]>> = { 0: [1, 0, 1], 1: [0, 0, 0], 2: [0, 1, 0], 4: [1, 0, 1] };
    const samples = (["train", "validation", "test"] as const).flatMap((split) => storedSamples(prepared, split));
    expect(samples).toHaveLength(32);
    for (const { row, floats } of samples) expect(floats.slice(-3), `row ${row}`).toEqual(expected[(row - 1) % 5]);
    const train = storedSamples(prepared, "train");
    expect(prepared.classCounts["tags"]).toEqual([0, 1, 2].map((k) => train.filter(({ floats }) => floats.slice(-3)[k] === 1).length));
  });

  test("another table is read as training was: what it does not know excludes the row, and is told", async () => {
    const at = table(listing("a|b", "b", "", "a"));
    const { fitted } = await prepare(at, words());
    writeTable(at, "other.csv", "x,tags\n1,b|a\n2,\n3,a|zebra\n4,NA\n");
    const reader = await readTable({ fitted, folder: at, path: "other.csv", workFolder: at, targets: "required" });
    const truths: number[] = [];
    for await (const batch of reader) truths.push(...(batch.targets["tags"]!.data as Float32Array));
    expect(truths).toEqual([1, 1, 0, 0]);
    expect(reader.skipped).toEqual([
      { reason: "unknown class", column: "tags", rows: 1 },
      { reason: "missing target", column: "tags", rows: 1 },
    ]);
    expect([...reader.unknownClasses[0]!.texts]).toEqual([["zebra", 1]]);
  });

  test("a label that no training row has is told, by preparing and by inspecting", async () => {
    const lines = ["x,when,tags", ...Array.from({ length: 40 }, (_, i) => `${i},${i},${i > 37 ? "a;late" : i % 2 === 0 ? "a;b" : "b"}`)];
    const at = table(lines);
    const data = dataOf("data.csv", {
      inputs: [{ name: "features", type: "numeric", columns: ["x"] }],
      targets: [{ name: "tags", type: "labels", column: "tags" }],
      split: { by: "time", column: "when" },
    });
    const { audit } = await prepare(at, data);
    expect(audit.warnings.map(({ message }) => message).join("\n")).toContain('1 of 3 labels of "tags"');
    const inspected = await inspectTable({ folder: at, data, seed: 1, workFolder: at });
    expect(inspected.classes["tags"]).toMatchObject({ late: { train: 0, test: 2 } });
    expect(inspected.warnings.map(({ message }) => message)).toContain('no training row of target tags has the label "late"; it cannot be learnt');
  });

  test.each([
    ["one label only", listing("sun;sun", "sun; sun", "sun"), { separator: ";" }, /no cell of column "tags" of .* has ";" between words/],
    ["no list at all", listing("sun", "rain", "snow"), {}, /no cell of column "tags" of .* lists several words: none has ";", "\|", ",", a blank between them/],
    ["a separator that never occurs", listing("a;b", "b;c", "a"), { separator: "/" }, /has "\/" between words \(one is ".*"\); did you mean ";"\?/],
  ])("%s is refused", async (_what, lines, more, message) => {
    await expect(prepare(table(lines), words(more))).rejects.toThrow(message);
  });

  test("thousands of labels are refused", async () => {
    const lines = ["x,tags", ...Array.from({ length: 1200 }, (_, i) => `${i},l${i};m${i}`)];
    await expect(prepare(table(lines), words())).rejects.toThrow(/has more than 1,000 different labels/);
  });
});

describe("a column for each label", () => {
  test("each is read as yes or no is; a missing cell is left out of its label", async () => {
    const at = table(["x,rain,wind", ...Array.from({ length: 40 }, (_, i) => `${i},${i % 2},${i % 3 === 0 ? "yes" : i % 3 === 1 ? "no" : ""}`)]);
    const prepared = await prepare(at, columns("rain", "wind"));
    expect(prepared.fitted.targets[0]).toMatchObject({
      classes: ["rain", "wind"],
      pairs: [
        { negative: ["0"], positive: ["1"] },
        { negative: ["no"], positive: ["yes"] },
      ],
    });
    for (const { row, floats } of storedSamples(prepared, "train")) expect(floats.slice(-2)).toEqual([(row - 1) % 2, [1, 0, Number.NaN][(row - 1) % 3]]);
    expect(prepared.audit.skipped).toEqual([]);
    const { train, validation, test: judged } = prepared.targets[0]!.masked!;
    expect(train + validation + judged).toBe(13);
    expect(prepared.audit.warnings.map(({ message }) => message).join("\n")).toMatch(
      /some or all of target sky is missing in .* samples; they are used for what is there, and its loss and its metrics count that/,
    );
  });

  test("another table is read as training was: a row without one of the labels is judged by the others, one without any is not", async () => {
    const at = table(["x,rain,wind", ...Array.from({ length: 40 }, (_, i) => `${i},${i % 2},${i % 3 === 0 ? "yes" : "no"}`)]);
    const { fitted } = await prepare(at, columns("rain", "wind"));
    writeTable(at, "other.csv", "x,rain,wind\n1,1,\n2,,\n3,0,yes\n");
    const reader = await readTable({ fitted, folder: at, path: "other.csv", workFolder: at, targets: "required" });
    const truths: number[] = [];
    for await (const batch of reader) truths.push(...(batch.targets["sky"]!.data as Float32Array));
    expect(truths).toEqual([1, -1, 0, 1]);
    expect(reader.skipped).toEqual([{ reason: "missing target", column: "", rows: 1 }]);
  });

  test("a label that never occurs is told; a column of more than two values is refused", async () => {
    const at = table(["x,rain,wind,hail", ...Array.from({ length: 40 }, (_, i) => `${i},${i % 2},0,${i % 3}`)]);
    const { audit, fitted } = await prepare(at, columns("rain", "wind"));
    expect(fitted.targets[0]).toMatchObject({ pairs: [{}, { negative: ["0"], positive: ["1"] }] });
    expect(audit.warnings.map(({ message }) => message).join("\n")).toContain("1 of 2 labels of sky");
    await expect(prepare(at, columns("rain", "hail"))).rejects.toThrow(
      /column "hail" of .* has 3 different values .* expected two for a label, such as 0 and 1/,
    );
  });
});

test("separators are found by looking", () => {
  const cells = (...texts: readonly string[]) => new Map(texts.map((text) => [text, 1]));
  expect(findSeparator(cells("a;b", "c"))).toBe(";");
  expect(findSeparator(cells("heavy rain, wind", "wind", "heavy rain"))).toBe(",");
  expect(findSeparator(cells("a b", "b c"))).toBe(" ");
  expect(findSeparator(cells("a", "b"))).toBeUndefined();
  expect(wordsIn(" a; b ;;a", ";")).toEqual(["a", "b"]);
});

test("names of two words and of places are no lists", () => {
  const often = (...texts: readonly string[]) => new Map(texts.map((text) => [text, 5]));
  expect(looksListed(often("rain;wind", "rain", "wind", "snow;rain", "snow"))).toBe(true);
  expect(looksListed(often("New York", "Los Angeles", "Boston"))).toBe(false);
  expect(looksListed(often("Paris, France", "Lyon, France", "Nice, France"))).toBe(false);
});
