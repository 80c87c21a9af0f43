import { availableParallelism } from "node:os";
import { defined } from "../../base/assert.js";
import type { TensorType } from "../../onnx/types.js";
import type { Layout } from "./layout.js";
import type { NetworkPlan } from "./network.js";

/**
 * Multiply-adds in a step from which a second thread is worth its processor. On an idle machine of two cores it gains 3 to 21 % below that and 32 to 63 % above
 * (three layers, batches of 32 and 128; at the boundary itself 47 %), but the loader and the studio want a processor too.
 */
const WORTH_A_SECOND_THREAD = 20e6;

/** What a step takes beside its forward pass: as much for the gradient of inputs, and again for that of weights. */
const PASSES = 3;

/**
 * Threads inside an operator. Decided once per run and frozen in its configuration, because the order of a sum, and so its last bit, depends on it.
 * @param multiplyAdds of one sample, forward, as `multiplyAddsOf` counts them @param batchSize samples a step
 */
export function chooseThreads(wanted: "auto" | number, multiplyAdds: number, batchSize: number): number {
  if (wanted !== "auto") return wanted;
  return PASSES * multiplyAdds * batchSize < WORTH_A_SECOND_THREAD ? 1 : Math.max(1, Math.min(8, availableParallelism()));
}

/**
 * How often a step of a recurrent layer counts. Of its six products, forward and back, two are done step by step, which threads can share only within a step;
 * those with the inputs and for the weights are done for all steps at once. A second thread loses 20 to gains 28 % below the boundary so counted (RNN of 32 to
 * 128 units, GRU and LSTM of 32 and 64, batch 32, 96 steps), and gains 29 to 40 % above it (GRU and LSTM of 128 and 256, RNN of 256).
 */
const A_STEP_COUNTS = 2;

/** What one sample takes forward, layer by layer, as threads can share it. @param inputs encoded inputs by name */
export function multiplyAddsOf(plan: NetworkPlan, layout: Layout, inputs: ReadonlyMap<string, TensorType>): number {
  const typeOf = (name: string) => defined(layout.types.get(name) ?? inputs.get(name), name);
  return plan.layers.reduce((sum, { definition, config, from }) => {
    const types = from.map(typeOf);
    const cost = definition.cost?.(config, types) ?? 0;
    const steps = definition.steps?.(types);
    return sum + (steps === undefined ? cost : (A_STEP_COUNTS * cost) / steps);
  }, 0);
}
