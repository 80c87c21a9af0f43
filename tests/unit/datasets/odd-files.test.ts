import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { dataSchema } from "../../../src-main/contract/data.js";
import { inspectTable, proposeRoles } from "../../../src-main/datasets/index.js";
import { readColumns, refusal } from "../../support/read-columns.js";
import { temporaryFolder } from "../../support/temporary-folder.js";
import { dataOf, prepare, writeParquet, writeTable } from "../../support/tables.js";

const NO_NUMBER = "a number or nothing; mend the value, count such values as missing (source.missing), make the column a category, or exclude it";

const rows = (row: (i: number) => string, newline = "\n") => Array.from({ length: 20 }, (_, i) => row(i) + newline).join("");

describe("odd files", () => {
  const plain = (i: number) => `${i},${2 * i},${i % 2}`;
  const right: Readonly<Record<string, readonly [name: string, content: string | Uint8Array, warnings?: readonly string[]]>> = {
    "a byte-order mark before a quoted header": ["t.csv", `\ufeff"a","b","y"\n${rows(plain)}`],
    "a delimiter at the end of every line": [
      "t.csv",
      `a,b,y,\n${rows((i) => `${plain(i)},`)}`,
      ["column 4 of DIR/t.csv has neither a name nor values; excluded"],
    ],
    "delimiters at the end of every line": [
      "t.csv",
      `a;b;y;;\n${rows((i) => `${plain(i).replaceAll(",", ";")};;`)}`,
      ["columns 4 to 5 of DIR/t.csv have neither a name nor values; excluded"],
    ],
    "a delimiter at the end of every line but the header": ["t.csv", `a,b,y\n${rows((i) => `${plain(i)},`)}`],
    "blank lines above, in the middle and at the end": ["t.csv", `\n \n${`a,b,y\n${rows(plain)}`.replace("\n5,", "\n\n\n5,")}\n\n`],
    "blank lines above, with CR LF": ["t.csv", `\r\n\r\na,b,y\r\n${rows(plain, "\r\n")}`],
    "CR at line ends": ["t.csv", `a,b,y\r${rows(plain, "\r")}`],
    "blank lines and CR at line ends": ["t.csv", `\ra,b,y\r${rows(plain, "\r")}\r`],
    "line ends of both kinds": ["t.csv", `a,b,y\r\n${rows(plain)}`],
    "line ends of both kinds, gzipped": ["t.csv.gz", gzipSync(`a,b,y\n${rows(plain, "\r\n")}`)],
    "gzipped under a name in capitals": ["T.CSV.GZ", gzipSync(`a,b,y\n${rows(plain)}`)],
    "JSON, gzipped under a name in capitals": ["T.JSON.GZ", gzipSync(JSON.stringify(Array.from({ length: 20 }, (_, i) => ({ a: i, b: 2 * i, y: i % 2 }))))],
    "numbers with blanks, signs and exponents": ["t.csv", `a,b,y\n${rows((i) => ` +${i} ,\t${2 * i}e0,${i % 2} `)}`],
    "JSON with a missing key": ["t.json", JSON.stringify(Array.from({ length: 20 }, (_, i) => ({ ...(i === 3 ? {} : { a: i }), b: 2 * i, y: i % 2 })))],
    "JSON with numbers as numbers and texts": [
      "t.json",
      JSON.stringify(Array.from({ length: 20 }, (_, i) => ({ a: i % 3 === 0 ? String(i) : i, b: 2 * i, y: i % 2 }))),
    ],
  };

  it.each(Object.entries(right))("read right: %s", async (name, [file, content, warnings = []]) => {
    const folder = temporaryFolder();
    writeTable(folder, file, content);
    const seen = await readColumns(folder, file);
    const missing = name === "JSON with a missing key";
    expect(seen.table).toEqual(Array.from({ length: 20 }, (_, i) => [missing && i === 3 ? NaN : i, 2 * i]));
    expect(seen.warnings).toEqual(warnings);
  });

  it("read right: line ends of both kinds where one is cut by the end of a piece of the file", async () => {
    const folder = temporaryFolder();
    for (let k = 1; k <= 8; k++) {
      writeTable(folder, "t.csv", `a,${"b".repeat(k)},y\n${"1,22,0\r\n".repeat(9000)}2,1,1\r\n`);
      const audit = await inspectTable({ folder, data: dataOf("t.csv", { split: { validation: 0, test: 0 } }), seed: 1, workFolder: folder });
      expect(audit.rows).toBe(9001);
    }
  });

  const refused: Readonly<Record<string, readonly [name: string, content: string | Uint8Array, message: string]>> = {
    "a hexadecimal number": ["t.csv", `a,b,y\n${rows(plain)}0x10,1,1\n`, `DIR/t.csv, row 21, column "a": got "0x10", expected ${NO_NUMBER}`],
    "a number with an underscore": ["t.csv", `a,b,y\n${rows(plain)}1_000,1,1\n`, `DIR/t.csv, row 21, column "a": got "1_000", expected ${NO_NUMBER}`],
    "true among numbers": ["t.csv", `a,b,y\n${rows(plain)}true,1,1\n`, `DIR/t.csv, row 21, column "a": got "true", expected ${NO_NUMBER}`],
    "a bad value below blank lines": ["t.csv", `a,b,y\n${rows(plain)}\n\n"1\n2",1,1\n`, `DIR/t.csv, row 21, column "a": got "1\n2", expected ${NO_NUMBER}`],
    "a ragged row below blank lines and line ends in quotes": [
      "t.csv",
      `\na,b,y\n${rows(plain)}\n\n1,"2\n\n""",1\n1\n`,
      "DIR/t.csv, row 22: got 1 field, expected 3 as in the first row; mend the row, or quote fields that contain the delimiter",
    ],
    "a ragged row, CR LF": [
      "t.csv",
      `a,b,y\r\n${rows(plain, "\r\n")}\r\n1\r\n`,
      "DIR/t.csv, row 21: got 1 field, expected 3 as in the first row; mend the row, or quote fields that contain the delimiter",
    ],
    "names that are equal without their blanks": [
      "t.csv",
      `größe m, größe m ,y\n${rows(plain)}`,
      `DIR/t.csv has two columns called "größe m" (columns 1 and 2); rename one of them`,
    ],
    "gzip under another name": ["t.csv", gzipSync("a,b\n1,2\n"), "DIR/t.csv is gzipped, expected delimited text by its name; give it a name that ends in .gz"],
    "a spreadsheet under another name": [
      "t.csv",
      Buffer.from("PK\x03\x04 and so on"),
      "DIR/t.csv is a spreadsheet or another zip archive, expected delimited text by its name; give it its own ending, such as .xlsx, or unpack it",
    ],
    "JSON that is no rows": ["t.json", "[1, 2, 3]", `DIR/t.json holds no rows, expected objects with a key for each column: [{"a": 1, …}, …] or one a line`],
    "JSON with a text among numbers": [
      "t.json",
      JSON.stringify(Array.from({ length: 20 }, (_, i) => ({ a: i === 5 ? "x" : i, y: i % 2 }))),
      `DIR/t.json, row 6, column "a": got "x", expected ${NO_NUMBER}`,
    ],
    "JSON with structures": [
      "t.json",
      JSON.stringify(Array.from({ length: 20 }, (_, i) => ({ a: { b: i }, y: i % 2 }))),
      `DIR/t.json, row 1, column "a": got "{'b': 0}", expected a number; exclude the column: it holds structures, lists or bytes`,
    ],
  };

  it.each(Object.entries(refused))("refused: %s", async (_, [file, content, message]) => {
    const folder = temporaryFolder();
    writeTable(folder, file, content);
    expect(await refusal(prepare(folder, dataOf(file)), folder)).toBe(message);
  });

  it("excludes nested columns of Parquet, and says so", async () => {
    const folder = temporaryFolder();
    await writeParquet(folder, "t.parquet", "SELECT i / 7 AS a, {'c': i % 3} AS s, [i % 3] AS l, 'x'::BLOB AS b, i % 2 AS y FROM range(20) t(i)");
    const { inputs, columns, notes } = await proposeRoles({ folder, path: "t.parquet", workFolder: folder });
    expect(inputs).toMatchObject([{ columns: ["a"] }]);
    expect(columns.map((c) => c.type)).toEqual(["number", "other", "other", "other", "number"]);
    expect(notes).toEqual(
      ["s", "l", "b"].map(
        (c) =>
          `column "${c}" is excluded: ` +
          (c === "b"
            ? "it has one value only, from which nothing can be learnt; add rows with others to use it"
            : "it holds structures, lists or bytes; put their parts into columns of their own"),
      ),
    );
    expect(await refusal(proposeRoles({ folder, path: "t.parquet", targets: ["s"], workFolder: folder }), folder)).toBe(
      `target column "s" of DIR/t.parquet is a structure, a list or bytes, expected numbers or classes; choose another to predict`,
    );
  });

  it("takes dates with dots as times", async () => {
    const folder = temporaryFolder();
    writeTable(folder, "t.csv", `day;a;y\n${rows((i) => `${String(((i * 7) % 20) + 1).padStart(2, "0")}.02.2024;${i},5;${i % 2}`)}`);
    const data = dataOf("t.csv", { inputs: [{ name: "f", type: "numeric", columns: ["a"] }], split: { by: "time", column: "day" } });
    const prepared = await prepare(folder, data);
    const last: number[] = [];
    for await (const batch of prepared.readRaw("test")) last.push(...batch.rows);
    expect(last.map((row) => (((row - 1) * 7) % 20) + 1).sort((a, b) => a - b)).toEqual([18, 19, 20]);
    expect((await proposeRoles({ folder, path: "t.csv", workFolder: folder })).notes).toEqual([
      `column "day" is excluded: it is a time; split by it, or put what matters of it, such as the month, into a column of its own`,
    ]);
  });
});

it("twelve hundred columns are looked at whole, and learnt from", async () => {
  const folder = temporaryFolder();
  const names = Array.from({ length: 1200 }, (_, k) => `c${k}`);
  const row = (i: number) => `${names.map((_name, k) => (k === 1077 && i === 5 ? "" : (i * (k + 3)) % 17)).join(",")},${i % 2}\n`;
  writeTable(folder, "wide.csv", `${names.join(",")},y\n${Array.from({ length: 60 }, (_, i) => row(i)).join("")}`);
  const { inputs, targets, columns } = await proposeRoles({ folder, path: "wide.csv", workFolder: folder });
  expect(columns).toHaveLength(1201);
  expect(columns[1077]).toMatchObject({ name: "c1077", missing: 1, rows: 60 });
  expect(columns.filter(({ missing }) => missing > 0)).toHaveLength(1);
  const { counts } = await prepare(folder, dataSchema.parse({ ...dataOf("wide.csv"), inputs, targets }));
  expect(counts.train + counts.validation + counts.test).toBe(60);
});
