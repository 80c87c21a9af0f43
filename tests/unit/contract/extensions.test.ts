import { expect, test } from "vitest";
import { extensionOf, hasExtension, pictureExtensions, tableExtensions } from "../../../src-main/contract/extensions.js";

test.each([
  ["rows.csv", ".csv"],
  ["rows.csv.gz", ".csv.gz"],
  ["ROWS.JSONL.GZ", ".JSONL.GZ"],
  ["a.b.tsv", ".tsv"],
  ["rows.gz", ""],
  ["rows.parquet.gz", ""],
  ["csv", ""],
  ["photo.JPG", ""],
])("of tables %s ends in %j", (name, extension) => {
  expect(extensionOf(name, tableExtensions)).toBe(extension);
  expect(hasExtension(name, tableExtensions)).toBe(extension !== "");
});

test("tables and pictures share no extension", () => {
  expect(tableExtensions.filter((extension) => hasExtension(`x.${extension}`, pictureExtensions))).toEqual([]);
});
