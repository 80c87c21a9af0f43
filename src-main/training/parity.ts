import { defined } from "../base/assert.js";
import type { ParityResult } from "../contract/results.js";
import type { RawBatch } from "../datasets/raw-batch.js";
import type { FittedData } from "../datasets/encoders/fitted.js";
import type { Executable } from "../engines/engine.js";
import type { Predictions } from "./evaluator.js";
import { outputName } from "./inference-model.js";
import type { TargetSpec } from "./specification.js";
import { floats } from "./trainer.js";

/**
 * Largest difference between file and trainer. Both compute in float32 with the same weights; graph optimisations order a few sums differently, which moves the last
 * bits: 1e-5 is some 80 of them at 1, and far below what decides anything.
 */
export const PARITY_TOLERANCE = 1e-5;

/** Turns a prediction as the trainer makes it into the unit the file answers in. */
export type OwnUnit = (target: string, value: number, column: number) => number;

/**
 * Runs the exported file on rows as read from the table and compares with what the trainer said of the same rows.
 * @param rows the split's raw rows, in the order of `trained`.
 * @param decide the decision that a row of outputs amounts to: a class, or undefined where there is none to make.
 */
export async function checkParity(
  model: Executable, fitted: FittedData, targets: readonly TargetSpec[], rows: AsyncIterable<RawBatch>, trained: Predictions, split: string,
  ownUnit: OwnUnit, decide: (target: TargetSpec, outputs: Float32Array) => number | undefined,
): Promise<ParityResult> {
  let at = 0;
  let maxDifference = 0;
  let decisions = 0;
  let equal = 0;
  for await (const batch of rows) {
    const answers = await model.run(batch.inputs);
    for (const target of targets) {
      const { width } = target;
      const exported = floats(answers, outputName(target.name, fitted));
      const ours = defined(trained.outputs.get(target.name), target.name).subarray(at * width, (at + batch.size) * width)
        .map((value, i) => ownUnit(target.name, value, i % width));
      for (let i = 0; i < exported.length; i++) {
        const [a, b] = [exported[i] ?? Number.NaN, ours[i] ?? Number.NaN];
        const difference = Object.is(a, b) ? 0 : Math.abs(a - b) / Math.max(1, Math.abs(b));
        maxDifference = Math.max(maxDifference, Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference);
      }
      for (let row = 0; row < batch.size; row++) {
        const mine = decide(target, ours.subarray(row * width, (row + 1) * width));
        if (mine === undefined) continue;
        decisions++;
        if (mine === decide(target, exported.subarray(row * width, (row + 1) * width))) equal++;
      }
    }
    at += batch.size;
  }
  return {
    rows: at, split, maxDifference: Number.isFinite(maxDifference) ? maxDifference : Number.MAX_VALUE,
    equalDecisions: decisions === 0 ? 1 : equal / decisions,
    tolerance: PARITY_TOLERANCE,
    passed: maxDifference <= PARITY_TOLERANCE && at === trained.rows,
  };
}
