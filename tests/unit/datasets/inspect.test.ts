import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { packageRoot } from "../../../src-main/base/entries.js";
import { dataSchema } from "../../../src-main/contract/data.js";
import { inspectTable, proposeRoles } from "../../../src-main/datasets/index.js";
import { temporaryFolder } from "../../support/temporary-folder.js";
import { dataOf, prepare, writeTable } from "../../support/tables.js";

const credit = join(packageRoot, "resources", "samples", "credit", "credit.csv");

describe("inspectTable", () => {
  it("does not tell of a series' times and ids that they are unused", async () => {
    const folder = temporaryFolder();
    const stamp = (i: number) => new Date(Date.UTC(2024, 0, 1 + i)).toISOString().slice(0, 10);
    const lines = ["a", "b"].flatMap((id) => Array.from({ length: 60 }, (_, i) => `${stamp(i)},${id},${(i * 7) % 11},${stamp(i + 9)}`));
    const data = dataSchema.parse({
      source: { type: "series", path: writeTable(folder, "t.csv", ["day,shop,y,due", ...lines].join("\n")), time: "day", id: "shop" },
      inputs: [{ name: "past", type: "window", columns: ["y"], length: 3 }],
      targets: [{ name: "y", type: "numeric", column: "y", horizon: 2 }],
      split: { by: "time", validation: 0.2, test: 0.2 },
    });
    const { warnings } = await inspectTable({ folder, data, seed: 1, workFolder: folder });
    expect(warnings.filter(({ code }) => code === "data.unused").map(({ column }) => column)).toEqual(["due"]);
  });

  it("tells of the credit sample what is in it", async () => {
    const folder = temporaryFolder();
    const data = dataOf(credit, { targets: [{ name: "good", type: "binary", column: "Good" }] });
    const audit = await inspectTable({ folder, data, seed: 1, workFolder: folder });
    expect(audit.rows).toBe(4454);
    expect(audit.splits).toEqual({ train: 3118, validation: 668, test: 668 });
    expect(audit.splits).toEqual((await prepare(folder, data)).counts);
    expect(audit.classes).toEqual({ good: { "1": { train: 2240, validation: 480, test: 480 }, "0": { train: 878, validation: 188, test: 188 } } });
    expect(audit.duplicates.rows).toBe(2);
    expect(Object.fromEntries(audit.columns.map((c) => [c.name, c.missing]))).toEqual({
      Seniority: 0,
      Time: 0,
      Age: 0,
      Expenses: 0,
      Income: 381,
      Assets: 47,
      Debt: 18,
      Amount: 0,
      Price: 0,
      Good: 0,
    });
    const age = audit.columns.find((c) => c.name === "Age")!;
    expect(age).toMatchObject({ role: "input features", type: "number", min: 18, max: 68, distinct: 50 });
    expect(age.mean).toBeCloseTo(37.08, 1);
    expect(age.histogram!.edges).toHaveLength(21);
    expect(age.histogram!.counts.reduce((a, b) => a + b)).toBe(4454);
    expect(audit.columns.at(-1)).toMatchObject({ name: "Good", role: "target good" });
  });

  it("describes columns that no input uses, and warns", async () => {
    const folder = temporaryFolder();
    const rows = Array.from({ length: 40 }, (_, i) => `${i % 5},same,${["red", "green"][i % 2]},,${i === 3 ? "rare" : "often"}`);
    writeTable(folder, "t.csv", `x,constant,colour,nothing,y\n${rows.join("\n")}\n`);
    const data = dataOf("t.csv", {
      inputs: [
        { name: "x", type: "numeric", columns: ["x"] },
        { name: "c", type: "category", column: "constant" },
      ],
      targets: [{ name: "y", type: "category", column: "y" }],
    });
    const audit = await inspectTable({ folder, data, seed: 1, workFolder: folder });
    expect(audit.columns.map(({ name, role, type }) => [name, role, type])).toEqual([
      ["x", "input x", "number"],
      ["constant", "input c", "text"],
      ["colour", undefined, "text"],
      ["nothing", undefined, "empty"],
      ["y", "target y", "text"],
    ]);
    expect(audit.columns[2]!.values).toEqual([
      { value: "green", rows: 20 },
      { value: "red", rows: 20 },
    ]);
    expect(audit.columns[3]).toMatchObject({ missing: 40, distinct: 0 });
    expect(audit.duplicates).toMatchObject({ rows: 34 });
    expect(audit.warnings.map((w) => w.code).sort()).toEqual(["data.classes", "data.constant", "data.duplicates", "data.unused"]);
  });
});

