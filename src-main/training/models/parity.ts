import { defined } from "../../base/assert.js";
import type { ParityResult } from "../../contract/results.js";
import type { RawBatch } from "../../datasets/raw-batch.js";
import type { Executable } from "../../engines/engine.js";
import type { FittedData } from "../../features/fitted.js";
import type { Predictions } from "../judging/evaluator.js";
import { outputName } from "./inference-model.js";
import type { TargetSpec } from "../network/specification.js";
import { floats } from "../trainer.js";

/**
 * Largest difference between file and trainer. Both compute in float32 with the same weights; graph optimisations order a few sums differently, which moves the
 * last bits: 1e-5 is some 80 of them at 1, and far below what decides anything. The unit is 1 for probabilities, and more where a network is all too sure of
 * itself: what is rounded off a large logit moves the probability that is made of it. For numbers the unit is the largest prediction of the column, measured
 * from where the network says 0: an error of the network's is as large beside a prediction near 0, and one that matters in millimetres shows in metres too.
 */
export const PARITY_TOLERANCE = 1e-5;

/**
 * How far apart two logits may be for the unit to be 1: their probabilities then differ 3000 times. Ten times as far, and rounding ten times as large is
 * allowed.
 */
const USUAL_LOGITS = 8;

/** Undoing the scaling rounds twice in the file and once here, each by at most 2⁻²⁴ of the number: what a large mean costs. */
const ROUNDING = 2 ** -22;

/** Turns a prediction as the trainer makes it into the unit the file answers in. */
export type OwnUnit = (target: string, value: number, column: number) => number;

export interface ParityQuestion {
  /** The exported file. */
  readonly model: Executable;
  readonly fitted: FittedData;
  readonly targets: readonly TargetSpec[];
  /** The split's raw rows, in the order of `trained`; or some of them, which tell their places in it. */
  readonly rows: AsyncIterable<Pick<RawBatch, "size" | "inputs" | "places">>;
  /** Whether it is enough that some of the rows came: pictures are compared by the sample. By default all must. */
  readonly expected?: "some" | "all";
  /** What the trainer said of the rows. */
  readonly trained: Predictions;
  /** The split's name, for the result. */
  readonly split: string;
  readonly ownUnit: OwnUnit;
  /** The prediction that a row of outputs amounts to: a class, or undefined where there is none to make. */
  readonly decide: (target: TargetSpec, outputs: Float32Array) => number | string | undefined;
}

/** Runs the exported file on rows as read from the table and compares with what the trainer said of the same rows. */
export async function checkParity({ model, fitted, targets, rows, expected = "all", trained, split, ownUnit, decide }: ParityQuestion): Promise<ParityResult> {
  const units = new Map(targets.map((target) => [target.name, unitsOf(target, defined(trained.outputs.get(target.name), target.name), ownUnit)]));
  let at = 0;
  const found = new Map(targets.map(({ name }) => [name, { maxDifference: 0, predictions: 0, equal: 0 }]));
  for await (const batch of rows) {
    const answers = await model.run(Object.fromEntries(fitted.inputs.map(({ name }) => [name, defined(batch.inputs[name], name)])));
    for (const target of targets) {
      const { width } = target;
      const own = defined(found.get(target.name), target.name);
      const exported = floats(answers, outputName(target.name, fitted));
      const all = defined(trained.outputs.get(target.name), target.name);
      const ours = Float32Array.from({ length: batch.size * width }, (_, i) =>
        ownUnit(target.name, all[(batch.places?.[Math.floor(i / width)] ?? at + Math.floor(i / width)) * width + (i % width)] ?? Number.NaN, i % width),
      );
      const unit = defined(units.get(target.name), target.name);
      for (let i = 0; i < Math.max(exported.length, ours.length); i++) {
        const [a, b] = [exported[i] ?? Number.NaN, ours[i] ?? Number.NaN];
        const difference = Object.is(a, b) ? 0 : Math.abs(a - b) / Math.max(unit[i % width] ?? 1, (ROUNDING / PARITY_TOLERANCE) * Math.abs(b));
        own.maxDifference = Math.max(own.maxDifference, Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference);
      }
      for (let row = 0; row < batch.size; row++) {
        const mine = decide(target, ours.subarray(row * width, (row + 1) * width));
        if (mine === undefined) continue;
        own.predictions++;
        if (mine === decide(target, exported.subarray(row * width, (row + 1) * width))) own.equal++;
      }
    }
    at += batch.size;
  }
  const told = (difference: number) => (Number.isFinite(difference) ? difference : Number.MAX_VALUE);
  const share = (equal: number, predictions: number) => (predictions === 0 ? 1 : equal / predictions);
  const each = [...found.values()];
  const maxDifference = Math.max(0, ...each.map((own) => own.maxDifference));
  const byTarget = Object.fromEntries(
    [...found].map(([name, own]) => [name, { maxDifference: told(own.maxDifference), equalDecisions: share(own.equal, own.predictions) }]),
  );
  return {
    rows: at,
    split,
    maxDifference: told(maxDifference),
    equalDecisions: share(sum(each.map(({ equal }) => equal)), sum(each.map(({ predictions }) => predictions))),
    ...(targets.length > 1 ? { targets: byTarget } : {}),
    tolerance: PARITY_TOLERANCE,
    passed: maxDifference <= PARITY_TOLERANCE && (expected === "some" ? at > 0 : at === trained.rows),
  };
}

/** How far two answers to the same rows are apart, and how far they may be, as a sentence continues: `differ from the trainer's by up to …`. */
export function differing({ maxDifference, rows, split, tolerance, targets = {} }: ParityResult): string {
  const failed = Object.entries(targets).filter(([, own]) => own.maxDifference > tolerance);
  const which = failed.map(([name, own]) => `; ${name}: ${own.maxDifference.toPrecision(3)}`).join("");
  return `differ from the trainer's by up to ${maxDifference.toPrecision(3)} on ${rows} ${split} rows (allowed: ${tolerance}${which})`;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, n) => total + n, 0);
}

/** What a difference is measured in, by column. */
function unitsOf({ name, kind, width }: TargetSpec, outputs: Float32Array, ownUnit: OwnUnit): readonly number[] {
  // Of labels each has a logit of its own.
  if (kind === "category" || kind === "binary" || kind === "labels")
    return new Array<number>(width).fill(Math.max(1, logitReach(outputs, kind === "labels" ? 1 : width) / USUAL_LOGITS));
  return Array.from({ length: width }, (_, column) => {
    const zero = ownUnit(name, 0, column);
    let largest = 0;
    for (let i = column; i < outputs.length; i += width) {
      const size = Math.abs(ownUnit(name, outputs[i] ?? 0, column) - zero);
      if (size > largest) largest = size;
    }
    return largest > 0 ? largest : Math.abs(ownUnit(name, 1, column) - zero);
  });
}

/** The largest distance of two logits in a row, read from the probabilities that were made of them; of a single one from its complement's. */
function logitReach(probabilities: Float32Array, width: number): number {
  let reach = 0;
  for (let row = 0; row < probabilities.length; row += width) {
    const given = probabilities.subarray(row, row + width);
    const some = width === 1 ? [given[0] ?? 0, 1 - (given[0] ?? 0)] : given;
    reach = Math.max(reach, Math.log(Math.max(...some) / Math.max(SMALLEST, Math.min(...some))));
  }
  return Number.isFinite(reach) ? reach : 0;
}

/** The smallest positive float32: a probability of 0 may come of any logit, but of one at least as far away as this. */
const SMALLEST = 2 ** -149;
