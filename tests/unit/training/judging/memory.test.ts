import { expect, it } from "vitest";
import { type JudgedSize, judgingBytes, refuseJudging } from "../../../../src-main/training/judging/memory.js";

const GB = 2 ** 30;

const hourly: JudgedSize = {
  counts: { train: 700_000, validation: 150_000, test: 150_000 },
  width: 168,
  horizon: 168,
  rows: 1_000_000,
  columns: 1,
  forecast: 1,
  stride: 1,
};

it("answers of all judged samples and the rows of the series count", () => {
  expect(judgingBytes(hourly)).toBe(300_000 * 168 * 60 + 1_000_000 * 53);
  // Measured: 1,435 MB more for so many samples more.
  const samples = (judged: number) => ({ ...hourly, counts: { train: 0, validation: judged, test: 0 }, width: 300, horizon: 300 });
  expect((judgingBytes(samples(79_400)) - judgingBytes(samples(4000))) / 2 ** 20 / 1435).toBeCloseTo(0.9, 1);
  // Without a validation the model's file is compared on the training samples.
  expect(judgingBytes({ ...hourly, counts: { train: 850_000, validation: 0, test: 150_000 } })).toBe(1_000_000 * 168 * 60 + 1_000_000 * 53);
});

it("what fits is not spoken of, and what takes most of the memory is noted", () => {
  expect(refuseJudging(hourly, 8 * GB)).toBeUndefined();
  expect(refuseJudging(hourly, 4 * GB)).toBe(
    "judging 300,000 samples of 168 numbers each needs about 2.9 GB of memory, this machine has 4.0 GB; where that is too much, set “Stride” " +
      "(source.stride) to 2 or more, or a horizon of 116 rows or fewer",
  );
});

it("what does not fit is refused with a stride and a horizon that do", () => {
  expect(() => refuseJudging({ ...hourly, width: 1680, horizon: 1680 }, 4 * GB)).toThrow(
    "judging 300,000 samples of 1,680 numbers each needs about 28 GB of memory, this machine has 4.0 GB; set “Stride” (source.stride) to 15 or more, " +
      "or a horizon of 116 rows or fewer",
  );
  const fitting = { ...hourly, counts: { train: 44_000, validation: 9375, test: 9375 }, width: 1680, horizon: 1680, stride: 16 };
  expect(refuseJudging(fitting, 4 * GB)).toBeUndefined();
});

it("a table's many classes are judged on fewer rows", () => {
  const table = { counts: { train: 10, validation: 1_000_000, test: 1_000_000 }, width: 1000, horizon: 0, rows: 0, columns: 0, forecast: 0, stride: 1 };
  expect(() => refuseJudging(table, 8 * GB)).toThrow(/; take at most 17 % of these rows for validation and test$/);
});
