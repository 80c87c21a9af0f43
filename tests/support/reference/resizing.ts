import type { Call, Kernel, Kernels } from "./kernel.js";
import { type Tensor, at, build, frontAxis, replaced } from "./tensor.js";

/** Resize and DepthToSpace. */

/** Which elements along an axis an element of the result is made of, and with which weights. */
type Mix = readonly (readonly [from: number, weight: number])[];

/** One axis after the other: each element is a weighted sum of elements along it. */
const resize: Kernel = (c) => {
  const x = c.input(0);
  const rank = x.dims.length;
  const axes = (c.ints("axes") ?? [...x.dims.keys()]).map((a) => frontAxis(a, rank));
  const [roi, scales, sizes] = [c.numbers(1) ?? [], c.numbers(2) ?? [], c.numbers(3) ?? []];
  const crops = c.text("coordinate_transformation_mode", "half_pixel") === "tf_crop_and_resize";
  let y = x;
  axes.forEach((axis, i) => {
    const length = x.dims[axis]!;
    const span: readonly [number, number] = crops ? [roi[i]!, roi[i + axes.length]!] : [0, 1];
    const scale = scales.length > 0 ? scales[i]! : sizes[i]! / length;
    const result = scales.length > 0 ? Math.floor(length * (span[1] - span[0]) * scale) : sizes[i]!;
    if (result === length && scale === 1 && !crops) return;
    const mixes = Array.from({ length: result }, (_, k) => mixFor(c, k, length, result, scale, span));
    const from: Tensor = y;
    y = build(x.dtype, replaced(from.dims, axis, result), (index) => {
      const mix = mixes[index[axis]!]!;
      // A place that lies outside what is cropped has no elements: it is what extrapolation_value says.
      return mix.length === 0 ? c.float("extrapolation_value", 0) : mix.reduce((sum, [j, w]) => sum + w * at(from, replaced(index, axis, j)), 0);
    });
  });
  return y;
};

function mixFor(c: Call, k: number, length: number, result: number, scale: number, [start, end]: readonly [number, number]): Mix {
  const mode = c.text("coordinate_transformation_mode", "half_pixel");
  const place = ((): number => {
    switch (mode) {
      case "asymmetric":
        return k / scale;
      case "align_corners":
        return result === 1 ? 0 : (k * (length - 1)) / (result - 1);
      case "pytorch_half_pixel":
        return result === 1 ? 0 : (k + 0.5) / scale - 0.5;
      case "tf_half_pixel_for_nn":
        return (k + 0.5) / scale;
      case "tf_crop_and_resize":
        return result > 1 ? start * (length - 1) + (k * (end - start) * (length - 1)) / (result - 1) : 0.5 * (start + end) * (length - 1);
      default:
        return (k + 0.5) / scale - 0.5;
    }
  })();
  if (mode === "tf_crop_and_resize" && (place < 0 || place > length - 1)) return [];
  const clamp = (i: number) => Math.min(Math.max(i, 0), length - 1);
  const kind = c.text("mode", "nearest");
  if (kind === "nearest") return [[clamp(nearest(c.text("nearest_mode", "round_prefer_floor"), place)), 1]];
  const [reach, curve] = kind === "linear" ? ([1, triangle] as const) : ([2, cubic(c.float("cubic_coeff_a", -0.75))] as const);
  // Antialiasing widens the curve so that no element is passed over where the result is shorter.
  const stretch = c.int("antialias", 0) === 1 && scale < 1 ? 1 / scale : 1;
  const outside = c.int("exclude_outside", 0) === 0 && stretch === 1 && c.int("antialias", 0) === 0;
  const mix: (readonly [number, number])[] = [];
  for (let i = Math.floor(place - reach * stretch); i <= Math.ceil(place + reach * stretch); i++) {
    const weight = curve((i - place) / stretch);
    if (weight !== 0 && (outside || i === clamp(i))) mix.push([clamp(i), weight]);
  }
  const total = mix.reduce((sum, [, w]) => sum + w, 0);
  return mix.map(([i, w]) => [i, w / total] as const);
}

function nearest(mode: string, place: number): number {
  switch (mode) {
    case "floor":
      return Math.floor(place);
    case "ceil":
      return Math.ceil(place);
    case "round_prefer_ceil":
      return Math.floor(place + 0.5);
    default:
      return Math.ceil(place - 0.5);
  }
}

const triangle = (d: number): number => Math.max(0, 1 - Math.abs(d));

/** Keys 1981, with a from the attribute. */
const cubic =
  (a: number) =>
  (d: number): number => {
    const t = Math.abs(d);
    if (t <= 1) return (a + 2) * t ** 3 - (a + 3) * t ** 2 + 1;
    return t < 2 ? a * t ** 3 - 5 * a * t ** 2 + 8 * a * t - 4 * a : 0;
  };

/** [N, C, H, W] to [N, C / b², H·b, W·b]: a channel's number is (row in the block, column, rest) for DCR and (rest, row, column) for CRD. */
const depthToSpace: Kernel = (c) => {
  const x = c.input(0);
  const b = c.int("blocksize", 0);
  const [n, channels, height, width] = x.dims as [number, number, number, number];
  const rest = channels / (b * b);
  const rowFirst = c.text("mode", "DCR") === "DCR";
  return build(x.dtype, [n, rest, height * b, width * b], (index) => {
    const [sample, channel, row, column] = index as [number, number, number, number];
    const block = (row % b) * b + (column % b);
    return at(x, [sample, rowFirst ? block * rest + channel : channel * b * b + block, Math.floor(row / b), Math.floor(column / b)]);
  });
};

export const resizing: Kernels = { Resize: resize, DepthToSpace: depthToSpace };
