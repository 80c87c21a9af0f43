import { LatheError } from "../base/errors.js";
import { defined } from "../base/assert.js";
import type { Value } from "../onnx/types.js";
import { defineOp } from "./op.js";
import { RECURRENT_OPERANDS, operandGradients, pair, products, recurrentRules, recurrentTypes, rowsOf, stepsOf, unrolled } from "./recurrent.js";

/**
 * Gates z, r, n: z = σ(W_z x + R_z h), r likewise, n = tanh(W_n x + r∘(R_n h + b)) with linear_before_reset = 1, h' = (1 − z)∘n + z∘h.
 * https://onnx.ai/onnx/operators/onnx__GRU.html; with 1 it is PyTorch's, and has a gradient here.
 *
 * Backwards all gates' gradients are dh times what is known beforehand, so that a step is one product and four operations.
 */
export const gru = defineOp({
  type: "GRU",
  inputs: RECURRENT_OPERANDS,
  required: 3,
  infer: (c) => recurrentTypes(c, 3, 1),
  gradient: recurrentRules((g) => {
    const { e } = g;
    if (g.int("linear_before_reset", 0) === 0)
      throw new LatheError("autodiff.unsupported", "the gradient of GRU is written for linear_before_reset = 1, which is PyTorch's");
    const node = unrolled(g, "GRU", 3, 1, ["Sigmoid", "Tanh"]);
    const hidden = Number(node.h.shape[2]);
    // Rows of all steps: `[T·N, …]`.
    const [fromInput, fromState] = products(g, node);
    const [inputGates, inputNew] = pair(e.split(fromInput, [2 * hidden, hidden], 1));
    const [stateGates, q] = pair(e.split(fromState, [2 * hidden, hidden], 1));
    const [z, r] = pair(e.split(e.sigmoid(e.add(inputGates, stateGates)), [hidden, hidden], 1));
    const n = e.tanh(e.add(inputNew, e.mul(r, q)));
    // What dh is multiplied by at each gate.
    const kept = e.subFrom(1, z);
    const atNew = e.mul(kept, e.subFrom(1, e.square(n)));
    const atUpdate = e.mul(e.mul(e.sub(rowsOf(e, node.before), n), z), kept);
    const reset = e.mul(atNew, r);
    const atReset = e.mul(e.mul(reset, q), e.subFrom(1, r));
    const steps = (v: Value) => stepsOf(e, node, v);
    const factors = steps(e.concat([atUpdate, atReset, reset], 1));
    const { states, results } = e.scan(
      { states: node.last, sequences: [steps(z), factors, ...(node.dh ? [node.dh] : [])], constants: [node.r], reverse: !node.reverse },
      (b, { states: [from], elements: [keep, factor, dh], constants: [weights] }) => {
        const total = dh ? b.add(dh, defined(from, "a state")) : defined(from, "a state");
        const delta = b.mul(b.concat([total, total, total], 2), defined(factor, "factors"));
        return { states: [b.add(b.matMul(delta, defined(weights, "R")), b.mul(total, defined(keep, "z")))], results: [total, delta] };
      },
    );
    const [dh, atState] = pair(results);
    const gates = e.slice(atState, [0], [2 * hidden], [2]);
    return operandGradients(g, node, e.concat([gates, e.mul(dh, steps(atNew))], 2), atState, states);
  }),
});
