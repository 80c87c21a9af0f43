import { MessageChannel, type MessagePort, type ResourceLimits, Worker, receiveMessageOnPort } from "node:worker_threads";
import { defined } from "../base/assert.js";
import { entryPath } from "../base/entries.js";
import { type Draws, rowsOfSample } from "../base/draws.js";
import { type ErrorRecord, LatheError } from "../base/errors.js";
import type { Tensors } from "../engines/engine.js";
import { type Shape, type TensorData, isStatic, sizeOf } from "../onnx/types.js";
import type { TransformSpecs } from "../transforms/index.js";
import { type RecordField, recordLayout } from "./encode.js";
import type { StoreSource } from "./epoch-reader.js";
import { CONTROL, CONTROL_BYTES, type LoaderPlan, type LoaderWorkerData, type TensorPlan, bytesOf, samplesOfStep, signal } from "./loader-ring.js";
import { seriesFile } from "./cache.js";
import type { KeptRows } from "./kept-rows.js";
import type { PreparedData, SeriesRows } from "./prepared.js";
import { HEADER_BYTES, readHeader } from "./record-file.js";
import type { SplitName } from "./splits.js";

/** Random numbers in [0, 1) that come with every batch, `[n, width]`; for dropout masks. */
export interface UniformSpec {
  readonly name: string;
  /** Numbers a row. */
  readonly width: number;
  /** The axes after the batch's; `[width]` unless told. */
  readonly shape?: Shape;
}

export interface LoaderOptions {
  readonly prepared: PreparedData;
  readonly split: SplitName;
  readonly batchSize: number;
  readonly shuffle: boolean;
  readonly seed: number;
  /** Drops the last batch of an epoch where it is not full. */
  readonly dropLast?: boolean;
  readonly uniforms?: readonly UniformSpec[];
  /** By input of pictures, how they are changed; each is what it is where nothing is said. */
  readonly augment?: ReadonlyMap<string, TransformSpecs>;
  /** Inputs that are not asked for. */
  readonly omit?: ReadonlySet<string>;
  /** What was made of the samples beforehand, with the tensors that it is handed out as. */
  readonly kept?: KeptTensors | undefined;
  /** What is drawn beside each sample, by the classes of a target. */
  readonly drawn?: { readonly draws: Draws; readonly target: string } | undefined;
  /** Bytes of samples kept in memory; 256 MiB unless told. */
  readonly memoryBudget?: number;
  /** Of the thread; Node's own unless told. */
  readonly limits?: ResourceLimits;
}

/** What was made of samples beforehand. */
export interface KeptTensors {
  readonly rows: KeptRows;
  /** Of what each sample has, one behind the other, the numbers of each tensor and the axes that they have. */
  readonly tensors: readonly { readonly name: string; readonly axes: readonly number[] }[];
  /** Inputs that it was made of. */
  readonly of: ReadonlySet<string>;
}

export interface Batch {
  /** Rows, those that were drawn among them. */
  readonly size: number;
  /**
   * Inputs by name, float32 `[n, width]` or uint8 `[n, height, width, C]`; targets as `target.<name>`, int64 `[n]` for classes, else float32 `[n, width]`;
   * uniforms by name. Of a target that samples may lack also `counts.<name>`, float32 of the target's shape: 1 where it is there, 0 where it is missing; then
   * the target is told as 0.
   */
  readonly tensors: Tensors;
}

export interface Loader {
  readonly stepsPerEpoch: number;
  /** Goes to a step of an epoch; the same place always gives the same batches. Going on with the next epoch costs nothing, it is being prefetched. */
  start(epoch: number, fromStep: number): void;
  /**
   * The next batch, copied from the ring; a promise only where that is empty. One call at a time. Its tensors are used again: they hold until `next` has been
   * called twice more.
   * @throws LatheError what the thread that reads failed with, at once: `data.unreadable` where the sample file was damaged meanwhile, `training.batch` where
   * memory ran out.
   */
  next(): Batch | Promise<Batch>;
  dispose(): Promise<void>;
}

