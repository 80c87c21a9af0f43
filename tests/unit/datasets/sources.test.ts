import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import type { RawBatch } from "../../../src-main/datasets/index.js";
import { temporaryFolder } from "../../support/temporary-folder.js";
import { dataOf, prepare, writeParquet, writeTable } from "../../support/tables.js";

/** 24 rows of a number with gaps, a word with an accent and a comma, and a class. */
const table = Array.from({ length: 24 }, (_, i) => ({ x: i % 7 === 3 ? null : i / 4, word: ["été", "a, b", "größer"][i % 3] ?? "", y: i % 2 }));
const roles = {
  inputs: [
    { name: "x", type: "numeric", columns: ["größe"], normalize: "none", missing: "mean" },
    { name: "word", type: "category", column: "wort" },
  ],
  targets: [{ name: "y", type: "binary", column: "y" }],
};

function delimited(d: string, quote = '"', newline = "\n"): string {
  const field = (v: string) => (v.includes(d) || v.includes(",") ? `${quote}${v}${quote}` : v);
  return (
    ["größe", "wort", "y"].join(d) + newline + table.map(({ x, word, y }) => [x === null ? "" : String(x), field(word), String(y)].join(d) + newline).join("")
  );
}

function utf16(text: string, bigEndian: boolean, mark: boolean): Uint8Array {
  const bytes = Buffer.from(`${mark ? "\ufeff" : ""}${text}`, "utf16le");
  return bigEndian ? bytes.swap16() : bytes;
}

const json = table.map(({ x, word, y }) => ({ größe: x, wort: word, y }));

const files: Readonly<Record<string, readonly [name: string, content: string | Uint8Array, source?: object]>> = {
  CSV: ["t.csv", delimited(",")],
  "CSV with semicolons": ["t.csv", delimited(";")],
  TSV: ["t.tsv", delimited("\t")],
  "tabs in a .txt": ["t.txt", delimited("\t")],
  bars: ["t.csv", delimited("|")],
  "a delimiter that is named": ["t.csv", delimited("~"), { delimiter: "~" }],
  "single quotes": ["t.csv", delimited(",", "'").replace("größe", "'größe'")],
  "Windows line ends": ["t.csv", delimited(",", '"', "\r\n")],
  "no newline at the end": ["t.csv", delimited(",").trimEnd()],
  "UTF-8 with a byte-order mark": ["t.csv", `\ufeff${delimited(",")}`],
  "UTF-16 little-endian": ["t.csv", utf16(delimited(","), false, true)],
  "UTF-16 big-endian": ["t.csv", utf16(delimited(","), true, true)],
  "UTF-16 without a mark": ["t.csv", utf16(delimited(";"), false, false)],
  "UTF-16 as told": ["t.csv", utf16(delimited(","), true, true), { encoding: "utf-16" }],
  "Latin-1, found out": ["t.csv", Buffer.from(delimited(","), "latin1")],
  "Latin-1, told": ["t.csv", Buffer.from(delimited(","), "latin1"), { encoding: "latin-1" }],
  gzip: ["t.csv.gz", gzipSync(delimited(","))],
  "gzip of Latin-1": ["t.csv.gz", gzipSync(Buffer.from(delimited(";"), "latin1"))],
  JSON: ["t.json", JSON.stringify(json)],
  "JSON lines": ["t.jsonl", json.map((row) => `${JSON.stringify(row)}\n`).join("")],
};

async function readAll(batches: AsyncIterable<RawBatch>) {
  const all = new Map<number, unknown>();
  for await (const { size, rows, inputs, targets } of batches) {
    for (let r = 0; r < size; r++) all.set(rows[r]!, { x: inputs["x"]!.data[r], word: inputs["word"]!.data[r], y: targets["y"]!.data[r] });
  }
  return all;
}

