import { spawnSync } from "node:child_process";
import { closeSync, existsSync, mkdirSync, openSync, symlinkSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { LatheError } from "../../../src-main/base/errors.js";
import type { DataSpec } from "../../../src-main/contract/data.js";
import { inspectTable } from "../../../src-main/datasets/index.js";
import { createProject } from "../../../src-main/services/projects/create-project.js";
import { surveyHere } from "../../support/survey.js";
import { temporaryFolder } from "../../support/temporary-folder.js";
import { dataOf, prepare, writeParquet, writeTable } from "../../support/tables.js";

const NO_NUMBER = "a number or nothing; mend the value, count such values as missing (source.missing), make the column a category, or exclude it";

const good = "a,b,y\n1,2,0\n3,4,1\n5,6,0\n7,8,1\n9,1,0\n2,3,1\n4,5,0\n6,7,1\n8,9,0\n1,1,1\n";
const rows = (n: number, row: (i: number) => string) => Array.from({ length: n }, (_, i) => `${row(i)}\n`).join("");

/** What is in the file, what the project says, and the exact error. `DIR` stands for the folder. */
const cases: readonly {
  readonly it: string;
  readonly file?: string;
  readonly content?: string | Uint8Array;
  readonly data?: { readonly [K in keyof DataSpec]?: unknown };
  readonly code: string;
  readonly message: string;
}[] = [
  {
    it: "a missing file, with the nearest name",
    file: "creditt.csv",
    code: "data.missing",
    message: "there is no file DIR/creditt.csv; did you mean credit.csv?",
  },
  {
    it: "a missing folder",
    file: "nowhere/credit.csv",
    code: "data.missing",
    message: "there is no file DIR/nowhere/credit.csv: there is no folder DIR/nowhere",
  },
  { it: "a folder", file: "folder", code: "data.missing", message: "DIR/folder is a folder, expected a table file (CSV, TSV, Parquet, JSON)" },
  { it: "an empty file", content: "", code: "data.empty", message: "DIR/t.csv is empty, expected a table with a header and rows" },
  {
    it: "a file of blank lines",
    content: "\n\n\n",
    code: "data.empty",
    message: "DIR/t.csv holds nothing but blanks, expected a table with a header and rows",
  },
  { it: "a header without rows", content: "a,b,y\n", code: "data.empty", message: "DIR/t.csv has a header but no rows, expected at least one" },
  {
    it: "a row with too few fields",
    content: `${good}1,2\n${good.slice(6)}`,
    code: "data.ragged",
    message: "DIR/t.csv, row 11: got 2 fields, expected 3 as in the first row; mend the row, or quote fields that contain the delimiter",
  },
  {
    it: "a row with too many fields",
    content: `a,b,y\n1,2,3\n4,5,6,7\n`,
    code: "data.ragged",
    message: "DIR/t.csv, row 2: got 4 fields, expected 3 as in the first row; mend the row, or quote fields that contain the delimiter",
  },
  {
    it: "a quote that is never closed",
    content: `${good}"1,2,0\n3,4,1\n`,
    code: "data.ragged",
    message: 'DIR/t.csv, row 11: a quote is opened and not closed, or stands inside a field; double it ("") or take it out',
  },
  { it: "a text among numbers", content: `${good}3,many,1\n`, code: "data.value", message: `DIR/t.csv, row 11, column "b": got "many", expected ${NO_NUMBER}` },
  {
    it: "a text among numbers far down",
    content: `a,y\n${rows(30_000, (i) => `${i},${i % 2}`)}x1,1\n${rows(30_000, (i) => `${i},${i % 2}`)}`,
    code: "data.value",
    message: `DIR/t.csv, row 30001, column "a": got "x1", expected ${NO_NUMBER}`,
  },
  {
    it: "an infinite value",
    content: `${good}3,inf,1\n`,
    code: "data.value",
    message: 'DIR/t.csv, row 11, column "b": got "inf", expected a finite number or nothing; mend the value or leave it empty',
  },
  {
    it: "a value beyond float32",
    content: `${good}3,1e39,1\n`,
    code: "data.value",
    message: 'DIR/t.csv, row 11, column "b": got "1e39", expected a finite number or nothing; mend the value or leave it empty',
  },
  {
    it: "a column that is all missing",
    content: `a,b,y\n${rows(20, (i) => `${i},,${i % 2}`)}`,
    code: "data.value",
    message: 'column "b" of DIR/t.csv has no value in any of 20 rows; exclude the column',
  },
  {
    it: "a target that is all missing",
    content: `a,b,y\n${rows(20, (i) => `${i},1,`)}`,
    code: "data.target",
    message: 'target column "y" of DIR/t.csv has no value in any of 20 rows, expected values to learn from',
  },
  {
    it: "one class only",
    content: `a,b,y\n${rows(20, (i) => `${i},1,1`)}`,
    code: "data.target",
    message: 'target column "y" of DIR/t.csv holds only "1", expected at least two classes',
  },
  {
    it: "one class only in a category",
    content: `a,b,y\n${rows(20, (i) => `${i},1,red`)}`,
    data: { targets: [{ name: "y", type: "category", column: "y" }] },
    code: "data.target",
    message: 'target column "y" of DIR/t.csv holds only "red", expected at least two classes',
  },
  {
    it: "three values in a binary target",
    content: `a,b,y\n${rows(20, (i) => `${i},1,${i % 3}`)}`,
    code: "data.target",
    message: 'target y: column "y" of DIR/t.csv has 3 different values ("0", "1", "2"), expected two, such as 0 and 1; is it a category?',
  },
  {
    it: "a target column that is not there",
    content: good,
    data: { targets: [{ name: "y", type: "binary", column: "yy" }] },
    code: "data.target",
    message: 'target y: DIR/t.csv has no column "yy"; did you mean "y"?',
  },
  {
    it: "an input column that is not there",
    content: good,
    data: { inputs: [{ name: "f", type: "numeric", columns: ["something"] }] },
    code: "data.column",
    message: 'input f: DIR/t.csv has no column "something"; it has "a", "b", "y"',
  },
  {
    it: "two columns of one name",
    content: `a,b,a,y\n1,2,3,0\n`,
    code: "data.column",
    message: 'DIR/t.csv has two columns called "a" (columns 1 and 3); rename one of them',
  },
  {
    it: "a missing value where none is allowed",
    content: `${good},5,1\n`,
    data: { inputs: [{ name: "f", type: "numeric", columns: "rest", missing: "error" }] },
    code: "data.value",
    message:
      'DIR/t.csv, row 11, column "a": got nothing, expected a number, because missing is "error"; fill it in, or set missing to "mean", "median" or "drop"',
  },
  {
    it: "too few rows for a test part",
    content: "a,b,y\n1,2,0\n3,4,1\n",
    code: "data.split",
    message: "the validation part of DIR/t.csv is empty: 0.15 of 2 rows; use more rows or other shares",
  },
  {
    it: "too few groups",
    content: `a,b,y\n${rows(20, (i) => `${i},1,${i % 2}`)}`,
    data: { inputs: [{ name: "f", type: "numeric", columns: ["a"] }], split: { by: "group", column: "b" } },
    code: "data.split",
    message: 'the validation part of DIR/t.csv is empty: 0.15 of 20 rows in groups of "b"; use more rows or other shares',
  },
  {
    it: "no time to order by",
    content: `a,b,y\n${rows(20, (i) => `${i},${i === 7 ? "soon" : "2024-01-01"},${i % 2}`)}`,
    data: { inputs: [{ name: "f", type: "numeric", columns: ["a"] }], split: { by: "time", column: "b" } },
    code: "data.value",
    message: 'DIR/t.csv, row 8, column "b": no time there, expected a number or a date such as 2024-05-31 or 2024-05-31 13:45:00',
  },
  {
    it: "an unknown encoding",
    content: good,
    data: { source: { type: "table", path: "t.csv", encoding: "klingon" } },
    code: "data.unreadable",
    message: 'DIR/t.csv: “Encoding” (source.encoding) is "klingon", expected a known encoding such as utf-8, utf-16, latin-1 or windows-1252',
  },
  {
    it: "no column left for the rest",
    content: "y\n1\n0\n1\n",
    code: "data.column",
    message: "input features takes the rest of the columns of DIR/t.csv, but every column has another role",
  },
  {
    it: "a spreadsheet",
    file: "t.xlsx",
    content: "PK",
    code: "data.unreadable",
    message: "DIR/t.xlsx is no Excel workbook, expected an Excel workbook by its name; it begins like text: give it a name that ends in .csv",
  },
];

describe("bad input is one clear sentence", () => {
  it.each(cases)("$it", async ({ file = "t.csv", content, data, code, message }) => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, "folder"));
    writeTable(folder, "credit.csv", good);
    if (content !== undefined) writeTable(folder, file, content);
    const error = await prepare(folder, dataOf(file, data)).then(
      () => undefined,
      (e: unknown) => e,
    );
    expect(error).toBeInstanceOf(LatheError);
    expect((error as LatheError).message.replaceAll(folder, "DIR")).toBe(message);
    expect((error as LatheError).code).toBe(code);
  });

  it("tells a damaged Parquet file and broken JSON from a missing one", async () => {
    const folder = temporaryFolder();
    writeTable(folder, "t.parquet", "this is no Parquet file");
    await expect(prepare(folder, dataOf("t.parquet"))).rejects.toMatchObject({
      code: "data.unreadable",
      message: expect.stringContaining(`${folder}/t.parquet is no Parquet file, expected Parquet by its name`),
    });
    writeTable(folder, "t.json", `[{"a": 1, "y": 0}, {"a": `);
    await expect(prepare(folder, dataOf("t.json"))).rejects.toMatchObject({
      code: "data.unreadable",
      message: expect.stringMatching(/t\.json(, row \d+)? cannot be read as JSON: a bracket/),
    });
  });

  it("finds an infinite value and a text in Parquet too", async () => {
    const folder = temporaryFolder();
    await writeParquet(folder, "inf.parquet", "SELECT CASE WHEN i = 6 THEN 'Infinity'::DOUBLE ELSE i END AS a, i % 2 AS y FROM range(20) t(i)");
    await expect(prepare(folder, dataOf("inf.parquet"))).rejects.toMatchObject({
      code: "data.value",
      message: `${folder}/inf.parquet, row 7, column "a": got "inf", expected a finite number or nothing; mend the value or leave it empty`,
    });
    await writeParquet(folder, "date.parquet", "SELECT DATE '2024-01-01' + i::INTEGER AS a, i % 2 AS y FROM range(20) t(i)");
    await expect(prepare(folder, dataOf("date.parquet"))).rejects.toMatchObject({
      code: "data.value",
      message: expect.stringContaining(`row 1, column "a": got "2024-01-01"`),
    });
  });
});

