import { LatheError } from "../base/errors.js";
import { defined } from "../base/assert.js";
import { defineOp } from "./op.js";
import { RECURRENT_OPERANDS, operandGradients, products, recurrentRules, recurrentTypes, unrolled } from "./recurrent.js";

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
    const [fromInput, fromState] = products(g, node);
    const [inputGates, inputNew] = e.split(fromInput, [2 * hidden, hidden], 2);
    const [stateGates, stateNew] = e.split(fromState, [2 * hidden, hidden], 2);
    const gates = e.sigmoid(e.add(defined(inputGates, "z and r"), defined(stateGates, "z and r")));
    const [z, r] = e.split(gates, [hidden, hidden], 2).map((v) => defined(v, "a gate")) as [typeof gates, typeof gates];
    const q = defined(stateNew, "n");
    const n = e.tanh(e.add(defined(inputNew, "n"), e.mul(r, q)));
    // What dh is multiplied by at each gate.
    const atNew = e.mul(e.subFrom(1, z), e.subFrom(1, e.square(n)));
    const atUpdate = e.mul(e.mul(e.sub(node.before, n), z), e.subFrom(1, z));
    const reset = e.mul(atNew, r);
    const atReset = e.mul(e.mul(reset, q), e.subFrom(1, r));
    const atState = e.concat([atUpdate, atReset, reset], 2);
    const { states, results } = e.scan(
      { states: node.last, sequences: [z, atState, ...(node.dh ? [node.dh] : [])], constants: [node.r], reverse: !node.reverse },
      (b, { states: [from], elements: [zNow, factors, dh], constants: [weights] }) => {
        const total = dh ? b.add(dh, defined(from, "a state")) : defined(from, "a state");
        const delta = b.mul(b.concat([total, total, total], 1), defined(factors, "factors"));
        return { states: [b.gemm(delta, defined(weights, "R"), b.mul(total, defined(zNow, "z")))], results: [total] };
      },
    );
    const dh = defined(results[0], "the gradient at h");
    const three = e.concat([dh, dh, dh], 2);
    return operandGradients(g, node, e.mul(three, e.concat([atUpdate, atReset, atNew], 2)), e.mul(three, atState), states);
  }),
});