const MEMORY_BUDGET = 256 << 20;
const RING_BYTES = 16 << 20;
const MOST_SLOTS = 64;
/** Batches handed out before the first one's memory is used again. */
const HELD = 3;
/** The worker is asked for a batch for so long before it is given up, in milliseconds. */
const PATIENCE = 120_000;

/**
 * Batches of a split, made by a thread of their own while steps run.
 * @throws LatheError `training.batch` where there is no batch in an epoch, `data.unreadable`
 */
export function createLoader(options: LoaderOptions): Loader {
  const plan = planOf(options);
  readHeader(plan.path, plan.fingerprint);
  const { port1, port2 } = new MessageChannel();
  const shared: LoaderWorkerData = {
    ...plan,
    control: new SharedArrayBuffer(CONTROL_BYTES),
    errors: port2,
    ring: new SharedArrayBuffer(plan.slots * plan.slotBytes),
  };
  const worker = new Worker(entryPath("loader"), {
    workerData: shared,
    transferList: [port2],
    name: `loader of ${options.split}`,
    ...(options.limits ? { resourceLimits: options.limits } : {}),
  });
  worker.unref();
  return new RingLoader(shared, worker, port1);
}

/** Batches in an epoch. */
export function stepsIn(rows: number, batchSize: number, dropLast: boolean): number {
  return dropLast ? Math.floor(rows / batchSize) : Math.ceil(rows / batchSize);
}

