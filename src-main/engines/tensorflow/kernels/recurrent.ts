import type { Tensor } from "@tensorflow/tfjs-core";
import { LatheError } from "../../../base/errors.js";
import type { Held } from "../held.js";
import type { Tf } from "../native.js";
import type { Compiling, Operands, Run } from "./kernel.js";
import { operand } from "./operands.js";

/** What RNN, LSTM and GRU share: directions, layouts, lengths of sequences, activations. https://onnx.ai/onnx/operators/onnx__LSTM.html */

export type Activation = (x: Tensor) => Tensor;

/** One direction's weights. */
export interface Cell {
  /** `[G·H, inputs]`, `[G·H, H]` and `[G·H]` each for W and R. */
  readonly w: Tensor;
  readonly r: Tensor;
  readonly bias: readonly [w: Tensor, r: Tensor] | undefined;
  /** Peepholes `[3·H]`, LSTM's alone. */
  readonly peephole: Tensor | undefined;
  readonly activations: readonly Activation[];
}

/** State before and after a step: h, and c for LSTM, each `[batch, H]`. */
export type State = readonly Tensor[];

export interface Recurrence {
  /** Activations of one direction where none are named. */
  readonly activations: readonly string[];
  /** LSTM has a second state. */
  readonly states: 1 | 2;
  /** @param x W·x + Wb of this step, `[batch, G·H]`. */
  readonly step: (c: Compiling, x: Tensor, state: State, cell: Cell) => State;
}

/** @param recurrence what tells the three operators apart. */
export function recurrent(c: Compiling, recurrence: Recurrence): Run {
  const { tf } = c;
  const direction = c.string("direction", "forward");
  const directions = direction === "bidirectional" ? 2 : 1;
  const batchFirst = c.int("layout", 0) === 1;
  const activations = readActivations(c, recurrence, directions);
  return (operands) => {
    const x = operand(operands, 0).tensor();
    const sequence = batchFirst ? tf.transpose(x, [1, 0, 2]) : x;
    const [length = 1, batch = 1] = sequence.shape;
    const size = operand(operands, 2).dims[2] ?? 1;
    const lengths = operands[4] && Array.from(operands[4].numbers());
    const masks = lengths?.some((n) => n !== length) ? masksOf(tf, lengths, length) : undefined;
    const runs = Array.from({ length: directions }, (_, d) => {
      const back = direction === "reverse" || d === 1;
      return runDirection(
        c,
        recurrence,
        cellOf(c, operands, d, activations[d] ?? []),
        sequence,
        back,
        masks,
        initial(c, operands, d, batchFirst, recurrence.states, [batch, size]),
      );
    });
    const y = tf.stack(
      runs.map(({ outputs }) => tf.stack([...outputs])),
      1,
    ); // [length, directions, batch, H]
    const lasts = Array.from({ length: recurrence.states }, (_, s) =>
      tf.stack(
        runs.map(({ last }) => last[s] as Tensor),
        batchFirst ? 1 : 0,
      ),
    );
    return [c.hold(batchFirst ? tf.transpose(y, [2, 0, 1, 3]) : y), ...lasts.map((t) => c.hold(t))];
  };
}

function runDirection(
  c: Compiling,
  recurrence: Recurrence,
  cell: Cell,
  sequence: Tensor,
  back: boolean,
  masks: readonly Tensor[] | undefined,
  first: State,
): { readonly outputs: readonly Tensor[]; readonly last: State } {
  const { tf } = c;
  const [length = 1, batch = 1, inputs = 1] = sequence.shape;
  // The part of all steps that does not depend on the state, in one product.
  const product = tf.matMul(tf.reshape(sequence, [length * batch, inputs]), cell.w, false, true);
  const steps = elementsOf(tf, tf.reshape(cell.bias ? tf.add(product, cell.bias[0]) : product, [length, batch, -1]), 0);
  const outputs = new Array<Tensor>(length);
  let state = first;
  for (let i = 0; i < length; i++) {
    const t = back ? length - 1 - i : i;
    const mask = masks?.[t];
    const next = recurrence.step(c, steps[t] as Tensor, state, cell);
    // Past its end a sequence gives zeros and keeps its state; backwards, it begins at its own end.
    outputs[t] = mask ? tf.mul(next[0] as Tensor, mask) : (next[0] as Tensor);
    state = mask ? next.map((s, k) => tf.add(tf.mul(s, mask), tf.mul(state[k] as Tensor, tf.sub(1, mask)))) : next;
  }
  return { outputs, last: state };
}

/** By step, `[batch, 1]`: 1 within a sequence, 0 past its end. */
function masksOf(tf: Tf, lengths: readonly number[], steps: number): readonly Tensor[] {
  return Array.from({ length: steps }, (_, t) =>
    tf.tensor2d(
      lengths.map((n) => Number(t < n)),
      [lengths.length, 1],
      "float32",
    ),
  );
}

