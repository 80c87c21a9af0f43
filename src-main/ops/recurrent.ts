import { LatheError } from "../base/errors.js";
import { defined } from "../base/assert.js";
import { type TensorType, type Value, isFloat, sameShape, showShape } from "../onnx/types.js";
import type { Emitter } from "../onnx/emitter.js";
import type { GradientContext, InferContext } from "./op.js";
import { filledLike } from "./rules.js";

/** What RNN, GRU and LSTM share. Letters as on their pages: T steps, N sequences, I inputs, H hidden units, D directions, G gates. */

/** Operands that all three have, in order. */
export const RECURRENT_OPERANDS = ["X", "W", "R", "B", "sequence_lens", "initial_h"] as const;
type Operand = (typeof RECURRENT_OPERANDS)[number] | "initial_c" | "P";

/** @param gates G. @param states results after Y: the last h, and c. */
export function recurrentTypes(c: InferContext<Operand>, gates: number, states: 1 | 2): readonly TensorType[] {
  const [x, w, r] = [c.input("X"), c.input("W"), c.input("R")];
  if (c.int("layout", 0) !== 0) return c.fail("expected layout 0, X [T, N, I]: ONNX Runtime has no other");
  const directions = c.string("direction", "forward") === "bidirectional" ? 2 : 1;
  const hidden = r.shape[2];
  const [length, batch, inputs] = x.shape;
  if (length === undefined || batch === undefined || inputs === undefined || x.shape.length !== 3) return c.fail("X must be [T, N, I]");
  if (typeof hidden !== "number" || !sameShape(r.shape, [directions, gates * hidden, hidden])) return c.fail("R must be [D, G·H, H]");
  if (!sameShape(w.shape, [directions, gates * hidden, inputs])) return c.fail(`W must be ${showShape([directions, gates * hidden, inputs])}`);
  if (c.int("hidden_size", hidden) !== hidden) return c.fail(`hidden_size must be ${hidden}, as R has it`);
  const b = c.optional("B");
  if (b && !sameShape(b.shape, [directions, 2 * gates * hidden])) return c.fail(`B must be ${showShape([directions, 2 * gates * hidden])}`);
  const state = [directions, batch, hidden];
  for (const v of [c.optional("initial_h"), states === 2 ? c.optional("initial_c") : undefined]) {
    if (v && !sameShape(v.shape, state)) return c.fail(`a first state must be ${showShape(state)}`);
  }
  if (!isFloat(x.dtype)) return c.fail("expected float32 or float64");
  const { dtype } = x;
  return [{ dtype, shape: [length, directions, batch, hidden] }, ...Array.from({ length: states }, () => ({ dtype, shape: state }))];
}

/** A node of one direction, ready for a gradient: `x` [T, N, I], `w` [G·H, I], `r` [G·H, H], `bias` [G·H] each, `h` [T, N, H]. */
export interface Unrolled {
  readonly x: Value;
  readonly w: Value;
  readonly r: Value;
  readonly bias: readonly [w: Value, r: Value] | undefined;
  readonly h: Value;
  /** h of the step before, `[T, N, H]`. */
  readonly before: Value;
  readonly reverse: boolean;
  /** Gradients that arrive at every h, `[T, N, H]`; undefined where only the last one is used. */
  readonly dh: Value | undefined;
  /** The gradient that arrives at the last h, and at the last c of LSTM: `[1, N, H]`. */
  readonly last: readonly Value[];
}

/** @throws LatheError `autodiff.unsupported` for what of the operator's page has no gradient here. */
export function unrolled(g: GradientContext<Operand>, type: string, gates: number, states: 1 | 2, activations: readonly string[]): Unrolled {
  const { e } = g;
  const direction = g.string("direction", "forward");
  const named = g.attribute("activations");
  const usual = named?.type !== "strings" || named.value.join() === activations.join();
  const peephole = states === 2 ? g.optional("P") : undefined;
  if (direction === "bidirectional" || !usual || g.optional("sequence_lens") || peephole || g.attribute("clip") || g.int("input_forget", 0) !== 0)
    throw new LatheError("autodiff.unsupported", `the gradient of ${type} is written for one direction, usual activations and sequences of one length`);
  const reverse = direction === "reverse";
  const h = e.squeeze(g.output(), [1]);
  const bias = g.optional("B");
  const width = gates * Number(g.input("R").shape[2]);
  const halves = bias && e.split(e.squeeze(bias, [0]), [width, width], 0);
  return {
    x: g.input("X"),
    w: e.squeeze(g.input("W"), [0]),
    r: e.squeeze(g.input("R"), [0]),
    bias: halves && [defined(halves[0], "a bias"), defined(halves[1], "a bias")],
    h,
    before: shifted(g, h, g.optional("initial_h"), reverse),
    reverse,
    dh: g.hasDy(0) ? e.squeeze(g.dy(), [1]) : undefined,
    // A node need not name the last states; nothing arrives then.
    last: Array.from({ length: states }, (_, s) => (g.hasOutput(1 + s) ? g.dy(1 + s) : filledLike(e, e.slice(h, [0], [1], [0]), 0))),
  };
}

