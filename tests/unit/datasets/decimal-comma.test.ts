import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { inspectTable, proposeRoles, readTable } from "../../../src-main/datasets/index.js";
import { type FittedData, fittedData } from "../../../src-main/features/fitted.js";
import { readColumns, refusal } from "../../support/read-columns.js";
import { temporaryFolder } from "../../support/temporary-folder.js";
import { dataOf, prepare, writeTable } from "../../support/tables.js";

const rows = (row: (i: number) => string, newline = "\n") => Array.from({ length: 20 }, (_, i) => row(i) + newline).join("");
const f = Math.fround;
const quarter = (i: number) => i + 0.25;
const large = (i: number) => 1234.5 + i;
const german = (i: number) => `${i},25;1.${234 + i},5;${i % 2}`;

describe("numbers with a decimal comma are found out", () => {
  const files: Readonly<Record<string, readonly [name: string, content: string | Uint8Array, source?: object]>> = {
    "semicolons, thousands with dots": ["t.csv", `a;b;y\n${rows(german)}`],
    "Windows line ends and a byte-order mark": ["t.csv", `\ufeff"a";"b";"y"\r\n${rows(german, "\r\n")}`],
    tabs: ["t.tsv", `a\tb\ty\n${rows((i) => german(i).replaceAll(";", "\t"))}`],
    bars: ["t.csv", `a|b|y\n${rows((i) => german(i).replaceAll(";", "|"))}`],
    quotes: ["t.csv", `a;b;y\n${rows((i) => german(i).replace(/[^;]+/g, '"$&"'))}`],
    "thousands with spaces": ["t.csv", `a;b;y\n${rows((i) => `${i},25;1 ${234 + i},5;${i % 2}`)}`],
    "thousands with no-break spaces": ["t.csv", `a;b;y\n${rows((i) => `${i},25;1\u202f${234 + i},5;${i % 2}`)}`],
    "Latin-1 and gzip": ["t.csv.gz", gzipSync(Buffer.from(`Größe;b;y\n${rows(german)}`, "latin1"))],
    "signs, blanks and exponents": ["t.csv", `a;b;y\n${rows((i) => ` +${i},25 ;${(1234.5 + i) / 1000}e3;${i % 2}`.replace(".", ","))}`],
    "commas in the header": ["t.csv", `Länge, cm;Preis, €;y\n${rows(german)}`],
    "Excel's sep line": ["t.csv", `sep=;\r\na;b;y\r\n${rows(german, "\r\n")}`],
    told: ["t.csv", `a;b;y\n${rows(german)}`, { decimal: "," }],
    "told, between commas": ["t.csv", `a,b,y\n${rows((i) => `"${i},25","1.${234 + i},5",${i % 2}`)}`, { decimal: "," }],
    "told, with another quote": ["t.csv", `a,b,y\n${rows((i) => `~${i},25~,~1.${234 + i},5~,${i % 2}`)}`, { decimal: ",", quote: "~" }],
  };

  it.each(Object.entries(files))("%s", async (_, [name, content, source]) => {
    const folder = temporaryFolder();
    writeTable(folder, name, content);
    const { table, warnings, fitted } = await readColumns(folder, name, source);
    expect(table).toEqual(Array.from({ length: 20 }, (__, i) => [quarter(i), large(i)]));
    expect(warnings.filter((w) => !w.includes("is not UTF-8"))).toEqual([]);
    expect(fitted.decimal).toBe(",");
  });

  it("also without a header", async () => {
    const folder = temporaryFolder();
    writeTable(
      folder,
      "t.csv",
      rows((i) => `${i},25;${i % 7},5`),
    );
    const { columns, targets } = await proposeRoles({ folder, path: "t.csv", targets: ["column1"], workFolder: folder });
    expect(columns.map((c) => [c.name, c.type])).toEqual([
      ["column1", "number"],
      ["column2", "number"],
    ]);
    expect(targets).toMatchObject([{ type: "numeric", column: "column1" }]);
  });

  it("by inspect and propose as by prepare", async () => {
    const folder = temporaryFolder();
    writeTable(folder, "t.csv", `a;b;y\n${rows(german)}`);
    const audit = await inspectTable({ folder, data: dataOf("t.csv"), seed: 1, workFolder: folder });
    expect(audit.columns.map(({ name, type, min, max }) => [name, type, min, max])).toEqual([
      ["a", "number", 0.25, 19.25],
      ["b", "number", 1234.5, 1253.5],
      ["y", "number", 0, 1],
    ]);
    const proposed = await proposeRoles({ folder, path: "t.csv", workFolder: folder });
    expect(proposed.inputs).toEqual([{ name: "features", type: "numeric", columns: "rest", normalize: "standard", missing: "mean" }]);
    expect(proposed.notes).toEqual([]);
    const points = (await proposeRoles({ folder, path: "t.csv", decimal: ".", workFolder: folder })).notes.join();
    expect(points).toContain('column "a" is excluded');
    // A dot and then a comma have one meaning only.
    expect(points).toContain('"1.234,5" is read as the number 1234.5');
  });

  it("and a class written like a number stays the text it is", async () => {
    const folder = temporaryFolder();
    writeTable(folder, "t.csv", `a;y\n${rows((i) => `${i},25;${["0,5", "1,5"][i % 2]}`)}`);
    const prepared = await prepare(folder, dataOf("t.csv", { targets: [{ name: "y", type: "category", column: "y" }] }));
    expect(prepared.targets[0]!.classes).toEqual(["0,5", "1,5"]);
  });
});

