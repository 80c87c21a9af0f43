import { type Attributes, type Value, tensor, text } from "../../onnx/types.js";
import { type Conversion, type ForeignNode, without } from "../conversion.js";

/** Upsample, which Resize has taken the place of: scales are an attribute before opset 9. */
export const upsample: Conversion = {
  type: "Upsample",
  convert: (n) => {
    const attribute = n.attribute("scales");
    const scales = attribute?.type === "floats" ? attribute.value : n.known(1, "scales");
    return [resized(n, scales ?? n.fail("it has no scales"), asymmetric(n))];
  },
};

/** Before opset 11 it had no modes of coordinates; since 18 it may name the axes. */
export const resize: Conversion = {
  type: "Resize",
  convert: (n) => {
    if (n.opset < 11) return [resized(n, n.known(1, "scales") ?? n.fail("it has no scales"), asymmetric(n))];
    const policy = n.string("keep_aspect_ratio_policy", "stretch");
    if (policy !== "stretch") n.fail(`keep_aspect_ratio_policy ${policy} is not read`);
    if (n.int("antialias", 0) === 1) n.fail("antialias, of opset 18, is not read");
    const rank = n.input(0).shape.length;
    const axes = n.ints("axes")?.map((axis) => (axis < 0 ? axis + rank : axis));
    const attributes = without(n.attributes, "axes", "keep_aspect_ratio_policy", "antialias");
    const scales = n.known(2, "scales");
    if (scales && scales.length > 0)
      return [
        resized(
          n,
          all(rank, axes, scales, () => 1),
          attributes,
        ),
      ];
    const sizes = n.lengths(3) ?? n.fail("its sizes are known only when the network runs");
    const whole = all(rank, axes, sizes, (axis) => n.input(0).shape[axis] ?? 1);
    // By scales the batch needs no number.
    const byScale = whole.map((d, i) => {
      const length = n.input(0).shape[i];
      return d === length ? 1 : typeof d === "number" && typeof length === "number" ? d / length : n.fail(`the length of axis ${i} is not known`);
    });
    const exact = byScale.every((scale, i) => scale === 1 || Math.floor(Math.fround(scale) * Number(n.input(0).shape[i])) === whole[i]);
    if (exact) return [resized(n, byScale, attributes)];
    if (whole.some((d) => typeof d === "string")) return n.fail("its sizes are no whole multiple of what it reads");
    return n.graph.node("Resize", [n.input(0), undefined, undefined, n.e.indices(whole.map(Number))], attributes);
  },
};

function all<T>(rank: number, axes: readonly number[] | undefined, given: readonly T[], other: (axis: number) => T): readonly T[] {
  if (!axes) return given;
  return Array.from({ length: rank }, (_, i) => (axes.includes(i) ? (given[axes.indexOf(i)] ?? other(i)) : other(i)));
}

function asymmetric(n: ForeignNode): Attributes {
  const mode = n.string("mode", "nearest");
  return {
    mode: text(mode === "bilinear" ? "linear" : mode),
    coordinate_transformation_mode: text("asymmetric"),
    ...(mode === "nearest" ? { nearest_mode: text("floor") } : {}),
  };
}

function resized(n: ForeignNode, scales: readonly number[], attributes: Attributes): Value {
  return n.e.op("Resize", [n.input(0), undefined, n.e.constant(tensor("float32", scales))], attributes);
}
