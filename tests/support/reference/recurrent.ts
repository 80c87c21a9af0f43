import type { Call, Kernel, Kernels } from "./kernel.js";
import { type Tensor, at, build } from "./tensor.js";

/** RNN, GRU and LSTM, number by number. Letters as on their pages: T steps, N sequences, I inputs, H hidden units, D directions. */

type Vector = readonly number[];

/** One direction's weights, and the states of one sequence before a step; what is returned are those after it. */
type Step = (gate: (k: number, h: Vector) => Vector, h: Vector, c: Vector, parts: Parts) => readonly [h: Vector, c: Vector];

interface Parts {
  /** W·x + Wb of gate k, and R·h + Rb of it. */
  readonly fromInput: (k: number) => Vector;
  readonly fromState: (k: number, h: Vector) => Vector;
}

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

function recurrent(c: Call, gates: number, states: 1 | 2, step: Step): readonly Tensor[] {
  const batchFirst = c.int("layout", 0) === 1;
  const swapped = (v: Tensor, perm: readonly number[]): Tensor =>
    build(
      v.dtype,
      perm.map((axis) => v.dims[axis]!),
      (index) =>
        at(
          v,
          v.dims.map((_, axis) => index[perm.indexOf(axis)]!),
        ),
    );
  const [w, r] = [c.input(1), c.input(2)];
  const x = batchFirst ? swapped(c.input(0), [1, 0, 2]) : c.input(0);
  const initial = [5, 6].map((i) => (c.inputs[i] && batchFirst ? swapped(c.inputs[i], [1, 0, 2]) : c.inputs[i]));
  const [T, N, I] = x.dims as [number, number, number];
  const [D, , H] = r.dims as [number, number, number];
  const direction = c.text("direction", "forward");
  const y = new Array<number>(T * D * N * H).fill(0);
  const lasts = Array.from({ length: states }, () => new Array<number>(D * N * H).fill(0));
  for (let d = 0; d < D; d++) {
    const back = direction === "reverse" || d === 1;
    const bias = (half: number, k: number, j: number): number => c.inputs[3]?.data[d * 2 * gates * H + (half * gates + k) * H + j] ?? 0;
    const first = (s: number, n: number): Vector => Array.from({ length: H }, (_, j) => initial[s]?.data[(d * N + n) * H + j] ?? 0);
    for (let n = 0; n < N; n++) {
      let state: readonly [Vector, Vector] = [first(0, n), first(1, n)];
      for (let i = 0; i < T; i++) {
        const t = back ? T - 1 - i : i;
        const parts: Parts = {
          fromInput: (k) =>
            Array.from({ length: H }, (_, j) => {
              let sum = bias(0, k, j);
              for (let p = 0; p < I; p++) sum += w.data[((d * gates + k) * H + j) * I + p]! * x.data[(t * N + n) * I + p]!;
              return sum;
            }),
          fromState: (k, h) =>
            Array.from({ length: H }, (_, j) => {
              let sum = bias(1, k, j);
              for (let p = 0; p < H; p++) sum += r.data[((d * gates + k) * H + j) * H + p]! * h[p]!;
              return sum;
            }),
        };
        const gate = (k: number, h: Vector): Vector => {
          const recurrentPart = parts.fromState(k, h);
          return parts.fromInput(k).map((v, j) => v + recurrentPart[j]!);
        };
        state = step(gate, state[0], state[1], parts);
        state[0].forEach((v, j) => (y[((t * D + d) * N + n) * H + j] = v));
      }
      lasts.forEach((last, s) => state[s]!.forEach((v, j) => (last[(d * N + n) * H + j] = v)));
    }
  }
  const all: Tensor = { dtype: x.dtype, dims: [T, D, N, H], data: y };
  const ends = lasts.map((data): Tensor => ({ dtype: x.dtype, dims: [D, N, H], data }));
  return batchFirst ? [swapped(all, [2, 0, 1, 3]), ...ends.map((v) => swapped(v, [1, 0, 2]))] : [all, ...ends];
}

const rnn: Kernel = (c) => {
  const f = c.strings("activations")?.[0] === "Relu" ? (v: number) => Math.max(0, v) : Math.tanh;
  return recurrent(c, 1, 1, (gate, h) => [gate(0, h).map(f), []]);
};

/** Gates z, r, h; linear_before_reset says whether r multiplies R·h + Rb or h alone. */
const gru: Kernel = (c) => {
  const linearFirst = c.int("linear_before_reset", 0) !== 0;
  return recurrent(c, 3, 1, (gate, h, _, { fromInput, fromState }) => {
    const [z, r] = [gate(0, h).map(sigmoid), gate(1, h).map(sigmoid)];
    const recurrentPart = linearFirst
      ? fromState(2, h).map((v, j) => r[j]! * v)
      : fromState(
          2,
          h.map((v, j) => r[j]! * v),
        );
    const n = fromInput(2).map((v, j) => Math.tanh(v + recurrentPart[j]!));
    return [n.map((v, j) => (1 - z[j]!) * v + z[j]! * h[j]!), []];
  });
};

/** Gates i, o, f, c; peepholes i, o, f, of the first direction. */
const lstm: Kernel = (c) =>
  recurrent(c, 4, 2, (gate, h, cell) => {
    const seeing = (k: number, seen: Vector): Vector => {
      const peephole = (j: number): number => c.inputs[7]?.data[k * h.length + j] ?? 0;
      return gate(k, h).map((v, j) => sigmoid(v + peephole(j) * seen[j]!));
    };
    const [i, f] = [seeing(0, cell), seeing(2, cell)];
    const next = gate(3, h).map((v, j) => f[j]! * cell[j]! + i[j]! * Math.tanh(v));
    const o = seeing(1, next);
    return [next.map((v, j) => o[j]! * Math.tanh(v)), next];
  });

export const recurrentKernels: Kernels = { RNN: rnn, GRU: gru, LSTM: lstm };