describe("every kind of file gives the same samples", () => {
  const expected = (row: number) => ({ x: table[row - 1]!.x ?? NaN, word: table[row - 1]!.word, y: table[row - 1]!.y });

  async function check(folder: string, path: string, source: object = {}) {
    const prepared = await prepare(folder, dataOf(path, { ...roles, source: { type: "table", path, ...source } }));
    expect(prepared.audit.rows).toBe(24);
    expect(prepared.audit.missing).toEqual({ größe: 3, wort: 0, y: 0 });
    expect(prepared.fitted.inputs[1]).toEqual({ name: "word", type: "category", column: "wort", classes: ["a, b", "größer", "été"] });
    const seen = new Map([
      ...(await readAll(prepared.readRaw("train"))),
      ...(await readAll(prepared.readRaw("validation"))),
      ...(await readAll(prepared.readRaw("test"))),
    ]);
    expect([...seen.keys()].sort((a, b) => a - b)).toEqual(table.map((_, i) => i + 1));
    for (const [row, values] of seen) expect(values, `row ${row}`).toEqual(expected(row));
    return prepared;
  }

  it.each(Object.entries(files))("%s", async (_, [name, content, source]) => {
    const folder = temporaryFolder();
    writeTable(folder, name, content);
    await check(folder, name, source);
  });

  it("Parquet, with numbers as DECIMAL and classes as BOOLEAN", async () => {
    const folder = temporaryFolder();
    writeTable(folder, "t.json", JSON.stringify(json));
    await writeParquet(folder, "t.parquet", `SELECT "größe"::DECIMAL(8, 2) AS "größe", wort, y::BOOLEAN AS y FROM read_json('${folder}/t.json')`);
    const { fitted } = await check(folder, "t.parquet");
    expect(fitted.targets[0]).toMatchObject({ classes: ["false", "true"] });
  });

  it("a test file whose header another program wrote decomposed", async () => {
    const folder = temporaryFolder();
    writeTable(folder, "t.csv", delimited(","));
    writeTable(folder, "test.csv", delimited(",").normalize("NFD"));
    const prepared = await prepare(folder, dataOf("t.csv", { ...roles, source: { type: "table", path: "t.csv", test: "test.csv" } }));
    expect(prepared.counts.test).toBe(24);
    const seen = await readAll(prepared.readRaw("test"));
    for (const [row, values] of seen) expect(values, `row ${row}`).toEqual(expected(row));
  });

  it("says so where it had to guess the encoding", async () => {
    const folder = temporaryFolder();
    // Plain ASCII for more than a megabyte, then a Latin-1 letter.
    writeTable(
      folder,
      "t.csv",
      Buffer.from(`größe,wort,y\n`.replace("öß", "oss") + "1.25,a word of some length,0\n2.5,b,1\n".repeat(40_000) + "3,été,1\n", "latin1"),
    );
    const { audit, fitted } = await prepare(
      folder,
      dataOf("t.csv", { ...roles, inputs: [{ name: "word", type: "category", column: "wort" }], split: { validation: 0, test: 0 } }),
    );
    expect(fitted.inputs[0]).toMatchObject({ classes: ["a word of some length", "b", "été"] });
    expect(audit.warnings.map((w) => w.message)).toContain(
      `${folder}/t.csv is not UTF-8; it is read as windows-1252 (Latin-1). If letters look wrong, set “Encoding” (source.encoding)`,
    );
  });
});

