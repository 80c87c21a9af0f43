import { totalmem } from "node:os";
import { LatheError, toLatheError } from "../../base/errors.js";
import { isStatic, sizeOf } from "../../onnx/types.js";
import type { Layout } from "./layout.js";

/** Bytes that a step needs at least: what each layer makes of a batch, and its gradient, in float32. */
export function stepBytes({ types }: Pick<Layout, "types">, batchSize: number): number {
  const floats = [...types.values()].reduce((sum, { shape }) => sum + (isStatic(shape.slice(1)) ? sizeOf(shape.slice(1)) : 0), 0);
  return floats * 4 * 2 * batchSize;
}

/**
 * Says so before a machine runs out of memory, which ends the process without a word.
 * @param total bytes the machine has. @throws LatheError `training.batch` with a size that fits
 */
export function refuseTooLarge(layout: Pick<Layout, "types">, batchSize: number, total = totalmem()): void {
  const bytes = stepBytes(layout, batchSize);
  if (bytes <= total) return;
  const gigabytes = (value: number) => `${value < 10 * 2 ** 30 ? (value / 2 ** 30).toFixed(1) : Math.round(value / 2 ** 30)} GB`;
  const fitting = 2 ** Math.max(0, Math.floor(Math.log2((batchSize * total) / 2 / bytes)));
  const most = fitting >= 1 && stepBytes(layout, 1) <= total ? `set it to ${fitting} or less` : "make the pictures or the network smaller";
  throw new LatheError(
    "training.batch",
    `training.batchSize: a step of ${batchSize} samples needs about ${gigabytes(bytes)} of memory, this machine has ${gigabytes(total)}; ${most}`,
    { batchSize, fitting },
  );
}

/** What an engine says when memory ran out, as what the user can do; anything else as it is. */
export function explainMemory(thrown: unknown, batchSize: number): unknown {
  const error = toLatheError(thrown);
  if (!/failed to allocate|bad.?alloc|out of memory|array buffer allocation failed|invalid array length/i.test(error.message)) return thrown;
  const smaller = Math.max(1, 2 ** Math.floor(Math.log2(Math.max(1, batchSize / 2))));
  const advice = batchSize > 1 ? `set training.batchSize to ${smaller} or less` : "make the pictures or the network smaller";
  return new LatheError(
    "training.batch",
    `there was not enough memory for a batch of ${batchSize} samples; ${advice}`,
    { batchSize, smaller },
    { cause: thrown },
  );
}
