import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formatJson, parseJson } from "../../../src-main/contract/json.js";

describe("a mistake is told with its place", () => {
  test.each([
    ["an empty file", "", 'line 1, column 1: got the end of the file, expected a value: a "text", a number, true, false, null, [ or {'],
    ["a comment", '{\n  // why\n  "a": 1\n}', 'line 2, column 3: got a comment, expected a key in "double quotes" (JSON has no comments)'],
    ["a comma too many", '{ "a": 1,\n  "b": 2,\n}', "line 2, column 9: got a comma before }, expected none after the last item"],
    ["a comma too few", '{\n  "a": 1\n  "b": 2\n}', 'line 3, column 3: got ", expected a comma or }'],
    ["a key without quotes", "{ a: 1 }", 'line 1, column 3: got a, expected a key in "double quotes"'],
    ["a key in single quotes", "{ 'a': 1 }", 'line 1, column 3: got \', expected a key in "double quotes"'],
    ["no colon", '{ "a" 1 }', 'line 1, column 7: got 1, expected a colon after "a"'],
    ["a word that is no value", '{ "a": yes }', 'line 1, column 8: got yes, expected a value: a "text", a number, true, false, null, [ or {'],
    ["a number that starts with 0", '{ "a": 01 }', 'line 1, column 8: got 01, expected a value: a "text", a number, true, false, null, [ or {'],
    ["a number that ends with a dot", "[1.]", 'line 1, column 2: got 1., expected a value: a "text", a number, true, false, null, [ or {'],
    ["a text that does not end", '{ "a": "b\n }', 'line 1, column 8: got ", expected a text that ends with " on the same line, with \\\\ for a backslash'],
    ["a Windows path", '{ "a": "C:\\data" }', 'line 1, column 8: got ", expected a text that ends with " on the same line, with \\\\ for a backslash'],
    ["an object that does not end", '{ "a": [1, 2]', "line 1, column 14: got the end of the file, expected a comma or }"],
    ["something after the end", "{}\n{}", "line 2, column 1: got {, expected the end of the file"],
    ["lists in one another", "[".repeat(2000), "line 1, column 101: got more than 100 brackets that are open at once, expected fewer"],
    ["objects in one another", '{"a":'.repeat(2000), "line 1, column 501: got more than 100 brackets that are open at once, expected fewer"],
    ["a key twice", '{ "a": 1, "b": { "a": 2 }, "a": 3 }', 'line 1, column 28: got the key "a" a second time in the same object, expected it once'],
  ])("%s", (_fact, text, message) => {
    expect(() => parseJson(text, "p.json")).toThrow(expect.objectContaining({ code: "project.invalid", message: `p.json: ${message}` }));
  });
});

test("whatever JSON.parse takes is taken, and whatever it refuses is refused", () => {
  const texts = fc.oneof(
    fc.json(),
    fc.string(),
    fc.json().chain((json) => fc.tuple(fc.nat(json.length), fc.string({ maxLength: 1 })).map(([at, c]) => json.slice(0, at) + c + json.slice(at + 1))),
  );
  fc.assert(
    fc.property(texts, (text) => {
      let expected: unknown;
      let valid = true;
      try {
        expected = JSON.parse(text);
      } catch {
        valid = false;
      }
      if (!valid) expect(() => parseJson(text, "p.json")).toThrow(expect.objectContaining({ code: "project.invalid" }));
      else if (!hasDuplicateKeys(text, expected)) expect(parseJson(text, "p.json")).toEqual(expected);
    }),
    { numRuns: 2000 },
  );
});

/** JSON.parse keeps the last of several equal keys; then fewer keys come out than went in. */
function hasDuplicateKeys(text: string, value: unknown): boolean {
  const count = (item: unknown): number =>
    Array.isArray(item)
      ? item.reduce<number>((sum, inner) => sum + count(inner), 0)
      : typeof item === "object" && item !== null
        ? Object.keys(item).length + Object.values(item).reduce<number>((sum, inner) => sum + count(inner), 0)
        : 0;
  return (text.replace(/"(?:[^"\\]|\\.)*"/g, '""').match(/:/g) ?? []).length !== count(value);
}

test("a byte order mark is no mistake", () => {
  expect(parseJson('\uFEFF{"a":1}', "p.json")).toEqual({ a: 1 });
});

test("what is written reads back, with short lists and objects on a line of their own", () => {
  const value = {
    name: "a",
    layers: [
      { id: "fc1", type: "Linear", outFeatures: 16 },
      { id: "act1", type: "ELU" },
    ],
    none: undefined,
    empty: [],
  };
  expect(formatJson(value, 80)).toBe(
    '{\n  "name": "a",\n  "layers": [\n    { "id": "fc1", "type": "Linear", "outFeatures": 16 },\n    { "id": "act1", "type": "ELU" }\n  ],\n  "empty": []\n}',
  );
  fc.assert(
    fc.property(fc.jsonValue(), (any) => {
      expect(JSON.parse(formatJson(any))).toEqual(JSON.parse(JSON.stringify(any)));
    }),
  );
});