function planOf({
  prepared,
  split,
  batchSize,
  shuffle,
  seed,
  dropLast = false,
  uniforms = [],
  augment = new Map(),
  drawn,
  omit = new Set(),
  kept,
  memoryBudget = MEMORY_BUDGET,
}: LoaderOptions): LoaderPlan {
  const rows = prepared.counts[split];
  if (!Number.isInteger(batchSize) || batchSize < 1)
    throw new LatheError("training.batch", `got batch size ${batchSize}, expected a whole number from 1`, { batchSize });
  const stepsPerEpoch = stepsIn(rows, batchSize, dropLast);
  if (stepsPerEpoch === 0) {
    throw new LatheError(
      "training.batch",
      rows === 0 ? `the ${split} part has no rows` : `batch size ${batchSize} is larger than the ${rows} rows of the ${split} part; make it smaller`,
      { batchSize, rows },
    );
  }
  const batchRows = batchSize * rowsOfSample(drawn?.draws);
  let at = 0;
  const place = (plan: Omit<TensorPlan, "at">): TensorPlan => {
    const placed = { ...plan, at };
    at += Math.ceil(bytesOf(plan, batchRows) / 8) * 8;
    return placed;
  };
  const stores: StoreSource[] = [];
  const beside = kept?.rows.files[split].map((path) => ({ path, fingerprint: kept.rows.key })) ?? [];
  const tensorOf = ({ name, offset, width, kind, masked }: RecordField): TensorPlan => {
    const gaps = masked === undefined ? {} : { gaps: true as const };
    if (kind === "category") return place({ name, dtype: "int64", width: 1, axes: [], source: { kind: "class", offset, ...gaps } });
    if (kind === "rows") return placeRows(name);
    if (kind !== "reference") return place({ name, dtype: "float32", width, axes: [width], source: { kind: "floats", offset, ...gaps } });
    const {
      axes = [],
      dtype,
      store,
    } = defined(
      prepared.inputs.find((input) => input.name === name),
      name,
    );
    const { path, bytes, step = bytes } = defined(store, `the store of ${name}`);
    stores.push({ path, bytes, step, offset, count: width });
    return place({
      name,
      dtype,
      width: sizeOf(axes),
      axes,
      source: {
        kind: "stored",
        index: stores.length - 1,
        count: width,
        augment: augment.get(name) ?? [],
        ...(beside.length > 0 && kept?.of.has(name) ? { asKept: true as const } : {}),
      },
    });
  };
  /** Rows of a series around the sample's own, whose number from 1 is its record's last word. */
  const placeRows = (name: string): TensorPlan => {
    const { rows: where, width } = defined(seriesTensors(prepared).get(name), name);
    const { file, columns, from } = where;
    stores.push({
      path: seriesFile(prepared.folder, file, split === "test" && prepared.source.test !== undefined),
      bytes: width * 4,
      step: columns * 4,
      start: HEADER_BYTES,
      offset: prepared.words - 1,
      count: 1,
      shift: from - 1,
    });
    const axes = name.startsWith("target.") ? [width] : [width / columns, columns];
    return place({ name, dtype: "float32", width, axes, source: { kind: "stored", index: stores.length - 1, count: 1, augment: [] } });
  };
  const placeKept = (): readonly TensorPlan[] => {
    let offset = 0;
    return (kept?.tensors ?? []).map(({ name, axes }) => {
      const width = sizeOf(axes);
      offset += width;
      return place({ name, dtype: "float32", width, axes, source: { kind: "kept", offset: offset - width } });
    });
  };
  const fields = recordLayout(prepared).filter(({ name }) => !omit.has(name));
  const tensors = [
    ...fields.map(tensorOf),
    ...fields.flatMap(({ masked, offset, width, kind }) =>
      masked === undefined
        ? []
        : [
            place({
              name: `counts.${masked}`,
              dtype: "float32",
              width,
              axes: kind === "category" ? [] : [width],
              source: { kind: "counts", of: kind === "category" ? "class" : "floats", offset },
            }),
          ],
    ),
    ...placeKept(),
    ...uniforms.map((u) =>
      place({
        name: u.name,
        dtype: "float32",
        width: u.width,
        axes: u.shape && isStatic(u.shape) ? u.shape : [u.width],
        source: { kind: "uniform", stream: u.name },
      }),
    ),
  ];
  return {
    path: prepared.files[split],
    fingerprint: prepared.fingerprint,
    rows,
    batchSize,
    stepsPerEpoch,
    shuffle,
    seed,
    memoryBudget,
    tensors,
    stores,
    beside,
    drawn: drawn && {
      draws: drawn.draws,
      offset: defined(
        fields.find(({ name }) => name === `target.${drawn.target}`),
        drawn.target,
      ).offset,
    },
    slotBytes: at,
    slots: Math.max(2, Math.min(MOST_SLOTS, Math.floor(RING_BYTES / at))),
    repeats:
      !shuffle &&
      drawn === undefined &&
      beside.length < 2 &&
      uniforms.length === 0 &&
      tensors.every(({ source }) => source.kind !== "stored" || source.augment.length === 0),
  };
}

/** By tensor of a batch, the rows of a series that it holds and how many values those are. */
function seriesTensors({ inputs, targets }: PreparedData): ReadonlyMap<string, { readonly rows: SeriesRows; readonly width: number }> {
  return new Map([
    ...inputs.flatMap(({ name, rows, axes = [] }) => (rows ? [[name, { rows, width: sizeOf(axes) }] as const] : [])),
    ...targets.flatMap(({ name, rows, width }) => (rows ? [[`target.${name}`, { rows, width }] as const] : [])),
  ]);
}

/** One tensor of a batch: the memory ONNX Runtime sees, and the same tensor cut to the rows of a short batch. */
interface Held {
  readonly full: TensorData;
  readonly short: TensorData | undefined;
  /** Copies from a slot. */
  readonly copy: (slot: number) => void;
}

