import { defined } from "../base/assert.js";
import type { Value } from "../onnx/types.js";
import { type GradientContext, defineOp } from "./op.js";
import { filledLike } from "./rules.js";
import {
  RECURRENT_OPERANDS,
  type RecurrentGradients,
  operandGradients,
  pair,
  recurrentRules,
  recurrentTypes,
  shifted,
  stepsOf,
  sumOfProducts,
  unrolled,
} from "./recurrent.js";

const OPERANDS = [...RECURRENT_OPERANDS, "initial_c", "P"] as const;

function gradients(g: GradientContext<(typeof OPERANDS)[number]>): RecurrentGradients {
  const { e } = g;
  const node = unrolled(g, "LSTM", 4, 2, ["Sigmoid", "Tanh", "Tanh"]);
  const hidden = Number(node.h.shape[2]);
  const [gates, candidate] = pair(e.split(sumOfProducts(g, node), [3 * hidden, hidden], 1));
  const steps = (v: Value) => stepsOf(e, node, v);
  const [i, o, f] = e.split(e.sigmoid(gates), [hidden, hidden, hidden], 1).map(steps) as [Value, Value, Value];
  const n = steps(e.tanh(candidate));
  // The operator returns the last c alone; those between are a sum and a product a step.
  const first = g.optional("initial_c");
  const { results: cells } = e.scan(
    { states: [first ?? filledLike(e, defined(node.last[1], "c"), 0)], sequences: [f, e.mul(i, n)], reverse: node.reverse },
    (b, { states: [c], elements: [keep, add] }) => {
      const next = b.add(b.mul(defined(keep, "f"), defined(c, "c")), defined(add, "i∘n"));
      return { states: [next], results: [next] };
    },
  );
  const c = defined(cells[0], "c");
  const before = shifted(g, c, first, node.reverse);
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
 * The operator does not give its gates. To compute all step by step and keep them takes 3.4 ms where the operator, and the gates once more for all steps, take
 * 1.4 and 1.8 at 32 units; at 256 it would take 58 where these take 36 and 48 (96 steps, batch 32).
 */
export const lstm = defineOp({
  type: "LSTM",
  inputs: OPERANDS,
  required: 3,
  infer: (c) => recurrentTypes(c, 4, 2),
  gradient: { ...recurrentRules(gradients), initial_c: (g) => defined(g.shared(() => gradients(g)).states[1], "the gradient of c") },
});
