import { type Value, float, text } from "../../onnx/types.js";
import type { Conversion, ForeignNode } from "../conversion.js";

/** Activations that newer or rarer operators have, in operators of opset 17 that have gradients. Formulas as on their pages. */

/** x·max(0, min(1, x/6 + 1/2)) */
export const hardSwish: Conversion = {
  type: "HardSwish",
  convert: ({ e, input }) => [e.mul(input(0), e.op("HardSigmoid", [input(0)], { alpha: float(1 / 6), beta: float(0.5) }))],
};

/** x/2·(1 + erf(x/√2)), or with tanh of √(2/π)·(x + 0.044715·x³) in the place of erf. */
export const gelu: Conversion = {
  type: "Gelu",
  convert: (n) => {
    const { e } = n;
    const x = n.input(0);
    const inner =
      n.string("approximate", "none") === "tanh"
        ? e.tanh(e.scale(e.add(x, e.scale(e.mul(x, e.mul(x, x)), 0.044715)), Math.sqrt(2 / Math.PI)))
        : e.erf(e.div(x, e.scalarLike(Math.SQRT2, x)));
    return [e.scale(e.mul(x, e.shift(inner, 1)), 0.5)];
  },
};

/** x·tanh(ln(1 + eˣ)) */
export const mish: Conversion = { type: "Mish", convert: ({ e, input }) => [e.mul(input(0), e.tanh(e.softplus(input(0))))] };

/** x·σ(alpha·x) */
export const swish: Conversion = { type: "Swish", convert: (n) => [n.e.mul(n.input(0), n.e.sigmoid(n.e.scale(n.input(0), n.float("alpha", 1))))] };

/** max(0, x) + slope·min(0, x); a slope by channel of what has none of its axes stands at axis 1 in old files, but broadcasting aligns the last. */
export const pRelu: Conversion = {
  type: "PRelu",
  convert: (n) => {
    const { e } = n;
    const [x, slope] = [n.input(0), n.input(1)];
    const below = e.min(x, e.scalarLike(0, x));
    return [e.add(e.relu(x), e.mul(slope, below))];
  },
};

/** max(0, x) + min(0, alpha·(e^(x/alpha) − 1)) */
export const celu: Conversion = {
  type: "Celu",
  convert: (n) => {
    const { e } = n;
    const [x, alpha] = [n.input(0), n.float("alpha", 1)];
    return [e.scale(e.op("Elu", [e.scale(x, 1 / alpha)], { alpha: float(1) }), alpha)];
  },
};

/** x / (1 + |x|) */
export const softsign: Conversion = { type: "Softsign", convert: ({ e, input }) => [e.div(input(0), e.shift(e.abs(input(0)), 1))] };

/** x where it is above alpha, else 0 */
export const thresholdedRelu: Conversion = {
  type: "ThresholdedRelu",
  convert: (n) => {
    const x = n.input(0);
    return [n.e.where(n.e.greater(x, n.e.scalarLike(n.float("alpha", 1), x)), x, n.e.scalarLike(0, x))];
  },
};

/** 1/x */
export const reciprocal: Conversion = { type: "Reciprocal", convert: ({ e, input }) => [e.div(e.scalarLike(1, input(0)), input(0))] };

/** The mean of several operands. */
export const mean: Conversion = {
  type: "Mean",
  convert: (n) => {
    const parts = n.inputs.filter((v) => v !== undefined);
    return [n.e.scale(sum(n, parts), 1 / parts.length)];
  },
};

function sum({ e, input }: ForeignNode, parts: readonly Value[]): Value {
  return parts.length === 1 ? input(0) : e.op("Sum", parts);
}

/** 1 where both differ in truth. */
export const xor: Conversion = {
  type: "Xor",
  convert: ({ e, input }) => [e.op("And", [e.op("Or", [input(0), input(1)]), e.not(e.op("And", [input(0), input(1)]))])],
};

/** Pads of a mode that only newer files name. */
export const depthToSpace: Conversion = { type: "DepthToSpace", convert: (n) => n.copy(n.inputs, { ...n.attributes, mode: text(n.string("mode", "DCR")) }) };