/** A state of every step as the step after it reads it: moved by one, with the first state in front. @param states `[T, N, H]`. @param first `[1, N, H]` */
export function shifted({ e }: Pick<GradientContext, "e">, states: Value, first: Value | undefined, reverse: boolean): Value {
  const [length] = states.shape;
  if (typeof length !== "number") throw new LatheError("autodiff.unsupported", "a recurrent layer is trained on sequences of one known length");
  const begin = first ?? filledLike(e, e.slice(states, [0], [1], [0]), 0);
  if (length === 1) return begin;
  return reverse ? e.concat([e.slice(states, [1], [length], [0]), begin], 0) : e.concat([begin, e.slice(states, [0], [length - 1], [0])], 0);
}

/** W·x + Wb and R·h + Rb of all steps at once, `[T·N, G·H]` each. */
export function products({ e }: Pick<GradientContext, "e">, { x, w, r, bias, before }: Unrolled): readonly [fromInput: Value, fromState: Value] {
  return [e.gemm(rowsOf(e, x), w, bias?.[0], { transB: true }), e.gemm(rowsOf(e, before), r, bias?.[1], { transB: true })];
}

/** The sum of both. */
export function sumOfProducts({ e }: Pick<GradientContext, "e">, { x, w, r, bias, before }: Unrolled): Value {
  const fromInput = e.gemm(rowsOf(e, x), w, bias && e.add(...bias), { transB: true });
  return e.gemm(rowsOf(e, before), r, fromInput, { transB: true });
}

/** `[T, N, …]` as `[T·N, …]`. */
export function rowsOf(e: Emitter, v: Value): Value {
  return e.reshape(v, [-1, Number(v.shape[2])]);
}

/** Gradients of the operands of a recurrent node. */
export interface RecurrentGradients {
  readonly x: Value;
  readonly w: Value;
  readonly r: Value;
  readonly b: Value;
  readonly states: readonly Value[];
}

/**
 * From the gradients at the gates of all steps to those of the weights, in one product each.
 * @param atInput at W·x + Wb. @param atState at R·h + Rb, `[T, N, G·H]` both. @param states at the first states, `[1, N, H]`
 */
export function operandGradients(
  { e }: Pick<GradientContext, "e">,
  { x, w, before }: Unrolled,
  atInput: Value,
  atState: Value,
  states: readonly Value[],
): RecurrentGradients {
  const weight = (d: Value, read: Value) => e.unsqueeze(e.gemm(rowsOf(e, d), rowsOf(e, read), undefined, { transA: true }), [0]);
  const atBias = e.reduceSum(atState, [0, 1]);
  const sums = [atInput === atState ? atBias : e.reduceSum(atInput, [0, 1]), atBias];
  return { x: e.matMul(atInput, w), w: weight(atInput, x), r: weight(atState, before), b: e.unsqueeze(e.concat(sums, 0), [0]), states };
}

/** The rules by operand, of gradients that are all made at once. */
export function recurrentRules(gradients: (g: GradientContext<Operand>) => RecurrentGradients) {
  const all = (g: GradientContext<Operand>) => g.shared(() => gradients(g));
  return {
    X: (g: GradientContext<Operand>) => all(g).x,
    W: (g: GradientContext<Operand>) => all(g).w,
    R: (g: GradientContext<Operand>) => all(g).r,
    B: (g: GradientContext<Operand>) => all(g).b,
    initial_h: (g: GradientContext<Operand>) => defined(all(g).states[0], "the gradient of h"),
  };
}

/** The first two of several. */
export function pair(values: readonly Value[]): readonly [Value, Value] {
  return [defined(values[0], "the first"), defined(values[1], "the second")];
}

/** `[T·N, …]` as `[T, N, …]` again. */
export function stepsOf(e: Emitter, { h }: Unrolled, rows: Value): Value {
  return e.reshape(rows, [Number(h.shape[0]), -1, Number(rows.shape[1])]);
}