describe("proposeRoles", () => {
  const propose = (folder: string, path: string, targets?: readonly string[]) =>
    proposeRoles({ folder, path, workFolder: folder, ...(targets ? { targets } : {}) });

  it("makes the credit sample a binary target of numbers", async () => {
    const { inputs, targets, notes } = await propose(temporaryFolder(), credit);
    expect(inputs).toEqual([{ name: "features", type: "numeric", columns: "rest", normalize: "standard", missing: "mean" }]);
    expect(targets).toEqual([{ name: "Good", type: "binary", column: "Good" }]);
    expect(notes).toEqual([]);
  });

  it("guesses every kind of column, excludes what cannot help and says why", async () => {
    const folder = temporaryFolder();
    const rows = Array.from({ length: 60 }, (_, i) =>
      [
        i + 1,
        `P${i}`,
        i / 7,
        ["a", "b", "c"][i % 3],
        i % 2 === 0 ? "yes" : "no",
        `2024-01-${String((i % 28) + 1).padStart(2, "0")}`,
        "same",
        "",
        1000 + ((i * 37) % 61) * 3,
        [3, 4, 5][i % 3],
      ].join(","),
    );
    writeTable(folder, "t.csv", `no,person,size (cm),kind,smoker,day,constant,empty,customer_id,grade\n${rows.join("\n")}\n`);
    const proposal = await propose(folder, "t.csv");
    expect(proposal.inputs).toEqual([
      { name: "features", type: "numeric", columns: ["size (cm)"], normalize: "standard", missing: "mean" },
      { name: "kind", type: "category", column: "kind" },
      { name: "smoker", type: "binary", column: "smoker" },
    ]);
    expect(proposal.targets).toEqual([{ name: "grade", type: "category", column: "grade" }]);
    expect(proposal.notes).toEqual([
      `column "no" is excluded: it counts the rows; make it an input by hand if it is a quantity`,
      `column "person" is excluded: it is a text with 60 different values; make it a category to use it all the same, or begin with the template ` +
        "text, which reads words",
      `column "day" is excluded: it is a time; split by it, or put what matters of it, such as the month, into a column of its own`,
      `column "constant" is excluded: it has one value only, from which nothing can be learnt; add rows with others to use it`,
      `column "empty" is excluded: it has no values; fill it in to use it`,
      `column "customer_id" is excluded: it looks like an identifier; make it an input by hand if it is a quantity`,
    ]);
    // What is proposed can be prepared as it is.
    const prepared = await prepare(folder, dataSchema.parse({ source: { type: "table", path: "t.csv" }, inputs: proposal.inputs, targets: proposal.targets }));
    expect(prepared.inputs.map((i) => i.width)).toEqual([1, 3, 1]);
  });

  it("takes the targets it is told, of any kind, under names a project allows", async () => {
    const folder = temporaryFolder();
    writeTable(folder, "t.csv", `2nd (kW),größe,x\n${Array.from({ length: 30 }, (_, i) => `${i * 1.5},${i % 2},${i * 3}`).join("\n")}\n`);
    expect((await propose(folder, "t.csv", ["2nd (kW)", "größe"])).targets).toEqual([
      { name: "_2nd_kW", type: "numeric", column: "2nd (kW)", normalize: "standard" },
      { name: "größe", type: "binary", column: "größe" },
    ]);
  });

  it.each([
    ["a,b\n1,2\n3,4\n", ["bb"], "data.target", `the target: DIR/t.csv has no column "bb"; did you mean "b"?`],
    ["a,b\n1,x\n3,x\n", undefined, "data.target", `target column "b" of DIR/t.csv holds one value only, expected values to tell apart`],
    [
      "a,b\n1,u\n3,v\n5,w\n",
      undefined,
      "data.target",
      `target column "b" of DIR/t.csv is a text with 3 different values in 3 rows, expected numbers or classes; choose another to predict`,
    ],
    ["b\n1\n2\n", undefined, "data.column", "DIR/t.csv has no column to learn from beside the target: it has no other column"],
    ["a,b\n", undefined, "data.empty", "DIR/t.csv has a header but no rows, expected at least one"],
  ] as const)("explains what is wrong with %j", async (content, targets, code, message) => {
    const folder = temporaryFolder();
    writeTable(folder, "t.csv", content);
    const error: unknown = await propose(folder, "t.csv", targets).then(
      () => undefined,
      (e: unknown) => e,
    );
    expect((error as Error).message.replaceAll(folder, "DIR")).toBe(message);
    expect(error).toMatchObject({ code });
  });
});
