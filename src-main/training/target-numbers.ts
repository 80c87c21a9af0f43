import type { EvaluationBatches } from "./judging/evaluator.js";
import type { TargetNumbers } from "../features/kind.js";
import { names } from "./network/specification.js";
import { floats } from "./trainer.js";

/** What the training rows hold of numbers to predict, as the loss sees them: read once, in order. @param columns of the target, side by side */
export async function gatherTargetNumbers(target: string, columns: readonly string[], batches: EvaluationBatches): Promise<readonly TargetNumbers[]> {
  const seen = columns.map((column) => ({ column, min: Infinity, max: -Infinity, sum: 0, count: 0 }));
  batches.start(1, 0);
  for (let step = 0; step < batches.stepsPerEpoch; step++) {
    const { tensors } = await batches.next();
    const counts = tensors[names.counts(target)] && floats(tensors, names.counts(target));
    floats(tensors, names.target(target)).forEach((value, i) => {
      const column = seen[i % columns.length];
      if (!column || counts?.[i] === 0) return;
      column.min = Math.min(column.min, value);
      column.max = Math.max(column.max, value);
      column.sum += value;
      column.count++;
    });
  }
  return seen.map(({ column, min, max, sum, count }) => (count === 0 ? { column } : { column, min, max, mean: sum / count }));
}
