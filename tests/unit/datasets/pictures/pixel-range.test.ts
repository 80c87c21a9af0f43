import { expect, test } from "vitest";
import { rangeFor, rangeOf } from "../../../../src-main/datasets/pictures/pixel-range.js";

const whole = (largest: number) => ({ kind: "whole", stored: 16, smallest: 0, largest }) as const;
const float = (largest: number) => ({ kind: "float", stored: 32, smallest: 0, largest }) as const;

test.each([
  [200, 8],
  [256, 10],
  [4095, 12],
  [4096, 14],
  [65535, 16],
])("whole numbers up to %i use %i bits", (largest, bits) => {
  expect(rangeOf([whole(3), whole(largest)])).toEqual({ bits });
});

test("floats reach up to 1 or 255, beside whole numbers", () => {
  expect(rangeOf([float(0.5), whole(9)])).toEqual({ bits: 8, float: 1 });
  expect(rangeOf([float(0.5), float(1.5)])).toEqual({ float: 255 });
  expect(rangeOf([])).toEqual({});
});

test("a picture is read by the range that was trained on, and refused beyond it, or where nothing tells how bright it is", () => {
  expect([rangeFor(whole(99), { bits: 12 }), rangeFor(float(0.2), { float: 255 }), rangeFor(whole(60_000)), rangeFor(float(0.2))]).toEqual([12, 255, 16, 1]);
  expect(() => rangeFor(whole(5000), { bits: 12 })).toThrow("holds whole numbers up to 5000, and the pictures that were trained on use 12 bits, up to 4095");
  expect(() => rangeFor(float(2), { float: 1 })).toThrow("holds floats up to 2, and the pictures that were trained on hold 0 to 1");
  expect(() => rangeFor(whole(4000))).toThrow(
    "has 16 bits of which it uses 12 (the largest value is 4000), and no picture that was trained on had more than 8",
  );
});
