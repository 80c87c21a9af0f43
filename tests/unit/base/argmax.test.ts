import { expect, it } from "vitest";
import { argmax } from "../../../src-main/base/argmax.js";

it.each<[string, readonly number[], number]>([
  ["the largest", [1, 3, 2], 1],
  ["the first of several", [0, 3, 3], 1],
  ["negative numbers", [-3, -1, -2], 1],
  ["infinities", [-Infinity, Infinity, 1], 1],
  ["NaN is larger than any number, as in torch.argmax", [1, NaN, Infinity], 1],
  ["the first NaN of several", [NaN, 5, NaN], 0],
  ["one value", [7], 0],
  ["none", [], 0],
])("%s", (_, values, place) => {
  expect(argmax(values)).toBe(place);
  expect(argmax(Float32Array.from(values))).toBe(place);
});

it("counts from the beginning of a row within many", () => {
  const rows = Float32Array.of(9, 1, 2, /* */ 4, 6, 5, /* */ 7, 7, 8);
  expect([0, 1, 2].map((row) => argmax(rows, row * 3, 3))).toEqual([0, 1, 2]);
});
