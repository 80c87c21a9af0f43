import { LatheError } from "../base/errors.js";
import { type Dimension, type Value, ints } from "../onnx/types.js";
import { type Interpolation, interpolationMatrix, transposedAlong } from "./interpolation.js";
import { type AttributeReader, type GradientContext, type InferContext, defineOp } from "./op.js";
import { lengthsOf } from "./shapes.js";

type Operand = "X" | "roi" | "scales" | "sizes";

/**
 * X with axes of other lengths, by scales or to sizes, each element mixed from those around its place. Cropping (`tf_crop_and_resize`) is not there.
 * https://onnx.ai/onnx/operators/onnx__Resize.html (version 13, and antialias of version 18)
 */
export const resize = defineOp({
  type: "Resize",
  inputs: ["X", "roi", "scales", "sizes"],
  required: 1,
  infer: (c) => {
    const { dtype, shape } = c.input("X");
    if (c.string("coordinate_transformation_mode", "half_pixel") === "tf_crop_and_resize") return c.fail("tf_crop_and_resize is not supported");
    const scales = scalesOf(c);
    const sizes = !scales && c.optional("sizes") ? lengthsOf(c, "Resize", "sizes") : undefined;
    if ((scales ?? sizes)?.length !== shape.length) return c.fail("expected scales (constant) or sizes, one for each axis");
    const result = shape.map((d, i): Dimension => {
      if (sizes) return sizes[i] ?? d;
      const scale = scales?.[i] ?? 1;
      if (scale === 1) return d;
      return typeof d === "number" ? Math.floor(d * scale) : c.fail(`axis ${i} is scaled by ${scale}, but its length is not known`);
    });
    if (result.some((d) => typeof d === "number" && d < 1)) return c.fail("nothing would be left along an axis");
    return [{ dtype, shape: result }];
  },
  gradient: { X: (g) => backwards(g) },
});

function scalesOf(c: InferContext<Operand>): readonly number[] | undefined {
  const scales = c.optional("scales");
  const known = scales && c.constantNumbers("scales");
  return known && known.length > 0 ? known : undefined;
}

/** Resizing is a matrix along each axis, and so is its gradient. */
function backwards(g: GradientContext<Operand>): Value {
  const { e } = g;
  const [x, y] = [g.input("X"), g.output()];
  const given = g.constantNumbers("scales");
  const scales = x.shape.map((d, i) => (given && given.length > 0 ? (given[i] ?? 1) : Number(y.shape[i]) / Number(d)));
  const changed = x.shape.flatMap((d, i) => (d === y.shape[i] && (scales[i] === 1 || Number.isNaN(scales[i])) ? [] : [i]));
  const how = interpolationOf(g);
  const repeats = isRepetition(how, scales, changed) && changed.every((axis) => axis >= 2);
  // Each element was repeated: the sum over its copies, which are a window.
  if (repeats) {
    const kernel = scales.slice(2);
    const mean = e.op("AveragePool", [g.dy()], { kernel_shape: ints(kernel), strides: ints(kernel) });
    return e.scale(
      mean,
      kernel.reduce((a, b) => a * b, 1),
    );
  }
  return changed.reduce((dy, axis) => {
    const [length, result] = [x.shape[axis], y.shape[axis]];
    if (typeof length !== "number" || typeof result !== "number")
      throw new LatheError("autodiff.unsupported", `the gradient of Resize along axis ${axis}, of a length that is not known, is not there yet`);
    return transposedAlong(e, dy, axis, interpolationMatrix(length, result, scales[axis] ?? 1, how));
  }, g.dy());
}

function isRepetition(how: Interpolation, scales: readonly number[], axes: readonly number[]): boolean {
  return (
    how.mode === "nearest" &&
    how.coordinates === "asymmetric" &&
    how.nearest === "floor" &&
    axes.length > 0 &&
    axes.every((axis) => Number.isInteger(scales[axis]))
  );
}

function interpolationOf(c: AttributeReader): Interpolation {
  return {
    mode: c.string("mode", "nearest"),
    coordinates: c.string("coordinate_transformation_mode", "half_pixel"),
    nearest: c.string("nearest_mode", "round_prefer_floor"),
    cubicA: c.float("cubic_coeff_a", -0.75),
    antialias: c.int("antialias", 0) === 1,
    excludeOutside: c.int("exclude_outside", 0) === 1,
  };
}
