import { createHash } from "node:crypto";
import { setImmediate } from "node:timers/promises";
import { defined } from "../../base/assert.js";
import { LatheError } from "../../base/errors.js";
import type { RunEvent } from "../../contract/events.js";
import { type KeptTensors, type PreparedData, type Split, createLoader, findKept, makeKept } from "../../datasets/index.js";
import type { Engine, Executable } from "../../engines/engine.js";
import type { TransformSpecs } from "../../transforms/index.js";
import { type TrainingSpec, names } from "../network/specification.js";
import type { Weights } from "../network/weights.js";
import { floats } from "../trainer.js";
import type { NetworkPrefix } from "../network/frozen-prefix.js";
import { buildPrefixModel } from "./prefix-model.js";

/** What is told while features are computed, every so many milliseconds. */
const EVERY = 250;

export interface KeepQuestion {
  /** Of the whole network. */
  readonly spec: TrainingSpec;
  readonly weights: Weights;
  readonly keeping: {
    readonly prefix: NetworkPrefix;
    /** Of each training sample; 1: as it is. */
    readonly draws: number;
  };
  readonly prepared: PreparedData;
  readonly cacheFolder: string;
  readonly seed: number;
  readonly augment: ReadonlyMap<string, TransformSpecs>;
  /** Computes them, on the CPU: their last bits are the same for a number of threads and of samples at a time. */
  readonly engine: Engine;
  readonly threads: number;
  readonly batchSize: number;
}

export interface KeepWork {
  readonly emit: (event: RunEvent) => void;
  /** Milliseconds, monotonic. */
  readonly clock: () => number;
  readonly signal?: AbortSignal;
}

/**
 * What a network's beginning makes of each sample, from the cache where it was computed before. It is known by layers, weights, data and augmentation,
 * so that another head, optimizer or number of epochs finds it.
 * @returns what loaders hand out, and whether it was there already. @throws LatheError `run.storage`, `engine.failed`, `cancelled`
 */
export async function keepFeatures(question: KeepQuestion, work: KeepWork): Promise<{ readonly kept: KeptTensors; readonly found: boolean }> {
  const { spec, weights, keeping, prepared, cacheFolder, seed, augment, engine, threads, batchSize } = question;
  const { prefix, draws } = keeping;
  const model = buildPrefixModel(spec, prefix, weights);
  const changes = draws > 1 ? { seed, augment: prefix.reads.map((name) => [name, augment.get(name) ?? []]) } : {};
  const { version } = await engine.installed();
  const key = createHash("sha256")
    .update(JSON.stringify({ format: 1, data: prepared.fingerprint, draws, ...changes, threads, batchSize, engine: [engine.name, version] }))
    .update(model)
    .digest("hex");
  const shape = { key, words: prefix.numbers, counts: prepared.counts, draws };
  const known = await findKept(cacheFolder, shape, work.signal);
  const rows = known ?? (await compute());
  const tensors = [...prefix.kept].map(([id, type]) => ({ name: names.kept(id), axes: type.shape.slice(1).map(Number) }));
  return { kept: { rows, tensors, of: new Set(prefix.reads) }, found: known !== undefined };

  async function compute() {
    const executable = await engine.load(model, { device: "cpu", threads });
    const { train, validation, test } = prepared.counts;
    const progress = new Progress(work, train * draws + validation + test);
    try {
      return await makeKept(cacheFolder, shape, (split, draw, write) => computePart(question, executable, { split, draw, write }, progress));
    } finally {
      await executable.dispose();
    }
  }
}

interface Part {
  readonly split: Split;
  readonly draw: number;
  readonly write: (rows: Float32Array) => Promise<void>;
}

/** Runs the samples of a part through the model, in the order of their records; those of training as the epoch after so many draws would change them. */
async function computePart(
  { keeping: { prefix, draws }, prepared, seed, augment, batchSize }: KeepQuestion,
  executable: Executable,
  { split, draw, write }: Part,
  progress: Progress,
): Promise<void> {
  const loader = createLoader({
    prepared,
    split,
    batchSize: Math.min(batchSize, prepared.counts[split]),
    shuffle: false,
    seed,
    omit: new Set(prepared.inputs.flatMap(({ name }) => (prefix.reads.includes(name) ? [] : [name]))),
    ...(split === "train" && draws > 1 ? { augment } : {}),
  });
  try {
    loader.start(draw + 1, 0);
    for (let step = 0; step < loader.stepsPerEpoch; step++) {
      await progress.heed();
      const { size, tensors } = await loader.next();
      const result = await executable.run(Object.fromEntries(prefix.reads.map((name) => [name, defined(tensors[name], name)])));
      const rows = new Float32Array(size * prefix.numbers);
      let at = 0;
      for (const id of prefix.kept.keys()) {
        const values = floats(result, names.kept(id));
        const width = values.length / size;
        for (let i = 0; i < size; i++) rows.set(values.subarray(i * width, (i + 1) * width), i * prefix.numbers + at);
        at += width;
      }
      await write(rows);
      progress.add(size);
    }
  } finally {
    await loader.dispose();
  }
}

class Progress {
  readonly #work: KeepWork;
  readonly #total: number;
  readonly #began: number;
  #told = Number.NEGATIVE_INFINITY;
  #done = 0;

  constructor(work: KeepWork, total: number) {
    this.#work = work;
    this.#total = total;
    this.#began = work.clock();
    this.add(0);
  }

  add(samples: number): void {
    const now = this.#work.clock();
    this.#done += samples;
    if (now - this.#told < EVERY && this.#done < this.#total) return;
    this.#told = now;
    const left = this.#done > 0 ? { secondsLeft: ((now - this.#began) / 1000 / this.#done) * (this.#total - this.#done) } : {};
    this.#work.emit({ event: "stage", stage: "computing features", done: this.#done, total: this.#total, ...left });
  }

  /** An engine that blocks its thread leaves no other moment in which to hear that it is called off. @throws LatheError `cancelled` */
  async heed(): Promise<void> {
    await setImmediate();
    if (this.#work.signal?.aborted) throw new LatheError("cancelled", "training was called off while features were computed; nothing was learnt yet");
  }
}
