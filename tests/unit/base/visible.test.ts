import { expect, test } from "vitest";
import { visible, visibleJson, visibleLines } from "../../../src-main/base/visible.mjs";

/** Every character that a terminal obeys. */
const OBEYED = [
  [0x00, 0x1f],
  [0x7f, 0x9f],
  [0x2028, 0x2029],
  [0x202a, 0x202e],
  [0x2066, 0x2069],
].flatMap(([from = 0, to = 0]) => Array.from({ length: to - from + 1 }, (_, i) => String.fromCharCode(from + i)));

test("what a terminal would obey is shown, letter by letter", () => {
  expect(visible("a\u001b[2J\u0007b\u009b31m\u007f\r\n\tc\u202e\u2066")).toBe("a\\x1b[2J\\x07b\\x9b31m\\x7f\\r\\n\\tc\\u202e\\u2066");
  for (const character of OBEYED) expect(visible(`a${character}b`), character.charCodeAt(0).toString(16)).toMatch(/^a\\(?:x[0-9a-f]{2}|u[0-9a-f]{4}|[nrt])b$/);
});

test.each(["", "Größe (m²)", "身長", "שלום", "👩‍🔬", "50 %", "C:\\data\\new.csv"])("%j stays as it is", (text) => {
  expect([visible(text), visibleLines(text), visibleJson(text)]).toEqual([text, text, text]);
});

test("lines of one's own stay lines", () => {
  expect(visibleLines("one\ntwo\u001b[1A")).toBe("one\ntwo\\x1b[1A");
});

test("JSON is the same value, without a byte that a terminal obeys", () => {
  const value = { [`name${OBEYED.join("")}`]: OBEYED };
  const json = visibleJson(JSON.stringify(value));
  expect(JSON.parse(json)).toEqual(value);
  expect(json).toBe(visible(json));
});
