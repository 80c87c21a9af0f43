import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { DataSpec } from "../../../src-main/contract/data.js";
import { type RowFilterInput, rowsRequest } from "../../../src-main/contract/table-views.js";
import {
  createViews,
  inspectTable,
  prepareData,
  proposeRoles,
  readRows,
  readTable,
  splitTable,
  stageTable,
  summarizeColumns,
} from "../../../src-main/datasets/index.js";
import { fingerprintOf } from "../../../src-main/datasets/prepare.js";
import { compile, dataOf, prepare, writeParquet, writeTable } from "../../support/tables.js";
import { temporaryFolder } from "../../support/temporary-folder.js";

/** Rows of `x` and `y`, made by number. */
const lines = (n: number, row: (i: number) => string, head = "x,y") => `${head}\n${Array.from({ length: n }, (_, i) => `${row(i)}\n`).join("")}`;
const targets: DataSpec["targets"] = [{ name: "y", type: "category", column: "y" }];
const binary: DataSpec["targets"] = [{ name: "y", type: "binary", column: "y" }];
const rest: DataSpec["inputs"] = [{ name: "f", type: "numeric", columns: "rest", normalize: "standard", missing: "mean" }];
const messages = (warnings: readonly { readonly message: string }[]) => warnings.map(({ message }) => message).join("\n");

describe("missing words in a target", () => {
  it.each(["NA", "N/A", "n.a.", "?", "-", "null", "nan", "None"])("%s is no class", async (word) => {
    const folder = temporaryFolder();
    const path = writeTable(
      folder,
      "t.csv",
      lines(60, (i) => `${i},${i % 30 === 29 ? word : i % 2}`),
    );
    const { fitted, audit } = await prepare(folder, dataOf(path, { inputs: rest, targets: binary }));
    expect(fitted.targets[0]).toMatchObject({ classes: ["0", "1"] });
    expect(audit.skipped).toEqual([{ reason: "missing target", column: "y", rows: 2 }]);
    expect(messages(audit.warnings)).toContain(`"${word}" (2) counts as missing`);
  });

  it("is told alike by an audit's columns and classes", async () => {
    const folder = temporaryFolder();
    const path = writeTable(
      folder,
      "t.csv",
      lines(60, (i) => `${i},${i % 30 === 29 ? "NA" : i % 2 ? "no" : "yes"}`),
    );
    const audit = await inspectTable({ folder, data: dataOf(path, { inputs: rest, targets: binary }), seed: 0, workFolder: join(folder, "work") });
    expect(audit.columns.find(({ name }) => name === "y")).toMatchObject({ missing: 2, distinct: 2 });
    expect(Object.keys(audit.classes["y"]!).sort()).toEqual(["no", "yes"]);
  });

  it("is proposed as yes or no", async () => {
    const folder = temporaryFolder();
    const path = writeTable(
      folder,
      "t.csv",
      lines(60, (i) => `${i * 1.5},${i % 30 === 29 ? "NA" : i % 2}`),
    );
    const proposal = await proposeRoles({ folder, path, workFolder: join(folder, "work") });
    expect(proposal.targets[0]).toMatchObject({ type: "binary" });
    expect(proposal.notes.join("\n")).toContain(`"NA" (2) counts as missing`);
  });
});