describe("rows that cannot be used are excluded, counted and reported", () => {
  it("rows without a target", async () => {
    const folder = temporaryFolder();
    writeTable(folder, "t.csv", `a,b,y\n${rows(40, (i) => `${i},1.5,${i % 10 === 3 ? "" : i % 2}`)}`);
    const { audit, counts } = await prepare(folder, dataOf("t.csv"));
    expect(audit.skipped).toEqual([{ reason: "missing target", column: "y", rows: 4 }]);
    expect(audit.rows).toBe(40);
    expect(audit.used).toBe(36);
    expect(counts.train + counts.validation + counts.test).toBe(36);
    expect(audit.warnings.map((w) => w.message)).toContain(`4 rows excluded: missing target in column "y"`);
  });

  it("rows with a missing value, where the policy is to drop them", async () => {
    const folder = temporaryFolder();
    writeTable(folder, "t.csv", `a,b,y\n${rows(40, (i) => `${i === 5 ? "" : i},${i % 20 === 5 ? "NA" : i},${i % 2}`)}`);
    const { audit } = await prepare(folder, dataOf("t.csv", { inputs: [{ name: "f", type: "numeric", columns: "rest", missing: "drop" }] }));
    expect(audit.skipped).toEqual([
      { reason: "missing value", column: "a", rows: 1 },
      { reason: "missing value", column: "b", rows: 1 },
    ]);
    expect(audit.missing).toEqual({ a: 1, b: 2, y: 0 });
    expect(audit.used).toBe(38);
  });

  it("rows of a test file whose class the table does not have", async () => {
    const folder = temporaryFolder();
    writeTable(folder, "t.csv", `a,y\n${rows(40, (i) => `${i},${["red", "blue"][i % 2]}`)}`);
    writeTable(folder, "test.csv", "y,a\nred,1\ngreen,2\nblue,3\n,4\n");
    const { audit, counts } = await prepare(
      folder,
      dataOf("t.csv", { source: { type: "table", path: "t.csv", test: "test.csv" }, targets: [{ name: "y", type: "category", column: "y" }] }),
    );
    expect(counts).toEqual({ train: 34, validation: 6, test: 2 });
    expect(audit.skipped).toEqual([
      { reason: "missing target", column: "y", rows: 1 },
      { reason: "unknown class", column: "y", rows: 1 },
    ]);
  });

  it("warns of a constant column and encodes it as 0, not as NaN", async () => {
    const folder = temporaryFolder();
    writeTable(folder, "t.csv", `a,b,y\n${rows(40, (i) => `${i},7.1,${i % 2}`)}`);
    const prepared = await prepare(folder, dataOf("t.csv"));
    expect(prepared.audit.warnings).toEqual([
      { code: "data.constant", message: `column "b" of ${folder}/t.csv is 7.1 in every training row; nothing can be learnt from it` },
    ]);
    expect(prepared.fitted.inputs[0]).toMatchObject({ scale: [expect.any(Number), 1] });
  });

  it("warns once of numbers whose differences 32 bits do not hold, where they are read and predicted", async () => {
    const folder = temporaryFolder();
    // Near 2,000,000,000 float32 knows every 128th number; near 2,000,000 every eighth of one.
    writeTable(folder, "t.csv", `a,y\n${rows(40, (i) => `${2e9 + i},${2e6 + 20 * (i % 9)}`)}`);
    const data = dataOf("t.csv", {
      inputs: [
        { name: "a", type: "numeric", columns: ["a"] },
        { name: "same", type: "numeric", columns: ["a"], normalize: "minmax" },
      ],
      targets: [{ name: "y", type: "numeric", column: "y" }],
    });
    const warned = {
      code: "data.digits",
      message: expect.stringMatching(/^column "a" of \S+ has values from 20000000\d\d to 20000000\d\d in the training rows, .* differ by 130: .*Subtract /),
    };
    expect((await prepare(folder, data)).audit.warnings.filter(({ code }) => code === "data.digits")).toEqual([warned]);
    const audit = await inspectTable({ folder, data, seed: 1, workFolder: folder });
    expect(audit.warnings.filter(({ code }) => code === "data.digits")).toEqual([{ ...warned, severity: "warning" }]);
  });

  it("warns of validation rows that equal a training row", async () => {
    const folder = temporaryFolder();
    writeTable(folder, "t.csv", `a,y\n${rows(40, (i) => `${i % 4},${i % 2}`)}`);
    const { audit } = await prepare(folder, dataOf("t.csv"));
    expect(audit.duplicates).toEqual({ rows: 36, leaked: 12 });
    expect(audit.warnings.map((w) => w.code)).toContain("data.duplicates");
  });
});

