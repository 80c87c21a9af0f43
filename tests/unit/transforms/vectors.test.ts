import { describe, expect, test } from "vitest";
import { Random } from "../../../src-main/base/random.js";
import { lumaInVectors } from "../../../src-main/transforms/luma-vectors.js";
import { type Picture, grayOf, luma } from "../../../src-main/transforms/picture.js";
import { resized, resizedPlainly } from "../../../src-main/transforms/resample.js";
import { columnsInVectors, rowsInVectors } from "../../../src-main/transforms/resample-vectors.js";
import { windowsOf } from "../../../src-main/transforms/resample-windows.js";

const random = new Random(3, "vectors");
const noise = (width: number, height: number, channels: number, of = () => random.below(256)): Picture => ({
  width,
  height,
  channels,
  data: Uint8Array.from({ length: width * height * channels }, of),
});
const same = (a: Picture, b: Picture) => a.width === b.width && a.height === b.height && Buffer.compare(a.data, b.data) === 0;

describe("vectors give the bytes that one number at a time gives", () => {
  test("of any size and either colour, smaller and larger, black, white and noise", () => {
    const differing: string[] = [];
    for (let k = 0; k < 300; k++) {
      const [w, h, n, m] = [1 + random.below(k % 9 === 0 ? 700 : 80), 1 + random.below(k % 7 === 0 ? 500 : 60), 1 + random.below(90), 1 + random.below(90)];
      const picture = noise(w, h, k % 2 === 0 ? 3 : 1, k % 5 === 0 ? () => (k % 10 === 0 ? 255 : 0) : undefined);
      if (!same(resized(picture, n, m), resizedPlainly(picture, n, m))) differing.push(`${w} × ${h} to ${n} × ${m}`);
    }
    expect(differing).toEqual([]);
  });

  test.each([
    [3000, 1200, 64, 48, 3],
    [700, 10_000, 300, 50, 3],
    [3000, 3000, 20, 30, 1],
  ])("of %d × %d, which does not fit their memory at once", (w, h, n, m, channels) => {
    const data = new Uint8Array(w * h * channels);
    const some = noise(4099, 1, 1).data;
    for (let at = 0; at < data.length; at += some.length) data.set(some.subarray(0, data.length - at), at);
    const picture = { width: w, height: h, channels, data };
    expect(same(resized(picture, n, m), resizedPlainly(picture, n, m))).toBe(true);
  });

  test("of luma", () => {
    for (const [w, h] of [
      [1, 1],
      [3, 1],
      [5, 7],
      [640, 481],
    ] as const) {
      const { data } = noise(w, h, 3);
      const gray = grayOf({ width: w, height: h, channels: 3, data }).data;
      expect(gray.every((value, i) => value === luma(data[i * 3]!, data[i * 3 + 1]!, data[i * 3 + 2]!))).toBe(true);
    }
  });
});

test("this machine has vectors, so that the tests above compare two things", () => {
  const windows = windowsOf(9, 4);
  expect(rowsInVectors(noise(9, 9, 3), windows)).toMatchObject({ width: 4, height: 9 });
  expect(columnsInVectors(noise(9, 9, 3), windows)).toMatchObject({ width: 9, height: 4 });
  expect(lumaInVectors(noise(9, 9, 3).data, new Uint8Array(81))).toBe(true);
});