class RingLoader implements Loader {
  readonly stepsPerEpoch: number;
  readonly #shared: LoaderWorkerData;
  readonly #control: Int32Array<SharedArrayBuffer>;
  readonly #worker: Worker;
  readonly #errors: MessagePort;
  readonly #full: readonly Batch[];
  readonly #short: readonly Batch[];
  readonly #copies: readonly (readonly ((slot: number) => void)[])[];
  #failure: LatheError | undefined;
  #closing = false;
  #command = 0;
  #read = 0;
  #held = 0;
  /** Where the batch after the last one handed out stands. */
  #epoch = -1;
  #step = 0;

  constructor(shared: LoaderWorkerData, worker: Worker, errors: MessagePort) {
    this.#shared = shared;
    this.#control = new Int32Array(shared.control);
    this.#worker = worker;
    this.#errors = errors;
    worker.once("error", (error) => this.#fail(this.#explain(error)));
    worker.once("exit", (code) =>
      this.#fail(new LatheError("data.unreadable", `the thread that reads ${shared.path} ended (exit code ${code}); train again`, { path: shared.path, code })),
    );
    this.stepsPerEpoch = shared.stepsPerEpoch;
    const perSample = rowsOfSample(shared.drawn?.draws);
    const last = samplesOfStep(shared, shared.stepsPerEpoch - 1) * perSample;
    const held = Array.from({ length: HELD }, () => shared.tensors.map((tensor) => holdTensor(shared, tensor, last)));
    const batch = (size: number, pick: (h: Held) => TensorData) =>
      held.map((tensors): Batch => ({ size, tensors: Object.fromEntries(tensors.map((h, i) => [defined(shared.tensors[i], "tensor").name, pick(h)])) }));
    this.#full = batch(shared.batchSize * perSample, (h) => h.full);
    this.#short = batch(last, (h) => h.short ?? h.full);
    this.#copies = held.map((tensors) => tensors.map((h) => h.copy));
  }

  start(epoch: number, fromStep: number): void {
    if (!Number.isInteger(fromStep) || fromStep < 0 || fromStep > this.stepsPerEpoch)
      throw new LatheError("internal", `step ${fromStep} of ${this.stepsPerEpoch} was asked for`);
    const [wanted, step] = this.#normal(epoch, fromStep);
    if (wanted === this.#epoch && step === this.#step) return;
    [this.#epoch, this.#step] = [wanted, step];
    Atomics.store(this.#control, CONTROL.epoch, wanted);
    Atomics.store(this.#control, CONTROL.step, step);
    this.#command++;
    this.#read = 0;
    Atomics.store(this.#control, CONTROL.command, this.#command);
    signal(this.#control, CONTROL.toWorker);
  }

  next(): Batch | Promise<Batch> {
    if (this.#command === 0) this.start(0, 0);
    return this.#hasArrived() ? this.#take() : this.#arrival();
  }

  #take(): Batch {
    const slot = this.#read % this.#shared.slots;
    const held = this.#held;
    this.#held = (held + 1) % HELD;
    for (const copy of this.#copies[held] ?? []) copy(slot);
    this.#read++;
    Atomics.store(this.#control, CONTROL.read, this.#read);
    signal(this.#control, CONTROL.toWorker);
    const short = this.#step === this.stepsPerEpoch - 1;
    [this.#epoch, this.#step] = this.#normal(this.#epoch, this.#step + 1);
    return defined((short ? this.#short : this.#full)[held], "a batch");
  }

  async dispose(): Promise<void> {
    Atomics.store(this.#control, CONTROL.closing, 1);
    signal(this.#control, CONTROL.toWorker);
    this.#closing = true;
    this.#errors.close();
    await this.#worker.terminate();
  }

  /** What the thread could not tell by itself, since it has ended. Whoever waits is woken. */
  #fail(failure: LatheError): void {
    if (this.#closing) return;
    this.#failure ??= failure;
    signal(this.#control, CONTROL.toMain);
  }

  #explain(error: Error & { readonly code?: string }): LatheError {
    const { path, batchSize } = this.#shared;
    if (error.code === "ERR_WORKER_OUT_OF_MEMORY")
      return new LatheError(
        "training.batch",
        `the thread that reads ${path} ran out of memory; make training.batchSize smaller than ${batchSize}`,
        { path, batchSize },
        { cause: error },
      );
    return new LatheError("internal", `the loader's thread failed: ${error.message}`, { path }, { cause: error });
  }

  #throwIfFailed(): void {
    const told = Atomics.load(this.#control, CONTROL.failed) === 0 ? undefined : receiveMessageOnPort(this.#errors);
    if (told) this.#failure = LatheError.fromRecord(told.message as ErrorRecord);
    if (this.#failure) throw this.#failure;
  }

  /** The end of an epoch is the beginning of the next; where all are the same, of the same one. */
  #normal(epoch: number, step: number): [number, number] {
    const beyond = step === this.stepsPerEpoch;
    return [this.#shared.repeats ? 0 : epoch + (beyond ? 1 : 0), beyond ? 0 : step];
  }

  /** @throws what the thread failed with, before any batch that it made before. */
  #hasArrived(): boolean {
    this.#throwIfFailed();
    return Atomics.load(this.#control, CONTROL.taken) === this.#command && Atomics.load(this.#control, CONTROL.written) !== this.#read;
  }

  /** Waits without blocking the thread, which must hear where the other one ends. */
  async #arrival(): Promise<Batch> {
    // An idle loader keeps no process alive; one that is waited for does.
    this.#worker.ref();
    try {
      for (;;) {
        const seen = Atomics.load(this.#control, CONTROL.toMain);
        if (this.#hasArrived()) return this.#take();
        const { async, value } = Atomics.waitAsync(this.#control, CONTROL.toMain, seen, PATIENCE);
        if (async && (await value) === "timed-out") {
          throw new LatheError("data.unreadable", `no batch of ${this.#shared.path} arrived within ${PATIENCE / 1000} s; is the disk still there?`, {
            path: this.#shared.path,
          });
        }
      }
    } finally {
      this.#worker.unref();
    }
  }
}

/** Memory of its own for one tensor of a batch: ONNX Runtime takes no shared memory. */
function holdTensor(shared: LoaderWorkerData, { dtype, width, axes, at }: TensorPlan, lastRows: number): Held {
  const n = shared.batchSize * rowsOfSample(shared.drawn?.draws);
  const shape = (rows: number) => [rows, ...axes];
  const cut = lastRows < n;
  if (dtype === "int64") {
    const data = new BigInt64Array(n * width);
    const views = slotViews(shared, (offset) => new BigInt64Array(shared.ring, offset + at, n * width));
    return {
      full: { dtype, dims: shape(n), data },
      short: cut ? { dtype, dims: shape(lastRows), data: data.subarray(0, lastRows * width) } : undefined,
      copy: (slot) => data.set(views[slot] ?? []),
    };
  }
  if (dtype === "uint8") {
    const data = new Uint8Array(n * width);
    const views = slotViews(shared, (offset) => new Uint8Array(shared.ring, offset + at, n * width));
    return {
      full: { dtype, dims: shape(n), data },
      short: cut ? { dtype, dims: shape(lastRows), data: data.subarray(0, lastRows * width) } : undefined,
      copy: (slot) => data.set(views[slot] ?? []),
    };
  }
  const data = new Float32Array(n * width);
  const views = slotViews(shared, (offset) => new Float32Array(shared.ring, offset + at, n * width));
  return {
    full: { dtype, dims: shape(n), data },
    short: cut ? { dtype, dims: shape(lastRows), data: data.subarray(0, lastRows * width) } : undefined,
    copy: (slot) => data.set(views[slot] ?? []),
  };
}

function slotViews<T>({ slots, slotBytes }: LoaderPlan, view: (offset: number) => T): readonly T[] {
  return Array.from({ length: slots }, (_, s) => view(s * slotBytes));
}