describe("one value, one spelling", () => {
  it("writes whole numbers without decimals, between blanks of any kind too", async () => {
    const folder = temporaryFolder();
    const spellings = ["1", "1.0", "\u00a01.0", "1.00\u3000", "2", "2.0\u200b"];
    const path = writeTable(
      folder,
      "t.csv",
      lines(60, (i) => `${i},${spellings[i % 6]}`),
    );
    const { fitted } = await prepare(folder, dataOf(path, { inputs: rest, targets }));
    expect(fitted.targets[0]).toMatchObject({ classes: ["1", "2"] });
  });

  it("takes blanks of any kind off, and compares in NFC", async () => {
    const folder = temporaryFolder();
    const spellings = ["K\u00f6ln", "Ko\u0308ln", "\u00a0K\u00f6ln", "K\u00f6ln\u3000", "\ufeffK\u00f6ln\u200b"];
    const path = writeTable(
      folder,
      "t.csv",
      lines(60, (i) => `${i},${i % 2 ? "Bonn" : spellings[i % 5]}`),
    );
    const { fitted } = await prepare(folder, dataOf(path, { inputs: rest, targets }));
    expect(fitted.targets[0]).toMatchObject({ classes: ["Bonn", "K\u00f6ln"] });
  });

  it("makes yes and Yes one, and only tells of other words that differ in case", async () => {
    const folder = temporaryFolder();
    const path = writeTable(
      folder,
      "t.csv",
      lines(60, (i) => `${i % 7 === 0 ? "Red" : i % 2 ? "red" : "blue"},${i === 0 ? "Yes" : i % 2 ? "no" : "yes"}`),
    );
    const { targets: proposed, notes } = await proposeRoles({ folder, path, workFolder: join(folder, "work") });
    expect(proposed[0]).toMatchObject({ type: "binary" });
    expect(notes.join("\n")).toContain(`"Yes" (1) and "yes" (29) are one value, "yes"`);
    expect(notes.join("\n")).toMatch(/"red" \(\d+\) and "Red" \(\d+\) differ only in case|"Red" \(\d+\) and "red" \(\d+\) differ only in case/);
    const { fitted } = await prepare(folder, dataOf(path, { inputs: [{ name: "x", type: "category", column: "x" }], targets: binary }));
    expect(fitted.targets[0]).toMatchObject({ classes: ["no", "yes"] });
    expect(fitted.inputs[0]).toMatchObject({ classes: ["Red", "blue", "red"] });
  });

  it("reads booleans of Parquet, pandas and Excel alike, trained on either", async () => {
    const folder = temporaryFolder();
    const parquet = await writeParquet(folder, "t.parquet", "SELECT i % 3 = 0 AS m, i % 2 = 0 AS y FROM range(60) t(i)");
    const prepared = await prepare(folder, dataOf(parquet, { inputs: rest, targets: binary }));
    for (const [yes, no] of [
      ["True", "False"],
      ["TRUE", "FALSE"],
      ["1", "0"],
      ["1.0", "0.0"],
      ["true", "false"],
    ]) {
      writeFileSync(join(folder, "new.csv"), `m,y\n${yes},${no}\n${no},${yes}\n`);
      const reader = await readTable({ fitted: prepared.fitted, folder, path: "new.csv", workFolder: join(folder, "work"), targets: "required" });
      for await (const { inputs, targets: truth } of reader) {
        expect([...(inputs["f"]!.data as Float32Array)]).toEqual([1, 0]);
        expect([...(truth["y"]!.data as Float32Array)]).toEqual([0, 1]);
      }
      expect(reader.skipped).toEqual([]);
    }
    const csv = writeTable(
      folder,
      "t.csv",
      lines(60, (i) => `${i % 3 ? "False" : "True"},${i % 2}`),
    );
    const other = await prepare(folder, dataOf(csv, { inputs: [{ name: "x", type: "binary", column: "x" }], targets: binary }));
    const again = await writeParquet(folder, "u.parquet", "SELECT i = 0 AS x, i = 0 AS y FROM range(2) t(i)");
    const reader = await readTable({ fitted: other.fitted, folder, path: again, workFolder: join(folder, "work"), targets: "required" });
    for await (const { inputs, targets: truth } of reader) {
      // The file's own encoding knows these spellings too.
      expect(inputs["x"]!.data).toEqual(["true", "false"]);
      expect(other.fitted.inputs[0]).toMatchObject({ also: { true: "True", false: "False", "1": "True" } });
      expect([...(truth["y"]!.data as Float32Array)]).toEqual([1, 0]);
    }
  });
});

