import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type RawBatch, type ReadTableOptions, type TableReader, readTable } from "../../../src-main/datasets/index.js";
import { type FittedData, fittedData } from "../../../src-main/features/fitted.js";
import { encoderGraph } from "../../../src-main/datasets/encode.js";
import { packageRoot } from "../../../src-main/base/entries.js";
import { storedSamples } from "../../support/records.js";
import { temporaryFolder } from "../../support/temporary-folder.js";
import { compile, dataOf, prepare, writeTable } from "../../support/tables.js";

const fitted: FittedData = {
  version: 1,
  inputs: [
    { name: "f", type: "numeric", columns: ["a", "b"], missing: "mean", fill: [1, 2], shift: [0, 0], scale: [1, 1] },
    { name: "word", type: "category", column: "word", classes: ["x", "y"] },
  ],
  targets: [{ name: "t", type: "category", column: "class", classes: ["no", "yes"] }],
};

function open(folder: string, path: string, more: Partial<ReadTableOptions> = {}): Promise<TableReader> {
  return readTable({ fitted, folder, path, workFolder: join(folder, "work"), targets: "none", ...more });
}

async function all(reader: AsyncIterable<RawBatch>): Promise<RawBatch[]> {
  const batches: RawBatch[] = [];
  for await (const batch of reader) batches.push(batch);
  return batches;
}

describe("a part of prepared data, read again from its file", () => {
  it("goes through the encoders to exactly the prepared samples", async () => {
    const prepared = await prepare(
      temporaryFolder(),
      dataOf(join(packageRoot, "resources", "samples", "credit", "credit.csv"), {
        inputs: [{ name: "features", type: "numeric", columns: "rest", missing: "median" }],
        targets: [{ name: "good", type: "binary", column: "Good" }],
      }),
    );
    // As a model file would hold it.
    const encoders = await compile(encoderGraph(fittedData.parse(JSON.parse(JSON.stringify(prepared.fitted)))));
    for (const split of ["train", "validation", "test"] as const) {
      const samples = storedSamples(prepared, split);
      let at = 0;
      for await (const batch of prepared.readRaw(split)) {
        const encoded = (await encoders.run(batch.inputs))["features.encoded"]!.data;
        for (let r = 0; r < batch.size; r++, at++) {
          expect(batch.rows[r]).toBe(samples[at]!.row);
          expect([...encoded.slice(r * 9, r * 9 + 9)]).toEqual(samples[at]!.floats.slice(0, 9));
          expect(batch.targets["good"]!.data[r]).toBe(samples[at]!.floats[9]);
        }
      }
      expect(at).toBe(samples.length);
    }
    await encoders.dispose();
  });

  it("says so where the file lost rows meanwhile", async () => {
    const folder = temporaryFolder();
    writeTable(folder, "t.csv", `x,y\n${Array.from({ length: 40 }, (_, i) => `${i},${i % 2}`).join("\n")}\n`);
    const prepared = await prepare(folder, dataOf("t.csv"));
    writeFileSync(join(folder, "t.csv"), "x,y\n1,0\n2,1\n");
    await expect(all(prepared.readRaw("train"))).rejects.toMatchObject({
      code: "data.changed",
      message: expect.stringContaining("has other rows than when the data were prepared"),
    });
  });
});

