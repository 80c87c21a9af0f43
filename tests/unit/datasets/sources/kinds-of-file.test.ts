import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { LatheError } from "../../../../src-main/base/errors.js";
import { Database } from "../../../../src-main/datasets/sources/database.js";
import { DatabaseError, databaseError } from "../../../../src-main/datasets/sources/library-errors.js";
import type { CsvOptions } from "../../../../src-main/datasets/sources/csv.js";
import { openTable } from "../../../../src-main/datasets/sources/table.js";
import { temporaryFolder } from "../../../support/temporary-folder.js";
import { writeParquet } from "../../../support/tables.js";
import { zip } from "../../../support/workbook.js";

let folder = "";
beforeEach(() => {
  folder = temporaryFolder();
});

/** Names and cells of a file, and what was said, DIR for the folder. */
async function read(name: string, content?: string | Uint8Array, options: CsvOptions = {}) {
  if (content !== undefined) writeFileSync(join(folder, name), content);
  const database = await Database.open(folder);
  try {
    const source = await openTable(database, folder, name, options);
    const rows = await database.all(`SELECT ${source.columns.map(({ sql }) => `CAST(${sql} AS VARCHAR) AS ${sql}`).join(", ")} FROM ${source.relation}`);
    return {
      names: source.columns.map((column) => column.name),
      rows: rows.map((row) => Object.values(row)),
      warnings: source.warnings.map((warning) => warning.replaceAll(folder, "DIR")),
    };
  } finally {
    database.close();
  }
}

async function refusal(name: string, content: string | Uint8Array): Promise<string> {
  const thrown: unknown = await read(name, content).then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(thrown).toBeInstanceOf(LatheError);
  return (thrown as LatheError).message.replaceAll(folder, "DIR");
}

describe("text", () => {
  it("without comments and blanks between columns, whatever stands above", async () => {
    const text = `// lab 3\n// "May\n\n  a   b  y\n${Array.from({ length: 6 }, (_, i) => `${i}  "x ${i}"   ${i % 2}\n`).join("")}// the end\n`;
    const { names, rows, warnings } = await read("blanks.txt", text.replace('"May', "May"));
    expect(names).toEqual(["a", "b", "y"]);
    expect(rows.length).toBe(6);
    expect(rows[5]).toEqual(["5", "x 5", "1"]);
    expect(warnings).toEqual([
      '3 lines of DIR/blanks.txt that begin with "//" are comments and are excluded; set “Comment lines” to “None” (source.comment: "none") if they hold data',
      "the columns of DIR/blanks.txt are parted by blanks; set “Between columns” (source.delimiter) if another character parts them",
    ]);
  });

  it("with R's row names, and with a title", async () => {
    const r = await read("r.txt", `"a" "y"\n${Array.from({ length: 6 }, (_, i) => `"car ${i}" ${i} ${i % 2}\n`).join("")}`);
    expect(r).toMatchObject({ names: ["row", "a", "y"], rows: { length: 6 } });
    const commas = await read("r.csv", `"a","y"\n${Array.from({ length: 6 }, (_, i) => `"car ${i}",${i},${i % 2}\n`).join("")}`);
    expect(commas.names).toEqual(["row", "a", "y"]);
    expect(commas.rows[0]).toEqual(["car 0", "0", "0"]);
    const titled = await read("title.csv", `Sales\n\na,b,y\n${Array.from({ length: 6 }, (_, i) => `${i},${i},${i % 2}\n`).join("")}`);
    expect(titled.names).toEqual(["a", "b", "y"]);
    expect(titled.rows[0]).toEqual(["0", "0", "0"]);
    expect(titled.warnings).toEqual([
      '1 line above the table of DIR/title.csv is a title and is excluded: "Sales"; set “Lines above it” to “None” (source.skip: 0) if it holds data',
    ]);
  });
});

describe("a title with a delimiter for every column, as spreadsheets write it,", () => {
  const rows = Array.from({ length: 6 }, (_, i) => `${i}.5,${i % 3},${i % 2 ? "dry" : "wet"}\n`).join("");
  it("is a title, and comments above and blank rows below it are none of the table's", async () => {
    const { names, rows: cells, warnings } = await read("padded.csv", `# station 7,,\nHarbour,,\n,,\ntemp,wind,rain\n${rows}`);
    expect(names).toEqual(["temp", "wind", "rain"]);
    expect(cells.length).toBe(6);
    expect(warnings).toEqual([
      '1 line of DIR/padded.csv that begins with "#" is a comment and is excluded; set “Comment lines” to “None” (source.comment: "none") if it holds data',
      '1 line above the table of DIR/padded.csv is a title and is excluded: "Harbour"; set “Lines above it” to “None” (source.skip: 0) if it holds data',
    ]);
    const words = Array.from({ length: 6 }, (_, i) => `bird ${i},tree ${i},note ${i}\n`).join("");
    expect((await read("words.csv", `Harbour,,\nbird,tree,note\n${words}`)).names).toEqual(["bird", "tree", "note"]);
  });

  it("is overruled, and a first row of data or of few names is none", async () => {
    const overruled = await read("padded.csv", `Harbour,,\ntemp,wind,rain\n${rows}`, { skip: 0 });
    expect(overruled.names[0]).toBe("Harbour");
    expect(overruled.rows.length).toBe(7);
    expect((await read("one.csv", `7.5,,\n${rows}`)).rows.length).toBe(7);
    expect((await read("names.csv", `temp,,\n${rows}`)).names).toEqual(["temp", "column2", "column3"]);
  });
});

