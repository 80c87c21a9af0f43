import { expect, it } from "vitest";
import { nameColumns, parseNamePattern } from "../../../src-main/contract/file-names.js";

function read(pattern: string, path: string) {
  const parsed = parseNamePattern(pattern);
  return "problem" in parsed ? parsed.problem : parsed.read(path);
}

it.each([
  ["{typeface}-{copy}", "Greek/U+03B1/sans-extra-light-12.png", ["sans-extra-light", "12"]],
  ["{typeface}-{copy}", "sans-1.tar.png", ["sans", "1.tar"]],
  ["{typeface}", "sans-1.png", ["sans-1"]],
  ["img_{day}_{time}_{n}", "img_2024_05_01_1200_3.jpg", ["2024_05_01", "1200", "3"]],
  ["{a}--{b}", "x---y.png", ["x-", "y"]],
  ["{a}aa{b}", "xaaab.png", ["xa", "b"]],
  ["{writer} ({copy})", "Ann (2).png", ["Ann", "2"]],
  ["{ writer }-{copy}", "Ann-2", ["Ann", "2"]],
  ["{a}-{b}", ".hidden-1", [".hidden", "1"]],
])("%s reads %s, the last parts as little as they can", (pattern, path, parts) => {
  expect(read(pattern, path)).toEqual(parts);
});

it.each([
  ["{typeface}-{copy}", "sans.png"],
  ["{typeface}-{copy}", "-1.png"],
  ["{typeface}-{copy}", "sans-.png"],
  ["{typeface}-{copy}", "gr-eek/sans.png"],
  ["img_{n}", "image_1.png"],
  ["{n}px", "12.png"],
  ["ab{n}ba", "aba.png"],
])("%s does not fit %s", (pattern, path) => {
  expect(read(pattern, path)).toBeUndefined();
});

it("compares names in NFC, as a Mac writes them in NFD", () => {
  expect(read("é{n}", "e\u03011.png")).toEqual(["1"]);
  expect(read("{name}-{n}", "e\u0301-1.png")).toEqual(["é", "1"]);
  expect(nameColumns("{e\u0301}")).toEqual(["é"]);
});

it.each([
  ["plain", 'got "plain" without a column, expected one at least, as in {typeface}-{copy}'],
  ["{a}{b}", 'got nothing between "a" and "b", expected a text that parts them, as in {a}-{b}'],
  ["{a}-{a}", 'got the column "a" a second time, expected each once'],
  ["{a}-{ }", 'got a column without a name in "{a}-{ }"; expected {name}'],
  ["{a", 'got a brace without its other one in "{a"; expected {name}'],
  ["a}", 'got a brace without its other one in "a}"; expected {name}'],
  ["{a{b}}", 'got a brace without its other one in "{a{b}}"; expected {name}'],
  ["{a}/{b}", 'got a way through folders, "{a}/{b}"; expected the name of a file alone'],
])("says what is wrong with %s", (pattern, problem) => {
  expect(parseNamePattern(pattern)).toEqual({ problem });
  expect(nameColumns(pattern)).toEqual([]);
});
