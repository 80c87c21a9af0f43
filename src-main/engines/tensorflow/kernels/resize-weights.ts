/** Where each element of a resized axis comes from: which elements of the old axis, with which weights. https://onnx.ai/onnx/operators/onnx__Resize.html */

export interface ResizeRule {
  readonly mode: string;
  /** coordinate_transformation_mode */
  readonly coordinates: string;
  readonly nearest: string;
  readonly cubic: number;
  readonly excludeOutside: boolean;
  readonly antialias: boolean;
}

export interface Axis {
  readonly length: number;
  readonly resized: number;
  readonly scale: number;
  /** Start and end of the region of interest, in parts of the axis. */
  readonly region: readonly [number, number];
}

/** Of element `i` of the result, in elements of the old axis. */
export function coordinateOf(rule: ResizeRule, { length, resized, scale, region: [start, end] }: Axis, i: number): number {
  switch (rule.coordinates) {
    case "asymmetric":
      return i / scale;
    case "align_corners":
      return resized === 1 ? 0 : (i * (length - 1)) / (resized - 1);
    case "pytorch_half_pixel":
      return resized === 1 ? 0 : (i + 0.5) / scale - 0.5;
    case "tf_half_pixel_for_nn":
      return (i + 0.5) / scale;
    case "tf_crop_and_resize":
      return resized === 1 ? 0.5 * (start + end) * (length - 1) : start * (length - 1) + (i * (end - start) * (length - 1)) / (resized - 1);
    case "half_pixel_symmetric": {
      const adjustment = resized / (scale * length);
      return (length / 2) * (1 - adjustment) + (i + 0.5) / scale - 0.5;
    }
    default:
      return (i + 0.5) / scale - 0.5;
  }
}

/** The nearest element for each of the result. */
export function nearestElements(rule: ResizeRule, axis: Axis): readonly number[] {
  return Array.from({ length: axis.resized }, (_, i) => Math.min(Math.max(rounded(coordinateOf(rule, axis, i), rule.nearest), 0), axis.length - 1));
}

function rounded(x: number, how: string): number {
  switch (how) {
    case "floor":
      return Math.floor(x);
    case "ceil":
      return Math.ceil(x);
    case "round_prefer_ceil":
      return Math.floor(x + 0.5);
    default:
      return Math.ceil(x - 0.5);
  }
}

/**
 * Rows of weights, `[resized, length]`: linear or cubic interpolation, each row of sum 1. Scaled down with antialias, the kernel is as wide as what falls
 * together.
 */
export function interpolation(rule: ResizeRule, axis: Axis): Float32Array {
  const { length, resized, scale } = axis;
  const reach = rule.mode === "cubic" ? 2 : 1;
  const width = rule.antialias ? Math.min(1, scale) : 1;
  const kernel = rule.mode === "cubic" ? (d: number) => cubicKernel(d, rule.cubic) : (d: number) => Math.max(0, 1 - Math.abs(d));
  const weights = new Float32Array(resized * length);
  for (let i = 0; i < resized; i++) {
    const x = coordinateOf(rule, axis, i);
    const taps: [at: number, weight: number][] = [];
    for (let at = Math.floor(x - reach / width); at <= Math.ceil(x + reach / width); at++) {
      const weight = kernel((at - x) * width);
      if (weight === 0) continue;
      const outside = at < 0 || at >= length;
      if (outside && (rule.excludeOutside || rule.antialias)) continue;
      taps.push([Math.min(Math.max(at, 0), length - 1), weight]);
    }
    const total = taps.reduce((sum, [, weight]) => sum + weight, 0);
    for (const [at, weight] of taps) weights[i * length + at] = (weights[i * length + at] ?? 0) + weight / total;
  }
  return weights;
}

/** Keys 1981, "Cubic convolution interpolation for digital image processing", with coefficient a. */
function cubicKernel(distance: number, a: number): number {
  const d = Math.abs(distance);
  if (d <= 1) return ((a + 2) * d - (a + 3)) * d * d + 1;
  return d < 2 ? ((a * d - 5 * a) * d + 8 * a) * d - 4 * a : 0;
}
