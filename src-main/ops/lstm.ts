import { defined } from "../base/assert.js";
import type { Emitter } from "../onnx/emitter.js";
import type { Value } from "../onnx/types.js";
import { type GradientContext, defineOp } from "./op.js";
import { filledLike } from "./rules.js";
import {
  RECURRENT_OPERANDS,
  type RecurrentGradients,
  type Unrolled,
  operandGradients,
  pair,
  recurrentRules,
  recurrentTypes,
  rowsOf,
  shifted,
  stepsOf,
  sumOfProducts,
  unrolled,
} from "./recurrent.js";

const OPERANDS = [...RECURRENT_OPERANDS, "initial_c", "P"] as const;

/**
 * 1 at a node that is to be trained step by step, with its gates kept for the gradient (`rewrites/lstm-by-steps.ts`). No file has it: what compiles a training
 * step writes such a node as steps.
 */
export const KEEPS_GATES = "keeps_gates";

/** Operands of the node, as on its page. */
export interface LstmOperands {
  readonly x: Value;
  readonly w: Value;
  readonly r: Value;
  readonly b: Value | undefined;
  readonly h: Value | undefined;
  readonly c: Value | undefined;
  readonly reverse: boolean;
}

/** Gates i, o, f and n, the cells c and the states h of all steps, `[T, N, H]` each. */
interface LstmSteps {
  readonly i: Value;
  readonly o: Value;
  readonly f: Value;
  readonly n: Value;
  readonly c: Value;
  readonly h: Value;
  /** The states after the last step, h and c, `[1, N, H]`. */
  readonly last: readonly Value[];
}

/** One direction as a product over all inputs and, step by step, what is left: a product, the gates, c and h. All is kept that its gradient needs. */
export function lstmSteps(e: Emitter, { x, w, r, b, h, c, reverse }: LstmOperands): LstmSteps {
  const hidden = Number(r.shape[2]);
  const bias = b && e.reduceSum(e.reshape(b, [2, 4 * hidden]), [0]);
  const given = e.reshape(e.gemm(rowsOf(e, x), e.squeeze(w, [0]), bias, { transB: true }), [Number(x.shape[0]), -1, 4 * hidden]);
  const zeros = filledLike(e, e.slice(given, [0, 0], [1, hidden], [0, 2]), 0);
  const { states: last, results } = e.scan(
    { states: [h ?? zeros, c ?? zeros], sequences: [given], constants: [e.transpose(e.squeeze(r, [0]), [1, 0])], reverse },
    (s, { states: [before = x, cell = x], elements: [element = given], constants: [weights = r] }) => {
      const [three, candidate] = pair(s.split(s.add(s.matMul(before, weights), element), [3 * hidden, hidden], 2));
      const gates = s.sigmoid(three);
      const [i, o, f] = s.split(gates, [hidden, hidden, hidden], 2) as [Value, Value, Value];
      const n = s.tanh(candidate);
      const nextCell = s.add(s.mul(f, cell), s.mul(i, n));
      const next = s.mul(o, s.tanh(nextCell));
      return { states: [next, nextCell], results: [gates, n, nextCell, next] };
    },
  );
  const [gates = given, n = given, cells = given, all = given] = results;
  const [i, o, f] = e.split(gates, [hidden, hidden, hidden], 2) as [Value, Value, Value];
  return { i, o, f, n, c: cells, h: all, last };
}

type Gates = Pick<LstmSteps, "i" | "o" | "f" | "n" | "c">;

/** Gates and cells as they were computed on the way. */
function keptGates(g: GradientContext<(typeof OPERANDS)[number]>, reverse: boolean): Gates {
  const [b, h, c] = (["B", "initial_h", "initial_c"] as const).map((name) => g.optional(name));
  return lstmSteps(g.e, { x: g.input("X"), w: g.input("W"), r: g.input("R"), b, h, c, reverse });
}

/**
 * Gates of all steps once more, of the states before them, in one product; the operator returns the last c alone: those between are a sum and a product a step.
 */
