import { describe, expect, it } from "vitest";
import {
  type MeasuredEngine,
  decideEngine,
  isClearlyFaster,
  isSameLoss,
  isWorthTrying,
  tooShortToTry,
} from "../../../../src-main/training/process/engine-decision.js";

const usual = (milliseconds: number): MeasuredEngine => ({ engine: "onnxruntime", device: "cpu", milliseconds });
const gpu = (milliseconds: number): MeasuredEngine => ({ engine: "onnxruntime", device: "webgpu", milliseconds });
const other = (milliseconds: number): MeasuredEngine => ({ engine: "tensorflow", device: "cpu", milliseconds });

describe("the engine that is chosen", () => {
  it.each([
    [
      "the usual one, where it is the fastest",
      usual(0.0671),
      [other(1.9), gpu(15)],
      { engine: "onnxruntime", device: "cpu" },
      "fastest of 3 tried: onnxruntime cpu 0.0671 ms a step, tensorflow cpu 1.9 ms, onnxruntime webgpu 15 ms",
    ],
    [
      "another, where it is clearly faster",
      usual(68),
      [other(51), gpu(4.25)],
      { engine: "onnxruntime", device: "webgpu" },
      "fastest of 3 tried: onnxruntime webgpu 4.25 ms a step, tensorflow cpu 51 ms, onnxruntime cpu 68 ms",
    ],
    [
      "the usual one, where another is a little faster",
      usual(100),
      [other(90.5)],
      { engine: "onnxruntime", device: "cpu" },
      "2 tried, and none is 10 % faster than the usual one: onnxruntime cpu 100 ms a step, tensorflow cpu 90.5 ms",
    ],
    [
      "the usual one, where both take the same time",
      usual(3),
      [other(3)],
      { engine: "onnxruntime", device: "cpu" },
      "fastest of 2 tried: onnxruntime cpu 3 ms a step, tensorflow cpu 3 ms",
    ],
    [
      "in words for steps of seconds too",
      usual(12_345.6),
      [other(2_000)],
      { engine: "tensorflow", device: "cpu" },
      "fastest of 2 tried: tensorflow cpu 2000 ms a step, onnxruntime cpu 12346 ms",
    ],
  ] as const)("is %s", (_title, one, others, place, reason) => {
    expect(decideEngine(one, others, [])).toEqual({ ...place, reason });
  });

  it("is told with what was excluded, and why", () => {
    const excluded = [{ engine: "onnxruntime", device: "webgpu", reason: "No supported adapters" }];
    expect(decideEngine(usual(2), [], excluded).reason).toBe(
      "the only one that works here: onnxruntime cpu 2 ms a step; excluded: onnxruntime webgpu (No supported adapters)",
    );
    expect(decideEngine(usual(2), [other(1)], excluded)).toMatchObject({
      engine: "tensorflow",
      reason: expect.stringMatching(/tensorflow cpu 1 ms a step.*; excluded: onnxruntime webgpu \(No supported adapters\)$/) as unknown,
    });
  });

  it("has to be more than a tenth faster than the usual one", () => {
    expect(isClearlyFaster(other(0.91), usual(1))).toBe(false);
    expect(isClearlyFaster(other(0.89), usual(1))).toBe(true);
  });
});

describe("an engine that computes something else", () => {
  it("is told from one that rounds otherwise", () => {
    expect(isSameLoss(0.69316, 0.69315)).toBe(true);
    expect(isSameLoss(0, 1e-6)).toBe(true);
    expect(isSameLoss(0.71, 0.69315)).toBe(false);
    expect(isSameLoss(Number.NaN, 0.69315)).toBe(false);
  });
});

describe("whether others are tried", () => {
  it("depends on how long the run is: trying one takes up to 2 s, which is a fifth of it at most", () => {
    expect(isWorthTrying(9, 1)).toBe(false);
    expect(isWorthTrying(11, 1)).toBe(true);
    expect(isWorthTrying(11, 2)).toBe(false);
    expect(isWorthTrying(21, 2)).toBe(true);
  });

  it("is said, with what was seen", () => {
    expect(tooShortToTry(usual(0.067), 0.2, [gpu(0), other(0)])).toEqual({
      engine: "onnxruntime",
      device: "cpu",
      reason: "all steps take less than a second, 0.067 ms each: trying onnxruntime webgpu, tensorflow cpu would cost more than it could gain",
    });
    expect(tooShortToTry(usual(2), 4.4, [other(0)]).reason).toBe(
      "all steps take about 4 s, 2 ms each: trying tensorflow cpu would cost more than it could gain",
    );
  });
});
