import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { describePlainTable } from "../../../../src-main/datasets/sources/plain-table.js";

const folder = mkdtempSync(join(tmpdir(), "lathe-plain-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const described = (name: string, text: string | Buffer) => {
  writeFileSync(join(folder, name), text);
  return describePlainTable(join(folder, name), {}, folder);
};
const usual = { delimiter: ",", quote: '"', encoding: "utf-8-sig", skip: 0, decimal: "." };

test.each([
  ["plain.csv", "a,b,kind\n1,2.5,x\n2,3.5,y\n", usual],
  ["tabs.tsv", "a\tb\tkind\n1\t2.5\tx\n2\t3.5\ty\n", { ...usual, delimiter: "\t" }],
  ["comma.csv", "a;b;kind\n1;2,5;x\n2;3,5;y\n", { ...usual, delimiter: ";", decimal: "," }],
  ["excel.csv", "sep=;\na;b;kind\n1;2.5;x\n2;3.5;y\n", { ...usual, delimiter: ";", skip: 1 }],
  ["latin.csv", Buffer.from("größe,kind\n1,x\n2,y\n", "latin1"), { ...usual, encoding: "windows-1252" }],
])("%s is told as another program reads it", async (name, text, wanted) => {
  expect(await described(name, text)).toEqual(wanted);
});

test.each([
  ["comments.csv", "# of a survey\na,b,kind\n1,2.5,x\n2,3.5,y\n", "has lines that are comments"],
  ["bare.csv", "1,2.5,3\n2,3.5,4\n3,4.5,5\n", "has no header"],
  ["title.csv", "A survey\n\na,b,kind\n1,2.5,x\n2,3.5,y\n3,4.5,x\n4,5.5,y\n", "has a title above its header"],
  ["blanks.txt", "a   b   kind\n1   2.5   x\n22  3.5   y\n3   4.5   x\n", "blanks part the columns of"],
  ["table.parquet", "PAR1", "is no delimited text"],
])("%s is refused with the reason", async (name, text, reason) => {
  expect(await described(name, text)).toContain(reason);
});