it("shows missing words as missing, and spellings as the one value that they are, wherever a column is shown", async () => {
  const folder = temporaryFolder();
  const path = writeTable(
    folder,
    "t.csv",
    lines(60, (i) => `${i},${i % 20 === 0 ? "n.a." : i % 20 === 1 ? "Yes" : i % 2 ? "yes" : "no"}`),
  );
  const data = dataOf(path, { inputs: rest, targets: binary });
  const staged = await stageTable({ folder, source: data.source, names: undefined, workFolder: join(folder, "work"), progress: () => undefined });
  const y = (await summarizeColumns(staged, () => undefined)).find(({ name }) => name === "y");
  expect(y).toMatchObject({
    missing: 3,
    distinct: 2,
    values: [
      { value: "yes", rows: 30 },
      { value: "no", rows: 27 },
    ],
  });
  const split = await splitTable(staged, data, 1);
  const page = (filter: RowFilterInput) => readRows(staged, split, createViews(), rowsRequest.parse({ offset: 0, limit: 100, filters: [filter] }));
  const gaps = await page({ kind: "missing", column: "y" });
  expect(gaps.rows.map(({ row, cells }) => [row, cells[1]])).toEqual([
    [1, null],
    [21, null],
    [41, null],
  ]);
  expect((await page({ kind: "value", column: "y", value: "yes" })).total).toBe(30);
  staged.database.close();
});

describe("codes and quantities", () => {
  it("reads codes with leading zeros as a category", async () => {
    const folder = temporaryFolder();
    const path = writeTable(
      folder,
      "t.csv",
      lines(60, (i) => `${["01730", "94105", "00501"][i % 3]},${i % 2}`, "code,y"),
    );
    const { inputs, notes } = await proposeRoles({ folder, path, workFolder: join(folder, "work") });
    expect(inputs[0]).toMatchObject({ type: "category", column: "code" });
    expect(notes.join("\n")).toContain("holds codes such as 00501; it is read as a category");
  });

  it("reads currencies, per cents and thousands as numbers, and says so", async () => {
    const folder = temporaryFolder();
    const path = writeTable(
      folder,
      "t.csv",
      lines(60, (i) => `"$${1 + i},234.50",${i % 7}%,"${10 + i},345","\u20ac ${1 + i} 234,5",${i % 2}`, "price,rate,rent,cost,y"),
    );
    const { inputs, notes } = await proposeRoles({ folder, path, workFolder: join(folder, "work") });
    expect(inputs).toMatchObject([{ type: "numeric", columns: "rest" }]);
    expect(notes.join("\n")).toContain(`"$1,234.50" is read as the number 1234.5`);
    const { fitted } = await prepare(folder, dataOf(path, { inputs: rest, targets: binary }));
    expect(fitted.inputs[0]).toMatchObject({ min: [1234.5, 0, 10345, 1234.5], columns: ["price", "rate", "rent", "cost"] });
  });

  it("reads numbers between blanks of any kind, with an exponent too, and does not speak of the blanks", async () => {
    const folder = temporaryFolder();
    const path = writeTable(
      folder,
      "t.csv",
      lines(60, (i) => `\u00a0${i}.5e2\u3000,\ufeff${i}\u200b,${i % 2}`, "a,b,y"),
    );
    const { inputs, notes } = await proposeRoles({ folder, path, workFolder: join(folder, "work") });
    expect(inputs).toMatchObject([{ type: "numeric", columns: ["a"] }]);
    expect(notes).toEqual(['column "b" is excluded: it counts the rows; make it an input by hand if it is a quantity']);
    const audit = await inspectTable({ folder, data: dataOf(path, { inputs: rest, targets: binary }), seed: 0, workFolder: join(folder, "work") });
    expect(audit.columns).toMatchObject([{ min: 50, max: 5950 }, { min: 0, max: 59 }, { distinct: 2 }]);
  });

  it("names row and value of stray texts, and counts them as missing where the project says so", async () => {
    const folder = temporaryFolder();
    const path = writeTable(
      folder,
      "t.csv",
      lines(60, (i) => `${i === 16 ? "n.d." : i},${i * 2.5},${i % 2}`, "age,x,y"),
    );
    const { notes } = await proposeRoles({ folder, path, workFolder: join(folder, "work") });
    expect(notes.join("\n")).toContain(`"n.d." in row 17 is not; mend it, or count such as missing (source.missing: {"age":["n.d."]})`);
    const data = dataOf(path, { inputs: rest, targets: binary });
    await expect(prepare(folder, data)).rejects.toMatchObject({ code: "data.value", details: { row: 17, column: "age" } });
    const { fitted, audit } = await prepare(folder, { ...data, source: { type: "table", path, missing: { age: ["N.D."] } } });
    expect(audit.missing["age"]).toBe(1);
    expect(fitted.missing).toEqual({ age: ["n.d."] });
  });
});

