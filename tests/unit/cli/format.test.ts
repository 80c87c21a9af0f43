import { describe, expect, test } from "vitest";
import { count, duration, number, plural, shorten, table } from "../../../src-main/cli/format.js";

describe("number", () => {
  test.each([
    [0.74101796, "0.741"],
    [0.5, "0.500"],
    [12.345, "12.3"],
    [141.6, "142"],
    [1462.78, "1,463"],
    [999.7, "1,000"],
    [-1462.78, "-1,463"],
    [0, "0"],
    [-0, "0"],
    [7, "7"],
    [4454, "4,454"],
    [0.00012345, "0.000123"],
    [0.0000123, "1.23e-5"],
    [12_345_678_901, "1.23e+10"],
    [null, "–"],
    [undefined, "–"],
    [Number.NaN, "–"],
    [Number.POSITIVE_INFINITY, "Infinity"],
  ])("%s is %s", (value, text) => {
    expect(number(value)).toBe(text);
  });
});

test("counts have separators, and their word fits them", () => {
  expect([count(4454), count(411_999.6), plural(1, "row"), plural(0, "row"), plural(4454, "row")]).toEqual([
    "4,454",
    "412,000",
    "1 row",
    "0 rows",
    "4,454 rows",
  ]);
});

test.each([
  [0, "0:00"],
  [65, "1:05"],
  [59.6, "1:00"],
  [3599.7, "1:00:00"],
  [7207, "2:00:07"],
  [-3, "0:00"],
])("%s seconds are %s", (seconds, text) => {
  expect(duration(seconds)).toBe(text);
});

test("a text is shortened only where it is too long, and by what a reader counts", () => {
  expect([shorten("abcd", 4), shorten("abcde", 4), shorten("abcde", 0), shorten("👩‍👩‍👧x", 2)]).toEqual(["abcd", "abc…", "…", "👩‍👩‍👧x"]);
});

describe("table", () => {
  test("names stand to the left, numbers to the right under their head", () => {
    expect(
      table(
        ["class", "f1", "rows"],
        [
          ["0", "0.38", "1,254"],
          ["1", "–", "9"],
        ],
      ),
    ).toEqual(["class    f1   rows", "0      0.38  1,254", "1         –      9"]);
  });

  test("a column with one word in it is words", () => {
    expect(
      table(
        ["column", "min", "why"],
        [
          ["a", "1", ""],
          ["bcd", "1e-5", "no"],
        ],
      ),
    ).toEqual(["column   min  why", "a          1", "bcd     1e-5  no"]);
    expect(
      table(
        ["x", "value"],
        [
          ["a", "12"],
          ["b", "twelve"],
        ],
      ),
    ).toEqual(["x  value", "a  12", "b  twelve"]);
  });

  test("a cell that a terminal would obey cannot, and no name is wider than a line has room for", () => {
    const [, row] = table(["column", "role"], [["evil\u001b[2J\nname", "x"]]);
    expect(row).toBe("evil\\x1b[2J\\nname  x");
    const [head, long] = table(["column", "role"], [["n".repeat(60), "r".repeat(60)]]);
    expect(long).toBe(`${"n".repeat(39)}…  ${"r".repeat(60)}`);
    expect(head).toBe(`column${" ".repeat(36)}role`);
  });

  test("a head alone is a line, a short row is filled up", () => {
    expect(table(["run", "status"], [])).toEqual(["run  status"]);
    expect(table(["a", "b"], [["x"]])).toEqual(["a  b", "x"]);
  });
});
