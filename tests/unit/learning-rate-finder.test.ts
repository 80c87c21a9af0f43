import { describe, expect, test } from "vitest";
import { LearningRateFinder, type LearningRateFinderState } from "../../src-main/training/learning-rate-finder.js";

/** Runs the test with the loss as a function of the rate; `between` may replace the finder after each step. */
function find(
  lossAt: (rate: number, step: number) => number,
  finder = new LearningRateFinder(),
  between: (f: LearningRateFinder) => LearningRateFinder = (f) => f,
) {
  const rates: number[] = [];
  for (let rate = finder.nextLearningRate(); rate !== undefined; rate = finder.nextLearningRate()) {
    finder.observe(lossAt(rate, rates.length));
    rates.push(rate);
    finder = between(finder);
  }
  return { finder, rates };
}

/** A loss of 1 that falls around 1e-3 over the logarithm of the rate and explodes above 1. */
const typical = (rate: number) => 1 - 0.8 / (1 + 1e-3 / rate) + rate ** 3;

describe("learning-rate range test", () => {
  test("rates grow from 1e-7 to 10 by one factor", () => {
    const { rates } = find(() => 1);
    expect(rates).toHaveLength(100);
    expect(rates[0]).toBeCloseTo(1e-7, 20);
    expect(rates[99]).toBeCloseTo(10, 9);
    rates.slice(1).forEach((rate, i) => expect(rate / rates[i]!).toBeCloseTo((10 / 1e-7) ** (1 / 99), 9));
  });

  test("smooths exponentially, corrected for the start", () => {
    const losses = [4, 2, 8, 1];
    const { finder } = find((_rate, step) => losses[step]!, new LearningRateFinder({ steps: 4, smoothing: 0.5 }));
    // Weights 1, 2, 4, … from the oldest on, over their sum.
    expect(finder.curve().losses).toEqual(
      [4, (4 + 2 * 2) / 3, (4 + 2 * 2 + 4 * 8) / 7, (4 + 2 * 2 + 4 * 8 + 8 * 1) / 15].map((v) => expect.closeTo(v, 12) as number),
    );
  });

  test("suggests the rate at which the smoothed loss falls most steeply", () => {
    const { finder } = find(typical, new LearningRateFinder({ smoothing: 0 }));
    expect(Math.log10(finder.suggestion()!)).toBeCloseTo(-3, 0);
    const { learningRates, losses } = finder.curve();
    const slopes = losses.slice(1).map((v, i) => v - losses[i]!);
    const steepest = slopes.indexOf(Math.min(...slopes.slice(11, -2)));
    expect(learningRates.indexOf(finder.suggestion()!) - steepest).toBeLessThanOrEqual(1);
  });

  test("with its usual smoothing stays below the rate at which the loss explodes", () => {
    const { finder, rates } = find((rate) => typical(rate) + 0);
    expect(finder.suggestion()).toBeGreaterThan(1e-4);
    expect(finder.suggestion()).toBeLessThan(1);
    expect(rates.length).toBeLessThanOrEqual(100);
  });

  test("ends when the smoothed loss exceeds four times its best", () => {
    const { finder, rates } = find((_rate, step) => (step < 20 ? 1 : 1000));
    expect(rates.length).toBe(21);
    expect(finder.curve().losses).toHaveLength(21);
  });

  test.each([NaN, Infinity])("ends at a loss of %s without taking it up", (broken) => {
    const { finder } = find((_rate, step) => (step < 30 ? 2 - step / 30 : broken));
    expect(finder.curve().losses).toHaveLength(30);
    expect(finder.suggestion()).toBeGreaterThan(0);
  });

  test("suggests nothing where the loss never falls, or too few steps were made", () => {
    expect(find((_rate, step) => 1 + step / 1000).finder.suggestion()).toBeUndefined();
    expect(find((_rate, step) => 10 - step, new LearningRateFinder({ steps: 8 })).finder.suggestion()).toBeUndefined();
  });

  test("restored after every step, it ends with the same curve", () => {
    const through = find(typical);
    const restored = find(typical, new LearningRateFinder(), (finder) => {
      const fresh = new LearningRateFinder();
      fresh.restore(JSON.parse(JSON.stringify(finder.state())) as LearningRateFinderState);
      return fresh;
    });
    expect(restored.finder.curve()).toEqual(through.finder.curve());
    expect(restored.finder.suggestion()).toBe(through.finder.suggestion());
  });
});
