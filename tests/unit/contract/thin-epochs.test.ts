import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { thinEpochs } from "../../../src-main/contract/thin-epochs.js";

interface Epoch {
  readonly epoch: number;
  readonly best: boolean;
}
const run = (length: number, best: (epoch: number) => boolean = () => false): Epoch[] =>
  Array.from({ length }, (_, i) => ({ epoch: i + 1, best: best(i + 1) }));
/** Ascending, with gaps, some of them best. */
const anyRun = fc
  .array(fc.record({ gap: fc.oneof({ weight: 9, arbitrary: fc.constant(1) }, fc.integer({ min: 1, max: 1000 })), best: fc.boolean() }), { maxLength: 300 })
  .map((steps) => {
    let epoch = 0;
    return steps.map(({ gap, best }) => ({ epoch: (epoch += gap), best }));
  });
const most = fc.integer({ min: 4, max: 40 });

describe("thinned epochs", () => {
  it("are the same where they are few", () => {
    fc.assert(fc.property(anyRun, most, (epochs, n) => epochs.length > 2 * n || thinEpochs(epochs, n) === epochs));
  });

  it("are at most twice as many as wanted, some of those there were, in order, with the first, the last and the last best", () => {
    fc.assert(
      fc.property(anyRun, most, (epochs, n) => {
        const thinned = thinEpochs(epochs, n);
        expect(thinned.length).toBeLessThanOrEqual(2 * n);
        expect(epochs.filter((epoch) => thinned.includes(epoch))).toEqual(thinned);
        expect([thinned[0], thinned.at(-1), thinned.findLast(({ best }) => best)]).toEqual([epochs[0], epochs.at(-1), epochs.findLast(({ best }) => best)]);
      }),
    );
  });

  it("are every other one, and the first and the last, when they are one too many", () => {
    expect(thinEpochs(run(20_001)).length).toBe(10_002);
  });

  it("stay even from the first to the last however often they are thinned: a long run's beginning does not wear away", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 20_000 }),
        fc.integer({ min: 8, max: 100 }),
        fc.integer({ min: 1, max: 50 }),
        fc.integer({ min: 1, max: 20_000 }),
        (length, n, together, best) => {
          let held: readonly Epoch[] = [];
          const all = run(length, (epoch) => epoch === best);
          for (let i = 0; i < length; i += together) held = thinEpochs([...held, ...all.slice(i, i + together)], n);
          const gaps = held.slice(1).map(({ epoch }, i) => epoch - (held[i]?.epoch ?? 0));
          expect(Math.max(0, ...gaps)).toBeLessThanOrEqual(Math.max(1, (4 * length) / n));
          expect([held[0]?.epoch, held.at(-1)?.epoch, held.find((epoch) => epoch.best)?.epoch]).toEqual([1, length, best <= length ? best : undefined]);
        },
      ),
      { numRuns: 50 },
    );
  });
});
