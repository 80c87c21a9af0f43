import { defined } from "../base/assert.js";
import type { Value } from "../onnx/types.js";
import { defineOp } from "./op.js";
import { RECURRENT_OPERANDS, operandGradients, recurrentRules, recurrentTypes, unrolled } from "./recurrent.js";

/**
 * hₜ = f(W xₜ + R hₜ₋₁ + Wb + Rb), f tanh or, with `activations`, another. https://onnx.ai/onnx/operators/onnx__RNN.html
 *
 * Backwards δₜ = dhₜ ∘ f'ₜ, dhₜ₋₁ += δₜ·R: a product and two arithmetic operations a step; the gradients of the weights are one product over all steps.
 */
export const rnn = defineOp({
  type: "RNN",
  inputs: RECURRENT_OPERANDS,
  required: 3,
  infer: (c) => recurrentTypes(c, 1, 1),
  gradient: recurrentRules((g) => {
    const { e } = g;
    const named = g.attribute("activations");
    const relu = named?.type === "strings" && named.value[0] === "Relu";
    const node = unrolled(g, "RNN", 1, 1, [relu ? "Relu" : "Tanh"]);
    const slope = relu ? e.cast(e.greater(node.h, e.scalarLike(0, node.h)), node.h.dtype) : e.subFrom(1, e.square(node.h));
    const { states, results } = e.scan(
      { states: node.last, sequences: [slope, ...(node.dh ? [node.dh] : [])], constants: [node.r], reverse: !node.reverse },
      (b, { states: [from], elements: [slopeNow, dh], constants: [r] }) => {
        const total = dh ? b.add(dh, defined(from, "a state")) : defined(from, "a state");
        const delta: Value = b.mul(total, defined(slopeNow, "a slope"));
        return { states: [b.matMul(delta, defined(r, "R"))], results: [delta] };
      },
    );
    const delta = defined(results[0], "the gradient at the gates");
    return operandGradients(g, node, delta, delta, states);
  }),
});
