import { type Value, float, int } from "../../onnx/types.js";
import type { Conversion, ForeignNode } from "../conversion.js";

/** Normalisations of which ours has no operator, in those that it has. Formulas as on their pages. */

/** (x − mean) / √(variance + ε)·scale + B over the places of each channel of a sample. */
export const instanceNormalization: Conversion = {
  type: "InstanceNormalization",
  convert: (n) => {
    const x = n.input(0);
    const axes = [...x.shape.keys()].slice(2);
    const by = (v: Value) => n.e.reshape(v, [-1, ...axes.map(() => 1)]);
    return [n.e.add(n.e.mul(standardized(n, x, axes), by(n.input(1))), by(n.input(2)))];
  },
};

/** The same over groups of channels. Scale and bias are by group before opset 21, by channel since. */
export const groupNormalization: Conversion = {
  type: "GroupNormalization",
  convert: (n) => {
    const { e } = n;
    const x = n.input(0);
    const groups = n.int("num_groups");
    const channels = Number(x.shape[1]);
    if (!Number.isInteger(channels / groups)) n.fail(`${channels} channels do not divide by ${groups} groups`);
    const grouped = e.reshape(x, [0, groups, -1]);
    const plain = e.reshapeLike(standardized(n, grouped, [2]), x);
    const by = (v: Value) => {
      const each =
        n.opset < 21 && v.shape[0] === groups ? e.reshape(e.op("Expand", [e.reshape(v, [groups, 1]), e.indices([groups, channels / groups])]), [channels]) : v;
      return e.reshape(each, [channels, ...x.shape.slice(2).map(() => 1)]);
    };
    return [e.add(e.mul(plain, by(n.input(1))), by(n.input(2)))];
  },
};

/** x / √(mean of x² + ε)·scale over the last axes. */
export const rmsNormalization: Conversion = {
  type: "RMSNormalization",
  convert: (n) => {
    const x = n.input(0);
    const axis = n.int("axis", -1);
    const axes = [...x.shape.keys()].slice(axis);
    const size = n.e.sqrt(n.e.shift(n.e.reduceMean(n.e.square(x), axes, true), n.float("epsilon", 1e-5)));
    return [n.e.mul(n.e.div(x, size), n.input(1))];
  },
};

/** Its further results, mean and deviation, are not read. */
export const layerNormalization: Conversion = {
  type: "LayerNormalization",
  convert: (n) => n.copy(n.inputs, { axis: int(n.int("axis", -1)), epsilon: float(n.float("epsilon", 1e-5)) }, 1),
};

/** x / |x| along an axis, |x| by its first or second norm. */
export const lpNormalization: Conversion = {
  type: "LpNormalization",
  convert: (n) => {
    const x = n.input(0);
    const axes = [n.int("axis", -1)];
    const size = n.int("p", 2) === 1 ? n.e.reduceSum(n.e.abs(x), axes, true) : n.e.sqrt(n.e.reduceSum(n.e.square(x), axes, true));
    return [n.e.div(x, size)];
  },
};

function standardized(n: ForeignNode, x: Value, axes: readonly number[]): Value {
  const { e } = n;
  const centred = e.sub(x, e.reduceMean(x, axes, true));
  return e.div(centred, e.sqrt(e.shift(e.reduceMean(e.square(centred), axes, true), n.float("epsilon", 1e-5))));
}