function gatesAgain(g: GradientContext<(typeof OPERANDS)[number]>, node: Unrolled): Gates {
  const { e } = g;
  const hidden = Number(node.h.shape[2]);
  const [gates, candidate] = pair(e.split(sumOfProducts(g, node), [3 * hidden, hidden], 1));
  const steps = (v: Value) => stepsOf(e, node, v);
  const [i, o, f] = e.split(e.sigmoid(gates), [hidden, hidden, hidden], 1).map(steps) as [Value, Value, Value];
  const n = steps(e.tanh(candidate));
  const { results: cells } = e.scan(
    { states: [g.optional("initial_c") ?? filledLike(e, defined(node.last[1], "c"), 0)], sequences: [f, e.mul(i, n)], reverse: node.reverse },
    (b, { states: [c], elements: [keep, add] }) => {
      const next = b.add(b.mul(defined(keep, "f"), defined(c, "c")), defined(add, "i∘n"));
      return { states: [next], results: [next] };
    },
  );
  return { i, o, f, n, c: defined(cells[0], "c") };
}

function gradients(g: GradientContext<(typeof OPERANDS)[number]>): RecurrentGradients {
  const { e } = g;
  const node = unrolled(g, "LSTM", 4, 2, ["Sigmoid", "Tanh", "Tanh"]);
  const { i, o, f, n, c } = g.int(KEEPS_GATES, 0) === 1 ? keptGates(g, node.reverse) : gatesAgain(g, node);
  const before = shifted(g, c, g.optional("initial_c"), node.reverse);
  const squashed = e.tanh(c);
  const slopeOf = (gate: Value) => e.mul(gate, e.subFrom(1, gate));
  const throughCell = e.mul(o, e.subFrom(1, e.square(squashed)));
  // What dc, dh, dc and dc are multiplied by at the gates i, o, f and n.
  const factors = e.concat([e.mul(n, slopeOf(i)), e.mul(squashed, slopeOf(o)), e.mul(before, slopeOf(f)), e.mul(i, e.subFrom(1, e.square(n)))], 2);
  const { states, results } = e.scan(
    { states: node.last, sequences: [f, throughCell, factors, ...(node.dh ? [node.dh] : [])], constants: [node.r], reverse: !node.reverse },
    (b, { states: [dhFrom, dcFrom], elements: [keep, through, factor, dh], constants: [weights] }) => {
      const total = dh ? b.add(dh, defined(dhFrom, "dh")) : defined(dhFrom, "dh");
      const dc = b.add(defined(dcFrom, "dc"), b.mul(total, defined(through, "o∘(1 − tanh² c)")));
      const delta = b.mul(b.concat([dc, total, dc, dc], 2), defined(factor, "factors"));
      return { states: [b.matMul(delta, defined(weights, "R")), b.mul(dc, defined(keep, "f"))], results: [delta] };
    },
  );
  const delta = defined(results[0], "the gradient at the gates");
  return operandGradients(g, node, delta, delta, states);
}

/**
 * Gates i, o, f, n: c' = σ(f)∘c + σ(i)∘tanh(n), h' = σ(o)∘tanh(c'). https://onnx.ai/onnx/operators/onnx__LSTM.html, without peepholes where a gradient is
 * wanted.
 *
 * Backwards with dcₜ = dcₜ₊₁∘fₜ₊₁ + dhₜ∘oₜ∘(1 − tanh² cₜ) all gates' gradients are dc or dh times what is known beforehand: a step is one product and six
 * operations.
 *
 * The operator does not give its gates. Of few units they are computed once more, for all steps in one product.
 */
export const lstm = defineOp({
  type: "LSTM",
  inputs: OPERANDS,
  required: 3,
  infer: (c) => recurrentTypes(c, 4, 2),
  gradient: { ...recurrentRules(gradients), initial_c: (g) => defined(g.shared(() => gradients(g)).states[1], "the gradient of c") },
});
