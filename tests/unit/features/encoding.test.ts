import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { packageRoot } from "../../../src-main/base/entries.js";
import { encoderGraph } from "../../../src-main/datasets/encode.js";
import { pairOf } from "../../../src-main/features/binary.js";
import { sortClasses } from "../../../src-main/features/category.js";
import type { FittedData } from "../../../src-main/features/fitted.js";
import { targetKindOf } from "../../../src-main/features/index.js";
import { createEmitter } from "../../../src-main/ops/index.js";
import { tensor } from "../../../src-main/onnx/types.js";
import { storedRows, storedSamples } from "../../support/records.js";
import { temporaryFolder } from "../../support/temporary-folder.js";
import { compile, dataOf, prepare, writeTable } from "../../support/tables.js";

const credit = join(packageRoot, "resources", "samples", "credit", "credit.csv");

/** The credit table in plain JavaScript. */
const [header = [], ...records] = readFileSync(credit, "utf8")
  .trim()
  .split("\n")
  .map((line) => line.split(","));
const numbers = records.map((fields) => fields.map((f) => (f === "" ? NaN : Number(f))));
const columns = header.slice(0, 9);

function mean(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0) / values.length;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length / 2;
  return sorted.length % 2 === 1 ? sorted[Math.floor(half)]! : (sorted[half - 1]! + sorted[half]!) / 2;
}

describe("numeric inputs of the credit sample, against plain JavaScript", () => {
  const fits = {
    standard: (v: readonly number[]) => [mean(v), Math.sqrt(mean(v.map((x) => (x - mean(v)) ** 2)))],
    minmax: (v: readonly number[]) => [Math.min(...v), Math.max(...v) - Math.min(...v)],
    none: () => [0, 1],
  } as const;
  const fills = { mean, median } as const;
  const all = (["standard", "minmax", "none"] as const).flatMap((normalize) => (["mean", "median"] as const).map((missing) => [normalize, missing] as const));

  it.each(all)("normalize %s, missing %s: fitted on training rows only", async (normalize, missing) => {
    const prepared = await prepare(
      temporaryFolder(),
      dataOf(credit, {
        inputs: [{ name: "features", type: "numeric", columns: "rest", normalize, missing }],
        targets: [{ name: "good", type: "binary", column: "Good" }],
      }),
    );
    expect(prepared.counts).toEqual({ train: 3118, validation: 668, test: 668 });
    expect(prepared.classCounts["good"]!.reduce((a, b) => a + b)).toBe(3118);
    const train = storedRows(prepared, "train").map((row) => numbers[row - 1]!);
    const fitted = columns.map((_, k) => {
      const present = train.map((row) => row[k]!).filter((x) => !Number.isNaN(x));
      const [shift = 0, scale = 1] = fits[normalize](present);
      return { shift, scale, fill: fills[missing](present) };
    });
    for (const split of ["train", "validation", "test"] as const) {
      for (const { row, floats } of storedSamples(prepared, split)) {
        fitted.forEach(({ shift, scale, fill }, k) => {
          const x = numbers[row - 1]![k]!;
          const expected = ((Number.isNaN(x) ? fill : x) - shift) / scale;
          expect(Math.abs(floats[k]! - expected)).toBeLessThanOrEqual(1e-5 * Math.max(1, Math.abs(expected)));
        });
        expect(floats[9]).toBe(numbers[row - 1]![9]);
      }
    }
  });

  it("leaves nothing missing, with mean 0 and deviation 1 on the training rows", async () => {
    const prepared = await prepare(temporaryFolder(), dataOf(credit, { targets: [{ name: "good", type: "binary", column: "Good" }] }));
    const samples = storedSamples(prepared, "train");
    columns.forEach((_, k) => expect(Math.abs(mean(samples.map((s) => s.floats[k]!)))).toBeLessThan(1e-5));
    // Income has gaps, and filling them with the mean narrows it; Age has none.
    expect(Math.sqrt(mean(samples.map((s) => s.floats[2]! ** 2)))).toBeCloseTo(1, 5);
  });

  it("is the same, bit for bit, every time", async () => {
    const make = () => prepare(temporaryFolder(), dataOf(credit, { targets: [{ name: "good", type: "binary", column: "Good" }] }));
    const [first, second] = [await make(), await make()];
    expect(second.fitted).toEqual(first.fitted);
    expect(readFileSync(second.files.train).equals(readFileSync(first.files.train))).toBe(true);
  });
});