describe.skipIf(process.platform === "win32")("a table that is no file is called so", () => {
  const NO_FILE =
    /^\S+ (is a pipe or a device|lies in \/\w+, or leads there: it is no file of its own), expected a table file \(CSV, TSV, Parquet, JSON\), which is read more than once; save it as one$/;

  it.each(["pipe.csv", "pipe.parquet", "pipe.json", "/dev/zero", "link.csv"])("%s", async (name) => {
    const folder = temporaryFolder();
    if (name.startsWith("pipe")) spawnSync("mkfifo", [join(folder, name)]);
    // As /dev/stdin is where a file is led into a command: a file for this process, and another one, or none, for the next.
    const file = openSync(writeTable(folder, "t.csv", good), "r");
    symlinkSync(`/dev/fd/${file}`, join(folder, "link.csv"));
    try {
      await expect(prepare(folder, dataOf(name))).rejects.toMatchObject({ code: "data.unreadable", message: expect.stringMatching(NO_FILE) as string });
      await expect(createProject({ folder: join(folder, "new"), template: "tabular", data: resolve(folder, name), ...surveyHere })).rejects.toMatchObject({
        message: expect.stringMatching(NO_FILE) as string,
      });
      expect(existsSync(join(folder, "new"))).toBe(false);
    } finally {
      closeSync(file);
    }
  });
});

it.each([
  ["LF", "\n"],
  ["CR LF", "\r\n"],
])("a CR in a quoted name ends no line where lines end in %s", async (_, end) => {
  const folder = temporaryFolder();
  const lines = Array.from({ length: 200 }, (_row, i) => `${i},${(i * 7) % 10},${i % 2}`);
  writeTable(folder, "t.csv", ['"a\rb",c,y', ...lines, ""].join(end));
  const { audit, fitted } = await prepare(folder, dataOf("t.csv"));
  expect(audit.rows).toBe(200);
  expect(fitted.inputs[0]).toMatchObject({ columns: ["a\rb", "c"] });
});
