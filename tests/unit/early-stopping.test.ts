import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { EarlyStopping, type EarlyStoppingOptions, type EarlyStoppingState } from "../../src-main/training/early-stopping.js";

/** What each value leads to: `b` best, `s` stop. */
function run(options: EarlyStoppingOptions, values: readonly (number | null)[], stopping = new EarlyStopping(options)): string[] {
  return values.map((value, i) => {
    const { best, stop } = stopping.observe(i + 1, value);
    return `${best ? "b" : ""}${stop ? "s" : ""}`;
  });
}

const loss = (more: Partial<EarlyStoppingOptions> = {}): EarlyStoppingOptions => ({ monitor: "validation.loss", patience: 2, ...more });

describe("early stopping", () => {
  test("stops after patience epochs in a row without a lower loss", () => {
    expect(run(loss(), [3, 2, 2.5, 1, 1, 1])).toEqual(["b", "b", "", "b", "", "s"]);
  });

  test("continues saying stop where nobody listens, until a better epoch", () => {
    expect(run(loss({ patience: 1 }), [1, 2, 2, 0.5])).toEqual(["b", "s", "s", "b"]);
  });

  test("patience 0 stops at the first epoch without improvement, never at one with", () => {
    expect(run(loss({ patience: 0 }), [3, 2, 2])).toEqual(["b", "b", "s"]);
  });

  test("endless patience never stops", () => {
    expect(run(loss({ patience: Infinity }), [1, 2, 2, 2, 2])).toEqual(["b", "", "", "", ""]);
  });

  test("keeps the very best epoch, but a gain within minDelta costs patience, even bit by bit", () => {
    expect(run(loss({ minDelta: 0.5 }), [3, 2.8, 2.6, 2.4])).toEqual(["b", "b", "bs", "b"]);
    const stopping = new EarlyStopping(loss({ minDelta: 0.5 }));
    run(loss(), [3, 2.8, 2.9], stopping);
    expect([stopping.best, stopping.bestEpoch]).toEqual([2.8, 2]);
  });

  test("a value that does not exist is an epoch without improvement and never the best", () => {
    expect(run(loss(), [null, NaN])).toEqual(["", "s"]);
    expect(run(loss(), [NaN, 5, null, Infinity])).toEqual(["", "b", "", "s"]);
  });

  test.each([
    ["validation.loss", "min"],
    ["train.loss", "min"],
    ["validation.price.mse", "min"],
    ["validation.price.rmse", "min"],
    ["validation.price.mae", "min"],
    ["validation.label.logloss", "min"],
    ["validation.label.loss", "min"],
    ["validation.price.mse.first", "min"],
    ["validation.label.accuracy", "max"],
    ["validation.label.f1.macro", "max"],
    ["validation.price.r2", "max"],
    ["validation.label.auroc", "max"],
    ["validation.label.recall.loss", "max"],
    ["validation.loss.accuracy", "max"],
    ["validation.a.dotted.target.mae", "min"],
  ])("%s is better at its %s", (monitor, mode) => {
    expect(new EarlyStopping({ monitor, patience: 1 }).mode).toBe(mode);
  });

  test("the named direction wins over the metric's name", () => {
    expect(run({ monitor: "validation.loss", patience: 1, mode: "max" }, [1, 2])).toEqual(["b", "b"]);
  });

  test("restored after any epoch, it decides as it would have", () => {
    const value = fc.option(fc.oneof(fc.integer({ min: 0, max: 5 }), fc.constant(NaN)));
    fc.assert(
      fc.property(fc.array(value, { maxLength: 20 }), fc.nat(20), fc.constantFrom("min" as const, "max" as const), (values, cut, mode) => {
        const options = loss({ mode, minDelta: 1 });
        const first = new EarlyStopping(options);
        const begun = run(options, values.slice(0, cut), first);
        const second = new EarlyStopping(options);
        second.restore(JSON.parse(JSON.stringify(first.state())) as EarlyStoppingState);
        const rest = values.slice(cut).map((v, i) => {
          const { best, stop } = second.observe(Math.min(cut, values.length) + i + 1, v);
          return `${best ? "b" : ""}${stop ? "s" : ""}`;
        });
        expect([...begun, ...rest]).toEqual(run(options, values));
      }),
    );
  });
});