it("a target of numbers with a few stray texts is one of numbers, with row, value and remedy told, and learnt once they count as missing", async () => {
  const folder = temporaryFolder();
  const path = writeTable(
    folder,
    "t.csv",
    lines(60, (i) => `${i * 1.5},${i % 9 === 0 ? "n/a" : i === 20 ? "sold" : i * 2}`, "x,price"),
  );
  const { targets: proposed, notes } = await proposeRoles({ folder, path, workFolder: join(folder, "work") });
  expect(proposed).toMatchObject([{ type: "numeric", column: "price" }]);
  expect(notes.join("\n")).toContain(`"sold" in row 21 is not; mend it, or count such as missing (source.missing: {"price":["sold"]})`);
  const data = dataOf(path, { inputs: rest, targets: [{ name: "price", type: "numeric", column: "price", normalize: "standard" }] });
  await expect(prepare(folder, data)).rejects.toMatchObject({ code: "data.value", details: { row: 21, column: "price" } });
  const { audit } = await prepare(folder, { ...data, source: { type: "table", path, missing: { price: ["sold"] } } });
  expect(audit.skipped).toEqual([{ reason: "missing target", column: "price", rows: 8 }]);
});

describe("a number that stands for a missing value", () => {
  const rows = (gap: string) => lines(60, (i) => `${i % 10 === 3 ? gap : i % 10},${i % 7 === 2 ? "-9" : i % 7},${i * 1.5},${i % 2}`, "age,code,x,y");
  const inputs: DataSpec["inputs"] = [
    { name: "f", type: "numeric", columns: ["age", "x"], normalize: "standard", missing: "mean" },
    { name: "code", type: "category", column: "code" },
  ];
  const missing = { age: ["-999", "-1"], code: ["-9"] };

  it.each([
    ["csv", "-999"],
    ["csv", "-999.0"],
    ["csv", " -1 "],
    ["parquet", "-999"],
  ])("is missing where the project says so: %s, %j", async (format, gap) => {
    const folder = temporaryFolder();
    const text = writeTable(folder, "t.csv", rows(gap));
    const path = format === "csv" ? text : await writeParquet(folder, "t.parquet", `SELECT * FROM read_csv('${text}')`);
    const data = { ...dataOf(path, { inputs, targets: binary }), source: { type: "table" as const, path, missing } };
    const audit = await inspectTable({ folder, data, seed: 0, workFolder: join(folder, "work") });
    expect(audit.columns).toMatchObject([
      { name: "age", missing: 6, min: 0, max: 9 },
      { name: "code", missing: 9 },
      { name: "x", missing: 0 },
      { name: "y", missing: 0 },
    ]);
    const { fitted } = await prepare(folder, data);
    const values = async (age: string) => {
      const file = writeTable(folder, "new.csv", `age,code,x\n${age},2,3\n`);
      const reader = await readTable({ fitted, folder, path: file, workFolder: join(folder, "work"), targets: "none" });
      for await (const { inputs: given } of reader) return given;
      return undefined;
    };
    expect(await values(gap)).toEqual(await values(""));
  });
});