describe("what could be read in two ways", () => {
  it("is text between commas, until a decimal comma is asked for, or thousands", async () => {
    const folder = temporaryFolder();
    writeTable(folder, "t.csv", `a,b,y\n${rows((i) => `"${i},5",${i},${i % 2}`)}`);
    expect(await refusal(readColumns(folder, "t.csv"), folder)).toBe(
      `DIR/t.csv, row 1, column "a": got "0,5", expected a number with a decimal point or nothing; write it with a point, or set ` +
        `“Before decimals” to “Comma, 1,5” (source.decimal: ",") if the whole file has decimal commas`,
    );
    writeTable(folder, "us.csv", `a,b,y\n${rows((i) => `"1,${200 + i * 3}",${i},${i % 2}`)}`);
    expect((await readColumns(folder, "us.csv")).table[0]).toEqual([1200, 0]);
    expect((await proposeRoles({ folder, path: "us.csv", workFolder: folder })).notes.join()).toContain(`"1,200" is read as the number 1200`);
  });

  it("never parts a table of commas elsewhere", async () => {
    const folder = temporaryFolder();
    writeTable(folder, "t.csv", `a,b;c,y\n${rows((i) => `${i}.25,${1234.5 + i},${i % 2}`)}`);
    expect((await readColumns(folder, "t.csv")).table[3]).toEqual([3.25, 1237.5]);
    writeTable(folder, "list.csv", `tags;more,b,y\n${rows((i) => `1;2,${i},${i % 2}`)}`);
    const audit = await inspectTable({
      folder,
      data: dataOf("list.csv", { inputs: [{ name: "b", type: "numeric", columns: ["b"] }] }),
      seed: 1,
      workFolder: folder,
    });
    expect(audit.columns.map(({ name, type }) => [name, type])).toEqual([
      ["tags;more", "text"],
      ["b", "number"],
      ["y", "number"],
    ]);
  });

  it("is told of: 1,234 between semicolons, 1.234 beside decimal commas, 1.234 alone", async () => {
    const folder = temporaryFolder();
    writeTable(folder, "comma.csv", `a;b;y\n${rows((i) => `1,${200 + i};${i};${i % 2}`)}`);
    const comma = await readColumns(folder, "comma.csv");
    expect(comma.table[0]).toEqual([f(1.2), 0]);
    expect(comma.warnings).toEqual([`column "a" of DIR/comma.csv: "1,200" is read with a decimal comma; if commas part thousands there, take them out`]);
    writeTable(folder, "dots.csv", `a;b;y\n${rows((i) => `${i},5;1.${200 + i};${i % 2}`)}`);
    const dots = await readColumns(folder, "dots.csv");
    expect(dots.table[0]).toEqual([0.5, 1200]);
    expect(dots.warnings).toEqual([
      `column "b" of DIR/dots.csv: the dot in "1.200" is read as one between thousands (1200), as in numbers with a decimal comma`,
    ]);
    writeTable(folder, "alone.csv", `a;b;y\n${rows((i) => `${i};1.${200 + i};${i % 2}`)}`);
    const alone = await readColumns(folder, "alone.csv");
    expect(alone.table[0]).toEqual([0, f(1.2)]);
    expect(alone.warnings).toEqual([
      `column "b" of DIR/alone.csv: "1.200" is read with a decimal point; if dots part thousands there, set ` +
        `“Before decimals” to “Comma, 1,5” (source.decimal: ",")`,
    ]);
    expect((await readColumns(folder, "alone.csv", { decimal: "," })).table[0]).toEqual([0, 1200]);
    expect((await readColumns(folder, "alone.csv", { decimal: "." })).warnings).toEqual([]);
  });

  it("is no question where another column has a decimal point, or thousands as in English", async () => {
    const folder = temporaryFolder();
    writeTable(folder, "t.csv", `a;b;y\n${rows((i) => `0.${10 + i};1.${200 + i};${i % 2}`)}`);
    expect(await readColumns(folder, "t.csv")).toMatchObject({
      warnings: [],
      table: Array.from({ length: 20 }, (_, i) => [f((10 + i) / 100), f(1.2 + i / 1000)]),
    });
    writeTable(folder, "us.csv", `a;b;y\n${rows((i) => `1,${200 + i};1,000.5;${i % 2}`)}`);
    expect((await readColumns(folder, "us.csv")).table[0]).toEqual([1200, 1000.5]);
  });
});

