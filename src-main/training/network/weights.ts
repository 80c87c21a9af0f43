import type { Tensors } from "../../engines/engine.js";
import { partsOf } from "./flat-bindings.js";
import type { Layout, Slice } from "./layout.js";
import { type TrainingSpec, names } from "./specification.js";

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

/** Weights as a graph is fed them: the same memory. @param inParts as `bindFlat` has it */
export function weightTensors(layout: Layout, { parameters, frozen, buffers }: Weights, inParts: boolean): Tensors {
  const whole = (name: string, vector: Float32Array): Tensors =>
    vector.length > 0 ? { [name]: { dtype: "float32", dims: [vector.length], data: vector } } : {};
  return {
    ...(inParts ? partTensors(layout.parameters, parameters, names.part) : whole(names.parameters, parameters)),
    ...(inParts ? partTensors(layout.frozen, frozen, names.part) : whole(names.frozen, frozen)),
    ...whole(names.buffers, buffers),
  };
}

/** Parts of a flat vector as tensors. @param nameOf what each is called in a graph */
export function partTensors(slices: readonly Slice[], vector: Float32Array, nameOf: (part: string) => string): Tensors {
  return Object.fromEntries(
    partsOf(slices).map(({ name, offset, size, shape }) => [
      nameOf(name),
      { dtype: "float32" as const, dims: shape, data: vector.subarray(offset, offset + size) },
    ]),
  );
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