describe("names and values are only ever names and values", () => {
  const names = ["select", 'a"b', "it's", "x; DROP TABLE data; --", "日本語", "with space ", "A", "a", "c0", "n0", "comma,name", "%s {}", "$1", "\\"];

  it("takes column names in any script, with quotes, spaces and SQL in them", async () => {
    const folder = temporaryFolder();
    const header = [...names, "y"].map((n) => `"${n.replaceAll('"', '""')}"`).join(",");
    writeTable(folder, "t.csv", `${header}\n${Array.from({ length: 20 }, (_, i) => [...names.map((__, k) => i * 100 + k), i % 2].join(",")).join("\n")}\n`);
    const prepared = await prepare(folder, dataOf("t.csv", { inputs: [{ name: "f", type: "numeric", columns: "rest", normalize: "none" }] }));
    expect(prepared.fitted.inputs[0]).toMatchObject({ columns: names.map((n) => n.trim()) });
    for await (const { size, rows, inputs } of prepared.readRaw("train")) {
      for (let r = 0; r < size; r++)
        expect(Array.from(inputs["f"]!.data as Float32Array).slice(r * names.length, (r + 1) * names.length)).toEqual(
          names.map((_, k) => (rows[r]! - 1) * 100 + k),
        );
    }
  });

  it("takes class names with quotes and SQL in them", async () => {
    const folder = temporaryFolder();
    const classes = ["'); DROP TABLE data; --", '"', "ja"];
    writeTable(folder, "t.json", JSON.stringify(Array.from({ length: 30 }, (_, i) => ({ x: i, y: classes[i % 3] }))));
    const prepared = await prepare(folder, dataOf("t.json", { targets: [{ name: "y", type: "category", column: "y" }] }));
    expect(prepared.targets[0]!.classes).toEqual(['"', "'); DROP TABLE data; --", "ja"]);
    expect(prepared.counts).toEqual({ train: 18, validation: 6, test: 6 });
  });

  it("reads the one file whose name holds *, ? and [", async () => {
    const folder = temporaryFolder();
    writeTable(folder, "a1.csv", "x,y\nwrong,wrong\n");
    writeTable(folder, "a[1]*?'.csv", `x,y\n${"1,0\n2,1\n".repeat(10)}`);
    expect((await prepare(folder, dataOf("a[1]*?'.csv"))).audit.rows).toBe(20);
  });

  it("names columns that have none, and tells a table without a header", async () => {
    const folder = temporaryFolder();
    writeTable(folder, "t.csv", `,x,y\n${"1,2,0\n3,4,1\n".repeat(10)}`);
    const unnamed = await prepare(folder, dataOf("t.csv"));
    expect(unnamed.fitted.inputs[0]).toMatchObject({ columns: ["column1", "x"] });
    expect(unnamed.audit.warnings[0]).toEqual({ code: "data.source", message: `column 1 of ${folder}/t.csv has no name; it is called column1` });
    writeTable(folder, "h.csv", "1.5,2,a\n3,4,b\n".repeat(10));
    const headless = await prepare(folder, dataOf("h.csv", { targets: [{ name: "y", type: "binary", column: "column3" }] }));
    expect(headless.audit.rows).toBe(20);
    expect(headless.audit.warnings[0]!.message).toBe(
      `${folder}/h.csv has no header; its columns are called column1 to column3. If its first row holds names, set ` +
        `“First row” to “Names of the columns” (source.header: true)`,
    );
  });

  it("reads the first row as a project does that was made when it was taken for something else", async () => {
    const folder = temporaryFolder();
    const colours = ["red", "green", "blue"];
    writeTable(folder, "t.csv", Array.from({ length: 30 }, (_, i) => `${colours[i % 3]},${i % 2 ? "round" : "flat"},${i % 2 ? "yes" : "no"}\n`).join(""));
    const inputs = [{ name: "features", type: "category", column: "red" }];
    const named = await prepare(folder, dataOf("t.csv", { inputs, targets: [{ name: "y", type: "category", column: "no" }] }));
    expect([named.audit.rows, named.fitted.inputs[0]]).toMatchObject([29, { column: "red" }]);
    const targets = [{ name: "y", type: "category", column: "column3" }];
    const unnamed = await prepare(folder, dataOf("t.csv", { inputs: [{ ...inputs[0], column: "column1" }], targets }));
    expect(unnamed.audit.rows).toBe(30);
    writeTable(folder, "years.csv", `2019,2020,2021\n${Array.from({ length: 30 }, (_, i) => `${i * 3},${i + 0.5},${i % 2}\n`).join("")}`);
    expect((await prepare(folder, dataOf("years.csv", { targets: [{ name: "y", type: "numeric", column: "column3" }] }))).audit.rows).toBe(31);
  });

  it("keeps a header of years apart from data", async () => {
    const folder = temporaryFolder();
    writeTable(folder, "t.csv", `country,2019,2020,y\n${"1,2,3,0\n4,5,6,1\n".repeat(10)}`);
    expect((await prepare(folder, dataOf("t.csv"))).fitted.inputs[0]).toMatchObject({ columns: ["country", "2019", "2020"] });
  });
});
