import type { Tensor } from "@tensorflow/tfjs-core";
import type { Held } from "../held.js";
import { countOf, fromFront } from "./host.js";
import { type Compiling, type Operands, defineKernel } from "./kernel.js";
import { lying } from "./lying.js";
import { numbersAt, operand } from "./operands.js";
import { type Axis, type ResizeRule, coordinateOf, interpolation, nearestElements } from "./resize-weights.js";

/**
 * A tensor in other lengths, axis by axis: the nearest elements gathered, or a product with a matrix of weights, so that every way of interpolating is one code
 * and its gradient is TensorFlow.js's own. https://onnx.ai/onnx/operators/onnx__Resize.html
 */
export const resize = defineKernel({
  type: "Resize",
  compile: (c) => {
    const { tf } = c;
    const rule: ResizeRule = {
      mode: c.string("mode", "nearest"),
      coordinates: c.string("coordinate_transformation_mode", "half_pixel"),
      nearest: c.string("nearest_mode", "round_prefer_floor"),
      cubic: c.float("cubic_coeff_a", -0.75),
      excludeOutside: c.int("exclude_outside", 0) === 1,
      antialias: c.int("antialias", 0) === 1,
    };
    const extrapolation = c.float("extrapolation_value", 0);
    const axesOf = axesReader(c);
    return (operands) => {
      const x = operand(operands, 0);
      const { t, axis: lies, hold } = lying(c, x);
      const changed = axesOf(operands, x).flatMap((axis, i) =>
        axis.length === axis.resized && axis.scale === 1 && rule.coordinates !== "tf_crop_and_resize" ? [] : [{ axis, i }],
      );
      const resized = changed.reduce<Tensor>((sofar, { axis, i }) => {
        if (rule.mode === "nearest") return tf.gather(sofar, tf.tensor1d([...nearestElements(rule, axis)], "int32"), lies(i));
        return alongAxis(c, sofar, lies(i), tf.tensor2d(interpolation(rule, axis), [axis.resized, axis.length]));
      }, t);
      if (rule.coordinates !== "tf_crop_and_resize") return hold(resized, x.dtype);
      // What is looked for outside of the operand has a value of its own.
      const inside = changed.reduce<Tensor>((mask, { axis, i }) => {
        const is = Array.from({ length: axis.resized }, (_, k) => Number(coordinateOf(rule, axis, k) >= 0 && coordinateOf(rule, axis, k) <= axis.length - 1));
        return tf.mul(
          mask,
          tf.tensor(
            is,
            t.shape.map((_, at) => (at === lies(i) ? axis.resized : 1)),
          ),
        );
      }, tf.scalar(1));
      return hold(tf.where(tf.greater(inside, 0), resized, tf.scalar(extrapolation)), x.dtype);
    };
  },
});

/** Lengths by the operands scales or sizes, for all axes or those named. */
function axesReader(c: Compiling): (operands: Operands, x: Held) => readonly Axis[] {
  const named = c.ints("axes");
  const policy = c.string("keep_aspect_ratio_policy", "stretch");
  return (operands, x) => {
    const rank = x.dims.length;
    const axes = named?.map((a) => fromFront(a, rank)) ?? [...x.dims.keys()];
    const [scales, sizes, region] = [given(operands, 2), given(operands, 3), given(operands, 1)];
    const ratios = axes.map((axis, i) => scales?.[i] ?? (sizes?.[i] ?? 1) / (x.dims[axis] ?? 1));
    const common = policy === "stretch" || !sizes ? undefined : policy === "not_larger" ? Math.min(...ratios) : Math.max(...ratios);
    return x.dims.map((length, axis) => {
      const i = axes.indexOf(axis);
      if (i < 0) return { length, resized: length, scale: 1, region: [0, 1] };
      const scale = common ?? ratios[i] ?? 1;
      const resized = common === undefined ? (sizes?.[i] ?? Math.floor(length * scale)) : Math.round(length * scale);
      return { length, resized, scale, region: [region?.[i] ?? 0, region?.[i + axes.length] ?? 1] };
    });
  };
}

/** An empty operand stands for one omitted. */
function given(operands: Operands, i: number): readonly number[] | undefined {
  const numbers = numbersAt(operands, i);
  return numbers?.length ? numbers : undefined;
}

/** Σⱼ weights[i, j]·x[…, j, …]. */
function alongAxis({ tf }: Compiling, x: Tensor, axis: number, weights: Tensor): Tensor {
  const [before, after] = [x.shape.slice(0, axis), x.shape.slice(axis + 1)];
  const [rows = 1, length = 1] = weights.shape;
  const stack = tf.reshape(x, [countOf(before), length, countOf(after)]);
  const wide = tf.broadcastTo(tf.expandDims(weights, 0), [countOf(before), rows, length]);
  return tf.reshape(tf.matMul(wide, stack), [...before, rows, ...after]);
}
