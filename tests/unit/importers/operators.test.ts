import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { packageRoot } from "../../../src-main/base/entries.js";
import { conversions } from "../../../src-main/importers/conversions/index.js";
import { ops } from "../../../src-main/ops/index.js";

test("README lists the operators of files that are read, and no others", () => {
  const readme = readFileSync(join(packageRoot, "README.md"), "utf8");
  const [, listed = ""] = /Operators that are read: ([^.]+)\./.exec(readme) ?? [];
  // LabelEncoder is of another domain, and Scan runs a graph of its own.
  const read = new Set([...ops.all.filter(({ type, domain }) => !domain && type !== "Scan").map(({ type }) => type), ...conversions.types]);
  expect(listed.split(/,\s+/)).toEqual([...read].sort((a, b) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1)));
});