describe("any other table, by fitted encoders alone", () => {
  it("takes columns in any order and more of them, without targets", async () => {
    const folder = temporaryFolder();
    writeTable(folder, "p.csv", "word,note,b,a\nx,hello,2,1\ny,,,3\n");
    const [batch] = await all(await open(folder, "p.csv"));
    expect(batch).toEqual({
      size: 2,
      rows: new Uint32Array([1, 2]),
      targets: {},
      inputs: { f: { dtype: "float32", dims: [2, 2], data: new Float32Array([1, 2, 3, NaN]) }, word: { dtype: "string", dims: [2, 1], data: ["x", "y"] } },
    });
  });

  it("counts words that training did not see, and keeps their rows", async () => {
    const folder = temporaryFolder();
    writeTable(
      folder,
      "p.jsonl",
      [
        { a: 1, b: 2, word: "z" },
        { a: 1, b: 2, word: null },
        { a: 1, b: 2, word: "w" },
      ]
        .map((r) => `${JSON.stringify(r)}\n`)
        .join(""),
    );
    const reader = await open(folder, "p.jsonl");
    expect((await all(reader))[0]!.inputs["word"]!.data).toEqual(["z", "", "w"]);
    expect(reader.unknown).toEqual([
      {
        column: "word",
        rows: 2,
        known: ["x", "y"],
        texts: new Map([
          ["z", 1],
          ["w", 1],
        ]),
      },
    ]);
    expect(reader.skipped).toEqual([]);
  });

  it("skips and counts rows whose target is missing or of an unknown class", async () => {
    const folder = temporaryFolder();
    writeTable(folder, "e.csv", "a,b,word,class\n1,2,x,yes\n3,4,x,\n5,6,y,perhaps\n7,8,y,no\n");
    const reader = await open(folder, "e.csv", { targets: "required" });
    const [batch] = await all(reader);
    expect([...batch!.rows]).toEqual([1, 4]);
    expect([...batch!.targets["t"]!.data]).toEqual([1n, 0n]);
    expect(reader.rows).toBe(4);
    expect(reader.skipped).toEqual([
      { reason: "missing target", column: "class", rows: 1 },
      { reason: "unknown class", column: "class", rows: 1 },
    ]);
  });

  it("takes any class of an embedding, the same in every batch, and skips rows that have none", async () => {
    const folder = temporaryFolder();
    const targets = [{ name: "t", type: "embedding" as const, column: "class", classes: ["no", "yes"], dimensions: 2 }];
    const classes = ["new", "no", "", "other", "new", "yes", "other", "other", "Yes"];
    writeTable(folder, "t.csv", `a,b,word,class\n${classes.map((name, i) => `${i},${i},x,${name}`).join("\n")}\n`);
    const reader = await open(folder, "t.csv", { fitted: { ...fitted, version: 2, targets }, targets: "required", batchSize: 3 });
    const batches = await all(reader);
    expect(batches.map(({ rows }) => [...rows])).toEqual([
      [1, 2, 4],
      [5, 6, 7],
      [8, 9],
    ]);
    expect(batches.flatMap(({ targets }) => [...targets["t"]!.data].map(Number))).toEqual([2, 0, 3, 2, 1, 3, 3, 1]);
    expect(reader.skipped).toEqual([{ reason: "missing target", column: "class", rows: 1 }]);
    expect(reader.unknownClasses).toEqual([]);
  });

  it("drops or refuses rows with missing values, as the encoder says", async () => {
    const folder = temporaryFolder();
    writeTable(folder, "p.csv", "a,b,word\n1,2,x\n,4,x\n5,6,y\n");
    const policy = (missing: "drop" | "error"): FittedData => ({
      ...fitted,
      inputs: fitted.inputs.map((i) => (i.type === "numeric" ? { ...i, missing, fill: null } : i)),
    });
    const reader = await open(folder, "p.csv", { fitted: policy("drop") });
    expect([...(await all(reader))[0]!.rows]).toEqual([1, 3]);
    expect(reader.skipped).toEqual([{ reason: "missing value", column: "a", rows: 1 }]);
    await expect(open(folder, "p.csv", { fitted: policy("error") }).then(all)).rejects.toMatchObject({
      code: "data.value",
      message: `${folder}/p.csv, row 2, column "a": got nothing, expected a number, because missing is "error"; fill it in`,
    });
  });

  it("comes in batches of the size asked for, over many chunks", async () => {
    const folder = temporaryFolder();
    writeTable(folder, "p.csv", `a,b,word\n${Array.from({ length: 10_001 }, (_, i) => `${i + 1},0,x`).join("\n")}\n`);
    const batches = await all(await open(folder, "p.csv", { batchSize: 3000 }));
    expect(batches.map((b) => b.size)).toEqual([3000, 3000, 3000, 1001]);
    expect(batches.flatMap((b) => [...b.rows])).toEqual(Array.from({ length: 10_001 }, (_, i) => i + 1));
    expect(batches.flatMap((b) => Array.from({ length: b.size }, (_, r) => b.inputs["f"]!.data[r * 2]))).toEqual(
      Array.from({ length: 10_001 }, (_, i) => i + 1),
    );
  });

  it.each([
    ["a,b,wrod\n1,2,x\n", {}, "data.column", `input word: DIR/p.csv has no column "wrod"`.replace("wrod", "word") + `; did you mean "wrod"?`],
    ["a,b,word\n1,2,x\n", { targets: "required" }, "data.target", `target t: DIR/p.csv has no column "class"; it has "a", "b", "word"`],
    ["a,b,word\n1,two,x\n", {}, "data.value", `DIR/p.csv, row 1, column "b": got "two", expected a number or nothing; mend the value or leave it empty`],
    [
      "a,b,word\n1,2,x\n1,2,x\n1,x\n",
      {},
      "data.ragged",
      "DIR/p.csv, row 3: got 2 fields, expected 3 as in the first row; mend the row, or quote fields that contain the delimiter",
    ],
    [
      "a,b,word\n1,1e300,x\n",
      {},
      "data.value",
      `DIR/p.csv, row 1, column "b": got "1e300", expected a finite number or nothing; mend the value or leave it empty`,
    ],
    ["a,b,word\n", {}, "data.empty", "DIR/p.csv has a header but no rows, expected at least one"],
  ] as const)("explains what is wrong with %j", async (content, more, code, message) => {
    const folder = temporaryFolder();
    writeTable(folder, "p.csv", content);
    const error: unknown = await open(folder, "p.csv", more)
      .then(all)
      .then(
        () => undefined,
        (e: unknown) => e,
      );
    expect((error as Error).message.replaceAll(folder, "DIR")).toBe(message);
    expect(error).toMatchObject({ code });
  });
});
