import { defined } from "../base/assert.js";
import type { Emitter } from "../onnx/emitter.js";
import type { Shape, Value } from "../onnx/types.js";
import type { Layout, Slice } from "./layout.js";
import type { Bindings } from "./network.js";
import { names } from "./specification.js";

/** The weights of a network as pieces of two flat vectors, and its randomness as graph inputs. */
export interface FlatBindings extends Bindings {
  /** Each parameter in its own shape, in the layout's order. */
  readonly pieces: readonly Value[];
  /** The whole vector `[P]`. */
  readonly parameters: Value;
  /** All buffers after this step, `[B]`; undefined where there are none. */
  nextBuffers(): Value | undefined;
}

/**
 * @param batchSize gives N of this step, shape [1]; asked for only where a layer needs it.
 */
export function bindFlat(e: Emitter, layout: Layout, mode: "train" | "eval", batchSize: () => Value): FlatBindings {
  const parameters = e.graph.input(names.parameters, "float32", [layout.parameterCount]);
  const pieces = cut(e, parameters, layout.parameters);
  const pieceOf = new Map(layout.parameters.map((slice, i) => [slice.name, defined(pieces[i], slice.name)]));
  const buffers = layout.bufferCount > 0 ? e.graph.input(names.buffers, "float32", [layout.bufferCount]) : undefined;
  const bufferPieces = buffers ? cut(e, buffers, layout.buffers) : [];
  const current = new Map(layout.buffers.map((slice, i) => [slice.name, defined(bufferPieces[i], slice.name)]));
  return {
    mode, parameters, pieces, batchSize,
    parameter: (owner, { name }) => defined(pieceOf.get(`${owner}.${name}`), `parameter ${owner}.${name}`),
    buffer: (owner, { name }) => defined(current.get(`${owner}.${name}`), `buffer ${owner}.${name}`),
    updateBuffer: (owner, { name }, value) => void current.set(`${owner}.${name}`, value),
    uniform: (layer, shape: Shape) => e.graph.input(names.uniform(layer), "float32", ["N", ...shape.slice(1)]),
    nextBuffers: () => (buffers ? flatten(e, layout.buffers.map((slice) => defined(current.get(slice.name), slice.name))) : undefined),
  };
}

/** A flat vector's pieces, each in its own shape. */
export function cut(e: Emitter, vector: Value, slices: readonly Slice[]): readonly Value[] {
  const parts = slices.length === 1 ? [vector] : e.split(vector, slices.map((s) => s.size), 0);
  return slices.map((slice, i) => {
    const part = defined(parts[i], slice.name);
    return slice.shape.length === 1 ? part : e.reshape(part, slice.shape);
  });
}

/** The reverse of `cut`. */
export function flatten(e: Emitter, pieces: readonly Value[]): Value {
  const flat = pieces.map((piece) => (piece.shape.length === 1 ? piece : e.reshape(piece, [-1])));
  return flat.length === 1 ? defined(flat[0], "a piece") : e.concat(flat, 0);
}