it("tells a column of source.missing that is not there", async () => {
  const folder = temporaryFolder();
  const path = writeTable(
    folder,
    "t.csv",
    lines(60, (i) => `${i * 1.5},${i % 2}`, "age,y"),
  );
  const data = { ...dataOf(path, { inputs: rest, targets: binary }), source: { type: "table" as const, path, missing: { agee: ["-999"] } } };
  const told = `source.missing names "agee", which is no column of ${path}; did you mean "age"?`;
  expect(messages((await prepare(folder, data)).audit.warnings)).toContain(told);
  expect(messages((await inspectTable({ folder, data, seed: 0, workFolder: join(folder, "work") })).warnings)).toContain(told);
});

describe("what another table holds", () => {
  it("counts rows far outside of what training saw", async () => {
    const folder = temporaryFolder();
    const { fitted } = await prepare(
      folder,
      dataOf(
        writeTable(
          folder,
          "t.csv",
          lines(60, (i) => `${i % 11},${i % 2}`),
        ),
        { inputs: rest, targets: binary },
      ),
    );
    writeFileSync(join(folder, "new.csv"), "x\n5\n20\n21\n-11\n-10\nNA\n");
    const reader = await readTable({ fitted, folder, path: "new.csv", workFolder: join(folder, "work"), targets: "none" });
    for await (const { size } of reader) expect(size).toBe(6);
    expect(reader.outside).toEqual([{ column: "x", rows: 2, min: 0, max: 10 }]);
  });
});

describe("a rare class", () => {
  it("is in every part with three rows, and told by name with two", async () => {
    const folder = temporaryFolder();
    const path = writeTable(
      folder,
      "t.csv",
      lines(60, (i) => `${i * 1.5},${i < 2 ? "two" : i < 5 ? "three" : "many"}`),
    );
    const audit = await inspectTable({ folder, data: dataOf(path, { inputs: rest, targets }), seed: 0, workFolder: join(folder, "work") });
    expect(audit.classes["y"]!["three"]).toEqual({ train: 1, validation: 1, test: 1 });
    expect(messages(audit.warnings)).toContain(`"two" (2 rows, none in validation and test)`);
    const { audit: prepared } = await prepare(folder, dataOf(path, { inputs: rest, targets }));
    expect(messages(prepared.warnings)).toContain(`"two" (2 rows, none in validation and test)`);
    const { notes } = await proposeRoles({ folder, path, workFolder: join(folder, "work") });
    expect(notes.join("\n")).toContain(`too few rows of "two" (2 rows)`);
  });
});

it("a run that began before reads and splits its data as then", async () => {
  const folder = temporaryFolder();
  const path = writeTable(
    folder,
    "t.csv",
    lines(60, (i) => `${i},${i < 3 ? "NA" : i % 2 ? "no" : "yes"}`),
  );
  const data = dataOf(path, { inputs: rest, targets });
  const options = { folder, data, seed: 0, cacheFolder: join(folder, "cache"), compile };
  const now = await prepareData(options);
  expect(now.fitted).toMatchObject({ version: 2, targets: [{ classes: ["no", "yes"] }] });
  const { createHash } = await import("node:crypto");
  const { readFileSync } = await import("node:fs");
  const hash = createHash("sha256").update(readFileSync(path)).digest("hex");
  const began = fingerprintOf(data, 0, [hash], 2);
  const then = await prepareData({ ...options, began });
  expect(then.fingerprint).toBe(began);
  expect(then.fitted).toMatchObject({ version: 1, targets: [{ classes: ["NA", "no", "yes"] }] });
});