describe("both forms in one file", () => {
  it("column by column are read as they are, with a warning", async () => {
    const folder = temporaryFolder();
    writeTable(folder, "t.csv", `a;b;y\n${rows((i) => `${i},25;${i}.5;${i % 2}`)}`);
    const { table, warnings } = await readColumns(folder, "t.csv");
    expect(table).toEqual(Array.from({ length: 20 }, (_, i) => [i + 0.25, i + 0.5]));
    expect(warnings).toEqual([
      `DIR/t.csv has decimal commas in column "a" and decimal points in column "b"; each column is read its own way. Set ` +
        `“Before decimals” (source.decimal) where that is wrong`,
    ]);
  });

  it("in one column are refused at the first that differs, and excluded with a note", async () => {
    const folder = temporaryFolder();
    writeTable(folder, "t.csv", `a;b;y\n${rows((i) => `${i === 11 ? "11.5" : `${i},5`};${i % 7},1;${i % 2}`)}`);
    expect(await refusal(readColumns(folder, "t.csv"), folder)).toBe(
      `DIR/t.csv, row 12, column "a": got "11.5", expected a number with a decimal comma or nothing; write it with a comma, or set ` +
        `“Before decimals” to “Point, 1.5” (source.decimal: ".") if the whole file has decimal points`,
    );
    const { inputs, notes } = await proposeRoles({ folder, path: "t.csv", workFolder: folder });
    expect(inputs).toMatchObject([{ columns: ["b"] }]);
    expect(notes.map((n) => n.replaceAll(folder, "DIR"))).toEqual([
      `column "a" of DIR/t.csv has numbers with a decimal comma ("0,5") and with a decimal point ("11.5"); it is read as numbers only when all are ` +
        `written one way`,
      `column "a" is excluded: most of its values are numbers, but "11.5" in row 12 is not; mend it, or count such as missing ` +
        `(source.missing: {"a":["11.5"]})`,
    ]);
  });

  it.each([
    [
      "0.125",
      `a number with a decimal comma or nothing; write it with a comma, or set ` +
        `“Before decimals” to “Point, 1.5” (source.decimal: ".") if the whole file has decimal points`,
    ],
    ["1,2,3", "a number or nothing; mend the value, count such values as missing (source.missing), make the column a category, or exclude it"],
    ["1.23,5", "a number or nothing; mend the value, count such values as missing (source.missing), make the column a category, or exclude it"],
    ["many", "a number or nothing; mend the value, count such values as missing (source.missing), make the column a category, or exclude it"],
    ["1,5e39", "a finite number or nothing; mend the value or leave it empty"],
    ["inf", "a finite number or nothing; mend the value or leave it empty"],
  ])("refuses %s among decimal commas", async (value, expected) => {
    const folder = temporaryFolder();
    writeTable(folder, "t.csv", `a;b;y\n${rows(german)}\n1;${value};0\n`);
    expect(await refusal(readColumns(folder, "t.csv"), folder)).toBe(`DIR/t.csv, row 21, column "b": got "${value}", expected ${expected}`);
  });
});

describe("another table for the same model", () => {
  const fitted = (decimal?: ","): FittedData =>
    fittedData.parse({
      version: 1,
      inputs: [{ name: "f", type: "numeric", columns: ["a"], missing: "mean", fill: [0], shift: [0], scale: [1] }],
      targets: [],
      ...(decimal ? { decimal } : {}),
    });
  async function first(content: string, decimal?: ",") {
    const folder = temporaryFolder();
    writeTable(folder, "p.csv", content);
    const reader = await readTable({ fitted: fitted(decimal), folder, path: "p.csv", workFolder: folder, targets: "none" });
    const values: number[] = [];
    for await (const { inputs } of reader) values.push(...(inputs["f"]!.data as Float32Array));
    return { values, warnings: reader.warnings.length };
  }

  it("is found out by itself, and read like the training rows where it does not tell", async () => {
    expect(await first("a;b\n1,5;x\n1.234,5;y\n")).toEqual({ values: [1.5, 1234.5], warnings: 0 });
    expect(await first("a;b\n1.250;x\n", ",")).toEqual({ values: [1250], warnings: 1 });
    expect(await first("a;b\n1.250;x\n")).toEqual({ values: [1.25], warnings: 1 });
    expect(await first("a;b\n1.5;x\n", ",")).toEqual({ values: [1.5], warnings: 0 });
    expect(await first("a,b\n1.250,x\n", ",")).toEqual({ values: [1.25], warnings: 0 });
    expect(await first('a,b\n"1,5",x\n', ",")).toEqual({ values: [1.5], warnings: 0 });
  });

  it("a test file too", async () => {
    const folder = temporaryFolder();
    writeTable(folder, "t.csv", `a;b;y\n${rows(german)}`);
    writeTable(folder, "test.csv", "a;b;y\n1;1.500;0\n2;2.500;1\n");
    const prepared = await prepare(
      folder,
      dataOf("t.csv", {
        inputs: [{ name: "features", type: "numeric", columns: "rest", normalize: "none" }],
        source: { type: "table", path: "t.csv", test: "test.csv" },
      }),
    );
    const values: number[] = [];
    for await (const { inputs } of prepared.readRaw("test")) values.push(...(inputs["features"]!.data as Float32Array));
    expect(values).toEqual([1, 1500, 2, 2500]);
  });
});
