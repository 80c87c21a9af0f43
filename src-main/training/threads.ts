import { availableParallelism } from "node:os";

/** Multiply-adds in a step below which a second thread costs more than it brings (measured: tests/benchmarks/step-time). */
const WORTH_A_SECOND_THREAD = 20e6;

/**
 * Threads inside an operator. Decided once per run and frozen in its configuration, because the order of a sum, and so its last bit, depends on it.
 * @param parameters of the network @param batchSize samples a step
 */
export function chooseThreads(wanted: "auto" | number, parameters: number, batchSize: number): number {
  if (wanted !== "auto") return wanted;
  return 3 * parameters * batchSize < WORTH_A_SECOND_THREAD ? 1 : Math.max(1, Math.min(8, availableParallelism()));
}
