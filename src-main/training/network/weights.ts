import type { Slice } from "./layout.js";
import type { TrainingSpec } from "./specification.js";

/** The weights of a network, as flat vectors. */
export interface Weights {
  /** All that are trained, with what losses learn. */
  readonly parameters: Float32Array;
  readonly frozen: Float32Array;
  readonly buffers: Float32Array;
}

/** Of a network's weights those that a specification computes with: all, or those of the rest. */
export function weightsFor({ layout, whole }: Pick<TrainingSpec, "layout" | "whole">, { parameters, frozen, buffers }: Weights): Weights {
  if (!whole) return { parameters, frozen, buffers };
  return { parameters, frozen: pick(frozen, whole.layout.frozen, layout.frozen), buffers: pick(buffers, whole.layout.buffers, layout.buffers) };
}

/** Some slices of a flat vector, one behind the other. @param of all of its slices */
function pick(vector: Float32Array, of: readonly Slice[], slices: readonly Slice[]): Float32Array {
  const places = new Map(of.map((slice) => [slice.name, slice]));
  const picked = new Float32Array(slices.reduce((sum, { size }) => sum + size, 0));
  for (const { name, offset, size } of slices) {
    const from = places.get(name)?.offset ?? 0;
    picked.set(vector.subarray(from, from + size), offset);
  }
  return picked;
}

/** The reverse: writes them back into the whole vector. */
export function putBack(into: Float32Array, of: readonly Slice[], slices: readonly Slice[], picked: Float32Array): Float32Array {
  const places = new Map(of.map((slice) => [slice.name, slice]));
  for (const { name, offset, size } of slices) into.set(picked.subarray(offset, offset + size), places.get(name)?.offset ?? 0);
  return into;
}
