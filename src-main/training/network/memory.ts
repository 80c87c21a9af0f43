import { totalmem } from "node:os";
import { LatheError, toLatheError } from "../../base/errors.js";
import type { InputKind } from "../../features/kind.js";
import type { TensorType } from "../../onnx/types.js";
import { type Layout, layOut } from "./layout.js";
import type { NetworkPlan } from "./network.js";

/** What inputs are read as: what can be made smaller depends on it. */
export type Reads = InputKind<never, never, never>["reads"];

/** An engine keeps what it needs twice: where the first step put it, and where it planned from then on that it is to be. */
const TWICE = 2;
/** As measured, of what layers give: all of it and some more on the way to it; of the widest its gradients and what these are made of. */
const [GIVEN, WIDEST] = [1.5, 6];
/**
 * Numbers that a parameter takes: itself, its gradient, what the optimizer keeps of it, and what becomes of these on their way. As measured with Adam and 5 to
 * 19 million weights, diagnosis included: 8.5 to 9.4, the engine's first batch and own memory with them.
 */
const PARAMETER = 9;
/** Bytes of a float32. */
const FLOAT = 4;

/** Bytes that a training step takes, as a rule within a factor of two (`npm run bench step-memory`). */
export function stepBytes({ held, parameterCount }: Pick<Layout, "held" | "parameterCount">, batchSize: number): number {
  const { read, given, widest, inside } = held;
  return FLOAT * (TWICE * (read + GIVEN * given + WIDEST * widest + inside) * batchSize + PARAMETER * parameterCount);
}

export interface SizedNetwork {
  readonly plan: NetworkPlan;
  readonly layout: Pick<Layout, "held" | "parameterCount">;
  /** What the network reads, by input, and as what. */
  readonly inputs: ReadonlyMap<string, TensorType>;
  readonly reads: ReadonlyMap<string, Reads>;
}

/**
 * Says so before a machine runs out of memory, which ends the process without a word.
 * @param total bytes the machine has. @throws LatheError `training.batch` with what fits: a batch size, or the length of a window
 */
export function refuseTooLarge(network: SizedNetwork, batchSize: number, total = machineMemory()): void {
  const { layout } = network;
  const bytes = stepBytes(layout, batchSize);
  if (bytes <= total) return;
  // Half of the machine is for all else.
  const free = total / 2 - stepBytes(layout, 0);
  const fitting = Math.floor(Math.log2(Math.max(1, free) / (stepBytes(layout, 1) - stepBytes(layout, 0))));
  const details = { batchSize, bytes, ...(fitting >= 0 ? { fitting: 2 ** fitting } : {}) };
  throw new LatheError(
    "training.batch",
    `training.batchSize: a step of ${batchSize} samples needs about ${inBytes(bytes)} of memory, this machine has ${inBytes(total)}; ` +
      (fitting >= 0 ? `set it to ${2 ** fitting} or less` : smallerOf(network, total / 2)),
    details,
  );
}

/** What the machine has, or lets this process have. */
export function machineMemory(): number {
  const allowed = process.constrainedMemory();
  return allowed > 0 ? Math.min(allowed, totalmem()) : totalmem();
}

/** `2.5 GB`, `640 MB`. */
export function inBytes(bytes: number): string {
  const gigabytes = bytes / 2 ** 30;
  if (gigabytes < 1) return `${Math.max(1, Math.round(bytes / 2 ** 20))} MB`;
  return `${gigabytes < 10 ? gigabytes.toFixed(1) : Math.round(gigabytes)} GB`;
}

/** What to do where not even one sample fits. */
function smallerOf(network: SizedNetwork, free: number): string {
  const [first] = (["sequence", "tokens", "pictures"] as const).filter((kind) => [...network.reads.values()].includes(kind));
  const advice: Readonly<Record<Reads, () => string>> = {
    values: () => "use fewer columns, or make the network smaller",
    pictures: () => "make the pictures or the network smaller",
    sequence: () =>
      `${shorter(network, "sequence", free, (rows) => `use windows of ${rows} rows or fewer`, "use shorter windows")}, or make the network smaller`,
    tokens: () =>
      `${shorter(network, "tokens", free, (length) => `set the length of texts to ${length} or less`, "read shorter texts")}, or make the network smaller`,
  };
  return advice[first ?? "values"]();
}

/** The longest of some lengths of the inputs, axis 1, of which a single sample fits. */
function shorter({ plan, inputs, reads }: SizedNetwork, kind: Reads, free: number, told: (length: number) => string, otherwise: string): string {
  const longest = Math.max(...[...inputs].map(([name, { shape }]) => (reads.get(name) === kind ? Number(shape[1]) : 0)));
  for (let length = Math.floor(longest / 2); length >= 1; length = Math.floor(length / 2)) {
    const cut = new Map(
      [...inputs].map(([name, { dtype, shape }]) => {
        const [batch = 1, own, ...rest] = shape;
        return [name, { dtype, shape: reads.get(name) === kind ? [batch, Math.min(Number(own), length), ...rest] : shape }];
      }),
    );
    try {
      if (stepBytes(layOut(plan, cut), 1) <= free) return told(length);
    } catch {
      // A network that is made for one length.
      return otherwise;
    }
  }
  return otherwise;
}

/** What an engine says when memory ran out, as what the user can do; anything else as it is. */
export function explainMemory(thrown: unknown, batchSize: number): unknown {
  const error = toLatheError(thrown);
  if (!/failed to allocate|bad.?alloc|out of memory|array buffer allocation failed|invalid array length/i.test(error.message)) return thrown;
  const smaller = Math.max(1, 2 ** Math.floor(Math.log2(Math.max(1, batchSize / 2))));
  const advice = batchSize > 1 ? `set training.batchSize to ${smaller} or less` : "make what a sample reads, or the network, smaller";
  return new LatheError(
    "training.batch",
    `there was not enough memory for a batch of ${batchSize} samples; ${advice}`,
    { batchSize, smaller },
    { cause: thrown },
  );
}
