import { defined } from "../base/assert.js";
import type { Emitter } from "../onnx/emitter.js";
import { type Value, tensor } from "../onnx/types.js";

/** What resizing does to one axis: a matrix, whose transpose is its gradient. */

/** How Resize finds the place in the operand of an element of the result, and mixes what is around it. */
export interface Interpolation {
  readonly mode: string;
  readonly coordinates: string;
  readonly nearest: string;
  readonly cubicA: number;
  readonly antialias: boolean;
  readonly excludeOutside: boolean;
}

/** Row k holds what element k of the result takes of each of `length` elements. https://onnx.ai/onnx/operators/onnx__Resize.html */
export function interpolationMatrix(length: number, result: number, scale: number, how: Interpolation): readonly (readonly number[])[] {
  return Array.from({ length: result }, (_, k) => {
    const row = new Array<number>(length).fill(0);
    for (const [i, weight] of mixOf(placeOf(how.coordinates, k, length, result, scale), length, scale, how)) row[i] = defined(row[i], "an element") + weight;
    return row;
  });
}

function placeOf(coordinates: string, k: number, length: number, result: number, scale: number): number {
  switch (coordinates) {
    case "asymmetric":
      return k / scale;
    case "align_corners":
      return result === 1 ? 0 : (k * (length - 1)) / (result - 1);
    case "pytorch_half_pixel":
      return result === 1 ? 0 : (k + 0.5) / scale - 0.5;
    default:
      return (k + 0.5) / scale - 0.5;
  }
}

type Mix = readonly (readonly [element: number, weight: number])[];

function mixOf(place: number, length: number, scale: number, { mode, nearest, cubicA, antialias, excludeOutside }: Interpolation): Mix {
  const clamp = (i: number) => Math.min(Math.max(i, 0), length - 1);
  if (mode === "nearest") return [[clamp(rounded(nearest, place)), 1]];
  // Antialiasing widens the curve so that no element is passed over where the result is shorter.
  const stretch = antialias && scale < 1 ? 1 / scale : 1;
  const reach = (mode === "linear" ? 1 : 2) * stretch;
  const weights: (readonly [number, number])[] = [];
  for (let i = Math.ceil(place - reach); i <= Math.floor(place + reach); i++) {
    const weight = mode === "linear" ? Math.max(0, 1 - Math.abs(i - place) / stretch) : cubic(Math.abs(i - place) / stretch, cubicA);
    if (weight !== 0 && (i === clamp(i) || !(antialias || excludeOutside))) weights.push([clamp(i), weight]);
  }
  const total = weights.reduce((sum, [, w]) => sum + w, 0);
  return weights.map(([i, w]) => [i, w / total]);
}

function rounded(mode: string, place: number): number {
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

/** Keys 1981, https://ieeexplore.ieee.org/document/1163711 */
function cubic(t: number, a: number): number {
  if (t <= 1) return ((a + 2) * t - (a + 3)) * t * t + 1;
  return t < 2 ? ((a * t - 5 * a) * t + 8 * a) * t - 4 * a : 0;
}

/** x along `axis` multiplied with the transpose of a matrix of `rows`: element i of the result is Σ over k of x[k] · rows[k][i]. */
export function transposedAlong(e: Emitter, x: Value, axis: number, rows: readonly (readonly number[])[]): Value {
  const matrix = e.constant(tensor(x.dtype === "float64" ? "float64" : "float32", rows.flat(), [rows.length, rows[0]?.length ?? 0]));
  const last = x.shape.length - 1;
  if (axis === last) return e.matMul(x, matrix);
  const order = x.shape.map((_, i) => (i === axis ? last : i === last ? axis : i));
  return e.transpose(e.matMul(e.transpose(x, order), matrix), order);
}
