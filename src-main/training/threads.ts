import { availableParallelism } from "node:os";
import type { TrainingSpec } from "./specification.js";

/**
 * Multiply-adds in a step from which a second thread is worth its processor. On an idle machine of two cores it gains 3 to 21 % below that and 32 to 63 % above
 * (three layers, batches of 32 and 128; at the boundary itself 47 %), but the loader and the studio want a processor too.
 */
const WORTH_A_SECOND_THREAD = 20e6;

/** Of one sample, forward: a convolution uses each weight at every place. */
export function multiplyAdds({ plan, layout: { types }, inputs }: Pick<TrainingSpec, "plan" | "layout" | "inputs">): number {
  return plan.layers.reduce((sum, { definition, config, from }) => sum + (definition.cost?.(config, from.flatMap((name) => types.get(name) ?? inputs.get(name) ?? [])) ?? 0), 0);
}

/**
 * Threads inside an operator. Decided once per run and frozen in its configuration, because the order of a sum, and so its last bit, depends on it.
 * @param multiplyAdds of one sample, forward @param batchSize samples a step
 */
export function chooseThreads(wanted: "auto" | number, multiplyAdds: number, batchSize: number): number {
  if (wanted !== "auto") return wanted;
  return 3 * multiplyAdds * batchSize < WORTH_A_SECOND_THREAD ? 1 : Math.max(1, Math.min(8, availableParallelism()));
}