function cellOf({ tf }: Compiling, operands: Operands, d: number, activations: readonly Activation[]): Cell {
  const of = (held: Held): Tensor => tf.squeeze(tf.slice(held.tensor(), [d, ...held.dims.slice(1).map(() => 0)], [1, ...held.dims.slice(1)]), [0]);
  const [bias, peephole] = [operands[3] && of(operands[3]), operands[7] && of(operands[7])];
  const halves = bias && tf.split(bias, 2);
  return { w: of(operand(operands, 1)), r: of(operand(operands, 2)), bias: halves && [halves[0] as Tensor, halves[1] as Tensor], peephole, activations };
}

function initial({ tf }: Compiling, operands: Operands, d: number, batchFirst: boolean, states: number, shape: readonly [number, number]): State {
  return Array.from({ length: states }, (_, s) => {
    const given = operands[5 + s]?.tensor();
    return given ? (elementsOf(tf, given, batchFirst ? 1 : 0)[d] as Tensor) : tf.zeros([...shape]);
  });
}

/** Elements along an axis. TensorFlow.js has no gradient of unstack where there is but one. */
function elementsOf(tf: Tf, x: Tensor, axis: number): readonly Tensor[] {
  return x.shape[axis] === 1 ? [tf.squeeze(x, [axis])] : tf.unstack(x, axis);
}

/** One list a direction. Parameters alpha and beta are handed out in order to those activations that take them. */
function readActivations(c: Compiling, { activations: usual }: Recurrence, directions: number): readonly (readonly Activation[])[] {
  const named = c.attribute("activations");
  const names = named?.type === "strings" ? named.value : Array.from({ length: directions }, () => usual).flat();
  const parameters = (name: string): number[] => {
    const found = c.attribute(name);
    return found?.type === "floats" ? [...found.value] : [];
  };
  const [alphas, betas] = [parameters("activation_alpha"), parameters("activation_beta")];
  const made = names.map((name) => activation(c, name, alphas, betas));
  const clip = c.attribute("clip");
  const clipped =
    clip?.type === "float"
      ? made.map(
          (f): Activation =>
            (x) =>
              f(c.tf.clipByValue(x, -clip.value, clip.value)),
        )
      : made;
  return Array.from({ length: directions }, (_, d) => clipped.slice(d * usual.length, (d + 1) * usual.length));
}

function activation({ tf, type }: Compiling, name: string, alphas: number[], betas: number[]): Activation {
  const alpha = (fallback: number) => alphas.shift() ?? fallback;
  const beta = (fallback: number) => betas.shift() ?? fallback;
  switch (name.toLowerCase()) {
    case "sigmoid":
      return (x) => tf.sigmoid(x);
    case "tanh":
      return (x) => tf.tanh(x);
    case "relu":
      return (x) => tf.relu(x);
    case "softplus":
      return (x) => tf.softplus(x);
    case "softsign":
      return (x) => tf.div(x, tf.add(tf.abs(x), 1));
    case "leakyrelu": {
      const a = alpha(0.01);
      return (x) => tf.leakyRelu(x, a);
    }
    case "elu": {
      const a = alpha(1);
      return (x) => tf.where(tf.greater(x, 0), x, tf.mul(tf.expm1(tf.minimum(x, 0)), a));
    }
    case "affine": {
      const [a, b] = [alpha(1), beta(0)];
      return (x) => tf.add(tf.mul(x, a), b);
    }
    case "scaledtanh": {
      const [a, b] = [alpha(1), beta(1)];
      return (x) => tf.mul(tf.tanh(tf.mul(x, b)), a);
    }
    case "hardsigmoid": {
      const [a, b] = [alpha(0.2), beta(0.5)];
      return (x) => tf.clipByValue(tf.add(tf.mul(x, a), b), 0, 1);
    }
    case "thresholdedrelu": {
      const a = alpha(1);
      return (x) => tf.mul(x, tf.cast(tf.greater(x, a), "float32"));
    }
    default:
      throw new LatheError("graph.unsupported", `the engine tensorflow does not have ${type} with the activation ${name}`);
  }
}

/** R·h + Rb, `[batch, G·H]`. */
export function recurrentPart(tf: Tf, h: Tensor, { r, bias }: Cell): Tensor {
  const product = tf.matMul(h, r, false, true);
  return bias ? tf.add(product, bias[1]) : product;
}

/** Parts of equal width of the last axis. */
export function gatesOf(tf: Tf, x: Tensor, count: number): readonly Tensor[] {
  return tf.split(x, count, x.shape.length - 1);
}