describe("JSON and Parquet", () => {
  it("an object that holds the rows", async () => {
    const { names, rows, warnings } = await read(
      "wrapped.json",
      JSON.stringify({
        made: 2024,
        data: [
          { a: 1, y: "x]" },
          { a: 2, y: "z", late: 3 },
        ],
      }),
    );
    expect([names, rows]).toEqual([["a", "y", "late"], [["1", "x]", null], ["2", "z", "3"]]]); // prettier-ignore
    expect(warnings).toEqual(['the rows of DIR/wrapped.json are those under "data"; its other key is excluded']);
  });

  it("a key that comes first in the last of many lines", async () => {
    const lines = Array.from({ length: 25_000 }, (_, i) => JSON.stringify({ a: i, ...(i === 24_999 ? { late: 7 } : {}) })).join("\n");
    const { names, rows } = await read("late.jsonl", lines);
    expect(names).toEqual(["a", "late"]);
    expect(rows.at(-1)).toEqual(["24999", "7"]);
  });

  it("names that differ only in case are kept", async () => {
    const { names, rows } = await read("case.jsonl", '{"x":1,"X":2,"y":0}\n{"x":3,"X":4,"y":1}\n');
    expect(names).toEqual(["x", "X", "y"]);
    expect(rows.map((row) => row.join(" "))).toEqual(["1 2 0", "3 4 1"]);
    // A project of an earlier version knows the name that DuckDB gives.
    expect((await read("case.jsonl", undefined, { names: ["X_1", "y"] })).names).toEqual(["x", "X_1", "y"]);
    expect((await read("case.csv", "x,X,y\n1,2,0\n3,4,1\n")).names).toEqual(["x", "X", "y"]);
    await writeParquet(folder, "plain.parquet", "SELECT 1 AS x, 2 AS x_1, {'a': 1, 'b': 2} AS s, 3 AS y");
    expect((await read("plain.parquet")).names).toEqual(["x", "x_1", "s", "y"]);
  });
});

it("the first sheet of a workbook, with dates, truth values, texts and a title", async () => {
  const cell = (r: string, t: string, v: string, s = 0) => `<c r="${r}"${t === "" ? "" : ` t="${t}"`} s="${s}"><v>${v}</v></c>`;
  const rows = Array.from({ length: 6 }, (_, i) => {
    const n = i + 5;
    const [day, open] = [cell(`B${n}`, "", String(45_000 + i), 1), cell(`C${n}`, "b", String(i % 2))];
    return `<row r="${n}">${day}${open}${i === 2 ? cell(`D${n}`, "e", "#N/A") : cell(`D${n}`, "", `${i}.5`)}${cell(`E${n}`, "s", "4")}</row>`;
  }).join("");
  const sheet = (data: string) => `<worksheet><sheetData>${data}</sheetData></worksheet>`;
  const title = `<row r="2"><c r="B2" t="inlineStr"><is><t>Made &amp; sold</t></is></c></row>`;
  const header = `<row r="4">${["B", "C", "D", "E"].map((c, k) => cell(`${c}4`, "s", String(k))).join("")}</row>`;
  const sheetAt = (n: number) => `<Relationship Id="rId${n}" Type="http://x/relationships/worksheet" Target="worksheets/sheet${n}.xml"/>`;
  const book = zip({
    "xl/workbook.xml": `<workbook><sheets><sheet name="Data" sheetId="1" r:id="rId1"/><sheet name="More" sheetId="2" r:id="rId2"/></sheets></workbook>`,
    "xl/_rels/workbook.xml.rels": `<Relationships>${[1, 2].map(sheetAt).join("")}</Relationships>`,
    "xl/styles.xml": `<styleSheet><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>`,
    "xl/sharedStrings.xml": `<sst>${["day", "open", "size", "note", 'a, "b"'].map((t) => `<si><t>${t}</t></si>`).join("")}</sst>`,
    "xl/worksheets/sheet1.xml": sheet(title + header + rows),
    "xl/worksheets/sheet2.xml": sheet(""),
  });
  const found = await read("book.xlsx", book);
  expect(found.names).toEqual(["day", "open", "size", "note"]);
  expect(found.rows.length).toBe(6);
  expect(found.rows.slice(1, 3)).toEqual([
    ["2023-03-16", "TRUE", "1.5", 'a, "b"'],
    ["2023-03-17", "FALSE", null, 'a, "b"'],
  ]);
  expect(found.warnings.slice(0, 2)).toEqual([
    'DIR/book.xlsx has 2 sheets; the first, "Data", is read. For another one, move it to the front or save it as CSV',
    "1 cell of DIR/book.xlsx holds an error such as #N/A; counted as missing",
  ]);
});