describe("category and binary inputs", () => {
  const fitted: FittedData = {
    version: 1,
    inputs: [
      { name: "colour", type: "category", column: "colour", classes: ["blue", "green", "red"] },
      { name: "owner", type: "binary", column: "owner", classes: ["no", "yes"], negative: ["no", "No"], positive: ["yes"], share: 0.25 },
    ],
    targets: [],
  };

  it("are one-hot and 0 or 1; an unknown or missing word is all zeros, or the share of yes", async () => {
    const graph = await compile(encoderGraph(fitted));
    const out = await graph.run({
      colour: { dtype: "string", dims: [5, 1], data: ["green", "pink", "", "blue", "red"] },
      owner: { dtype: "string", dims: [5, 1], data: ["yes", "No", "no", "", "maybe"] },
    });
    expect(out["colour.encoded"]!.dims).toEqual([5, 3]);
    expect([...out["colour.encoded"]!.data]).toEqual([0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1]);
    expect([...out["owner.encoded"]!.data]).toEqual([1, 0, 0, 0.25, 0.25]);
    await graph.dispose();
  });

  it("are fitted on training rows: a word that only validation has is unknown", async () => {
    const folder = temporaryFolder();
    const rows = Array.from({ length: 40 }, (_, i) => `${i},${i > 35 ? "late" : i % 2 === 0 ? "even" : "odd"},${i % 4 === 0 ? "Yes" : "no"},${i % 2}`);
    writeTable(folder, "t.csv", `t,word,flag,y\n${rows.join("\n")}\n`);
    const prepared = await prepare(
      folder,
      dataOf("t.csv", {
        inputs: [
          { name: "word", type: "category", column: "word" },
          { name: "flag", type: "binary", column: "flag" },
        ],
        split: { by: "time", column: "t", validation: 0.2, test: 0 },
      }),
    );
    expect(prepared.inputs).toEqual([
      { name: "word", width: 2, dtype: "float32" },
      { name: "flag", width: 1, dtype: "float32" },
    ]);
    expect(prepared.fitted.inputs).toEqual([
      { name: "word", type: "category", column: "word", classes: ["even", "odd"] },
      {
        name: "flag",
        type: "binary",
        column: "flag",
        classes: ["no", "Yes"],
        negative: ["no"],
        positive: ["Yes"],
        share: 0.25,
        also: { No: "no", NO: "no", yes: "Yes", YES: "Yes" },
      },
    ]);
    expect(storedSamples(prepared, "validation").map((s) => s.floats)).toEqual([
      [1, 0, 1, 0],
      [0, 1, 0, 1],
      [1, 0, 0, 0],
      [0, 1, 0, 1],
      [0, 0, 1, 0],
      [0, 0, 0, 1],
      [0, 0, 0, 0],
      [0, 0, 0, 1],
    ]);
  });
});

describe("targets", () => {
  it("category: indices into the sorted classes, kept as integers", async () => {
    const folder = temporaryFolder();
    writeTable(folder, "t.csv", `x,y\n${Array.from({ length: 30 }, (_, i) => `${i},${[10, 9, 2][i % 3]}`).join("\n")}\n`);
    const prepared = await prepare(folder, dataOf("t.csv", { targets: [{ name: "y", type: "category", column: "y" }] }));
    expect(prepared.targets).toEqual([{ name: "y", kind: "category", columns: ["y"], width: 1, classes: ["2", "9", "10"] }]);
    expect(prepared.classCounts).toEqual({ y: [6, 6, 6] });
    for (const { row, integers } of storedSamples(prepared, "train")) expect(integers[1]).toBe([2, 1, 0][(row - 1) % 3]);
  });

  it("numeric: scaled for training, and scaled back by the graph", async () => {
    const folder = temporaryFolder();
    writeTable(folder, "t.csv", `x,a,b\n${Array.from({ length: 40 }, (_, i) => `${i},${1000 + 10 * i},${-i}`).join("\n")}\n`);
    const prepared = await prepare(folder, dataOf("t.csv", { targets: [{ name: "y", type: "numeric", columns: ["a", "b"], normalize: "standard" }] }));
    const [target] = prepared.fitted.targets;
    if (target?.type !== "numeric") throw new Error("expected a numeric target");
    const samples = storedSamples(prepared, "train");
    expect(mean(samples.map((s) => s.floats[1]!))).toBeCloseTo(0, 5);
    const e = createEmitter();
    e.graph.output(targetKindOf(target).lower(e, e.graph.input("scaled", "float32", ["N", 2]), target), "y");
    const graph = await compile(e.graph.build("back"));
    const out = await graph.run({
      scaled: tensor(
        "float32",
        samples.flatMap((s) => s.floats.slice(1, 3)),
        [samples.length, 2],
      ),
    });
    samples.forEach(({ row }, r) => {
      expect(out["y"]!.data[r * 2]).toBeCloseTo(1000 + 10 * (row - 1), 3);
      expect(out["y"]!.data[r * 2 + 1]).toBeCloseTo(-(row - 1), 3);
    });
    await graph.dispose();
  });

  it("binary: which of two values is the positive one", () => {
    const positive = (...texts: string[]) => pairOf(texts)?.positive;
    expect(positive("1", "0")).toEqual(["1"]);
    expect(positive("yes", "no", "Yes", "NO")).toEqual(["Yes", "yes"]);
    expect(positive("true", "false")).toEqual(["true"]);
    expect(positive("1", "-1")).toEqual(["1"]);
    expect(positive("1.0", "0.0", "1")).toEqual(["1", "1.0"]);
    expect(positive("good", "bad")).toEqual(["good"]);
    expect(positive("cat", "dog")).toEqual(["dog"]);
    expect(positive("2", "10")).toEqual(["10"]);
    expect(positive("0", "1", "2")).toBeUndefined();
    expect(positive("yes")).toBeUndefined();
  });

  it("sorts classes by number where all are numbers, else by code point", () => {
    expect(sortClasses(["10", "9", "2"])).toEqual(["2", "9", "10"]);
    expect(sortClasses(["b", "10", "Z", "é", "a"])).toEqual(["10", "Z", "a", "b", "é"]);
  });
});
