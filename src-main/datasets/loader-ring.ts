import type { MessagePort } from "node:worker_threads";
import type { TransformSpecs } from "../transforms/index.js";
import type { DrawPlan } from "./drawn-samples.js";
import type { BesideSource, StoreSource } from "./epoch-reader.js";

/** What the loader's two threads agree on: a ring of batch slots in shared memory, and a few integers that say how far each side is. */

/** Places in the control array. */
export const CONTROL = {
  /** Batches written and read since the last command. */
  written: 0,
  read: 1,
  /** Counts commands; the worker has taken the last one when `taken` equals it. */
  command: 2,
  taken: 3,
  /** Where the last command says to continue. */
  epoch: 4,
  step: 5,
  /** Bumped whenever the other side should look again; what each side sleeps on. */
  toWorker: 6,
  toMain: 7,
  /** 1 once the worker has failed; why lies on the port of errors. */
  failed: 8,
  closing: 9,
} as const;
export const CONTROL_BYTES = 64;

/** A tensor of a batch and where it comes from. */
export interface TensorPlan {
  readonly name: string;
  readonly dtype: "float32" | "int64" | "uint8";
  /** Values a row. */
  readonly width: number;
  /** The axes after the batch's; their product is the width. */
  readonly axes: readonly number[];
  /** Offset in a record in words, a store by its number and how often a record refers to it, or a stream of uniforms. */
  readonly source:
    | { readonly kind: "floats" | "class"; readonly offset: number; /** What is missing is told as 0. */ readonly gaps?: true }
    /** Of a target that stands there: 1 where it is, 0 where it is missing. */
    | { readonly kind: "counts"; readonly of: "floats" | "class"; readonly offset: number }
    | {
        readonly kind: "stored";
        readonly index: number;
        readonly count: number;
        /** Changed as it was for the draw that is kept, whose turn it is. */
        readonly asKept?: true;
        /** How pictures are changed, anew in every epoch. */ readonly augment: TransformSpecs;
      }
    | { readonly kind: "uniform"; readonly stream: string }
    /** Of the files beside, one for each draw that is kept: numbers of a record, from a word on. */
    | { readonly kind: "kept"; readonly offset: number };
  /** Offset in a slot in bytes, a multiple of 8. */
  readonly at: number;
}

export interface LoaderPlan {
  readonly path: string;
  readonly fingerprint: string;
  /** Samples of the part, and of a batch, which has `rowsOfSample` rows for each. */
  readonly rows: number;
  readonly batchSize: number;
  readonly stepsPerEpoch: number;
  readonly shuffle: boolean;
  readonly seed: number;
  readonly memoryBudget: number;
  readonly tensors: readonly TensorPlan[];
  readonly stores: readonly StoreSource[];
  /** What was made of the samples beforehand, a file for each draw of their augmentation. */
  readonly beside: readonly BesideSource[];
  /** What is drawn beside each sample, where a loss compares samples. */
  readonly drawn?: DrawPlan | undefined;
  readonly slots: number;
  readonly slotBytes: number;
  /** True where every epoch is the same, so that epochs need not be told apart. */
  readonly repeats: boolean;
}

/** What the worker thread is started with. */
export interface LoaderWorkerData extends LoaderPlan {
  readonly control: SharedArrayBuffer;
  /** Takes one `ErrorRecord`. */
  readonly errors: MessagePort;
  readonly ring: SharedArrayBuffer;
}

/** Samples of a step; the last of an epoch may have fewer. */
export function samplesOfStep(plan: Pick<LoaderPlan, "rows" | "batchSize">, step: number): number {
  return Math.min(plan.batchSize, plan.rows - step * plan.batchSize);
}

/** Bytes of a tensor with `rows` rows. */
export function bytesOf({ dtype, width }: Pick<TensorPlan, "dtype" | "width">, rows: number): number {
  return rows * width * { float32: 4, int64: 8, uint8: 1 }[dtype];
}

/** Wakes the other side. */
export function signal(control: Int32Array<SharedArrayBuffer>, place: number): void {
  Atomics.add(control, place, 1);
  Atomics.notify(control, place);
}