const others: Readonly<Record<string, readonly [name: string, content: string | Uint8Array, message: RegExp]>> = {
  Feather: ["t.csv", Buffer.from("ARROW1\0\0"), /is a Feather or Arrow file, expected delimited text by its name; write it as Parquet or CSV/],
  bzip2: ["u.csv", Buffer.from("BZh91AY&SY\x00\xff", "latin1"), /is packed with bzip2, .*unpack it first/],
  xz: ["v.csv", Buffer.from("\xfd7zXZ\0", "latin1"), /is packed with xz, .*unpack it first/],
  "a web page": [
    "w.csv",
    "<!DOCTYPE html><html><body>Sign in</body></html>",
    /is a web page \(HTML\), expected delimited text by its name; .*download the file itself/,
  ],
  "an old spreadsheet": [
    "x.xls",
    Buffer.from("\xd0\xcf\x11\xe0", "latin1"),
    /is an old Excel spreadsheet, or one with a password, .*save it as .xlsx without a password, or as CSV/,
  ],
  "text under a workbook's name": ["y.xlsx", "a,b\n1,2\n", /is no Excel workbook, .*give it a name that ends in .csv/],
  "a zip archive under a workbook's name": [
    "z.xlsx",
    zip({ "a.txt": "a" }),
    /cannot be read as an Excel workbook: it is damaged, locked with a password or too large; save it as CSV/,
  ],
  "text under Parquet's name": ["t.parquet", "a,b\n1,2\n", /is no Parquet file, .*it begins like text: give it a name that ends in .csv/],
  "text under gzip's name": ["t.csv.gz", "a,b\n1,2\n", /cannot be read: it is not gzipped, or not whole/],
  "columns in place of rows": ["t.json", '{"a":[1,2],"b":[3,4]}', /holds a list or an object for each column, .*orient="records"/],
  "broken JSON": ["u.json", '[{"a": 1}, {"a": ', /cannot be read as JSON: a bracket, a quote or a comma is missing/],
};

it.each(Object.entries(others))("named, with a remedy: %s", async (_, [name, content, message]) => {
  expect(await refusal(name, content)).toMatch(message);
});

it("no sentence of DuckDB's comes out of it, whatever it says", async () => {
  const database = await Database.open(folder);
  const broken = [
    "SELEC 1",
    "SELECT nothing FROM nowhere",
    "SELECT x FROM (SELECT 1 AS y)",
    "SELECT no_function(1)",
    "SELECT CAST('x' AS INTEGER)",
    "SELECT 9223372036854775807 + 1",
    "SELECT error('mine')",
    "SELECT * FROM read_parquet('/none.parquet')",
    "SELECT * FROM read_csv('/none.csv')",
    "SELECT 1 INTO x",
    "LOAD none",
    "CREATE TABLE t (a INTEGER NOT NULL); INSERT INTO t VALUES (NULL)",
    "COPY (SELECT 1) TO '/no/such/folder/x.csv'",
    "SELECT list_aggregate([1], 'none')",
  ];
  try {
    for (const sql of broken) {
      const thrown: unknown = await database.exec(sql).then(
        () => sql,
        (error: unknown) => error,
      );
      expect(thrown, sql).toBeInstanceOf(DatabaseError);
      const { message, cause } = thrown as DatabaseError;
      expect(message, sql).not.toContain((cause as Error).message.replace(/^[^:]*: /, "").split("\n")[0]);
      expect(message).not.toMatch(/Error:|DuckDB|SELECT|LINE 1|SET /);
    }
  } finally {
    database.close();
  }
  const memory = databaseError(new Error("Out of Memory Error: failed to allocate\n\nPossible solutions:\n* SET threads=1"), "/w", "400MB");
  expect(memory.message).toBe(
    "the table needs more than the 400MB of memory that reading may take; it has too many columns, or values that are too long: take a part of them out",
  );
  const disk = databaseError(new Error('IO Error: Could not write all bytes to file "x": No space left on device'), "/w/job", "400MB");
  expect(disk).toMatchObject({ code: "run.storage", message: "/w cannot be written: the disk is full; free some space" });
});
