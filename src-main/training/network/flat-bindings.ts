import { defined } from "../../base/assert.js";
import type { Emitter } from "../../onnx/emitter.js";
import { type Shape, type Value, tensor } from "../../onnx/types.js";
import { type Layout, type Slice, learnedName } from "./layout.js";
import type { Bindings } from "./network.js";
import { names } from "./specification.js";

/** The weights of a network as pieces of flat vectors, and its randomness as graph inputs. */
export interface FlatBindings extends Bindings {
  /** Each parameter that is trained in its own shape, in the layout's order. */
  readonly pieces: readonly Value[];
  /** The number that is learned for a target's loss, `[1]`. */
  learned(target: string): Value;
  /** The whole vector that is trained, `[P]`; undefined where its parts are inputs of their own. */
  readonly parameters: Value | undefined;
  /** Values through which no gradient flows, as the layers said so far. */
  readonly stopped: readonly Value[];
  /** All buffers after this step, `[B]`; undefined where there are none. */
  nextBuffers(): Value | undefined;
}

/**
 * @param batchSize gives N of this step, shape [1]; asked for only where a layer needs it.
 * @param inParts whether the vectors of weights are inputs in `partsOf` each, not as wholes
 */
export function bindFlat(e: Emitter, layout: Layout, mode: "train" | "eval", batchSize: () => Value, inParts = false): FlatBindings {
  const parameters = inParts ? undefined : e.graph.input(names.parameters, "float32", [layout.trainedCount]);
  const pieces = parameters ? cut(e, parameters, layout.parameters) : inputsOf(e, layout.parameters);
  const wholeFrozen = () => cut(e, e.graph.input(names.frozen, "float32", [layout.frozenCount]), layout.frozen);
  const frozen = layout.frozenCount === 0 ? [] : inParts ? inputsOf(e, layout.frozen) : wholeFrozen();
  const all = [...pieces, ...frozen];
  const pieceOf = new Map([...layout.parameters, ...layout.frozen].map((slice, i) => [slice.name, defined(all[i], slice.name)]));
  const buffers = layout.bufferCount > 0 ? e.graph.input(names.buffers, "float32", [layout.bufferCount]) : undefined;
  const bufferPieces = buffers ? cut(e, buffers, layout.buffers) : [];
  const state = new BufferState(e, layout, buffers, bufferPieces);
  const stopped: Value[] = [];
  return {
    mode,
    parameters,
    pieces,
    stopped,
    batchSize,
    learned: (target) => defined(pieceOf.get(learnedName(target)), learnedName(target)),
    parameter: (owner, { name }) => defined(pieceOf.get(`${owner}.${name}`), `parameter ${owner}.${name}`),
    buffer: (owner, { name }) => state.current(`${owner}.${name}`),
    updateBuffer: (owner, { name }, value, share) => state.update(`${owner}.${name}`, value, share),
    uniform: (layer, shape: Shape) => e.graph.input(names.uniform(layer), "float32", [typeof shape[0] === "string" ? shape[0] : "N", ...shape.slice(1)]),
    stopGradient: (value) => {
      stopped.push(value);
      return value;
    },
    nextBuffers: () => state.next(),
  };
}

/**
 * Buffers while a graph is written. Running statistics are all blended at once, next = all + share ∘ (new - all), in three nodes whatever the number of layers;
 * only a buffer that is read again after an update (a shared block's) is blended by itself.
 */
class BufferState {
  readonly #e: Emitter;
  readonly #layout: Layout;
  readonly #all: Value | undefined;
  readonly #values: Map<string, Value>;
  readonly #pending = new Map<string, { readonly value: Value; readonly share: number }>();
  #blendedAlone = false;

  constructor(e: Emitter, layout: Layout, all: Value | undefined, pieces: readonly Value[]) {
    this.#e = e;
    this.#layout = layout;
    this.#all = all;
    this.#values = new Map(layout.buffers.map((slice, i) => [slice.name, defined(pieces[i], slice.name)]));
  }

  current(name: string): Value {
    const value = defined(this.#values.get(name), `buffer ${name}`);
    const pending = this.#pending.get(name);
    if (!pending) return value;
    const blended = this.#e.add(value, this.#e.scale(this.#e.sub(pending.value, value), pending.share));
    this.#pending.delete(name);
    this.#replace(name, blended);
    return blended;
  }

  update(name: string, value: Value, share: number): void {
    if (share === 1) {
      this.#pending.delete(name);
      this.#replace(name, value);
    } else {
      this.current(name);
      this.#pending.set(name, { value, share });
    }
  }

  next(): Value | undefined {
    if (!this.#all) return undefined;
    const slices = this.#layout.buffers;
    if (this.#blendedAlone)
      return flatten(
        this.#e,
        slices.map(({ name }) => this.current(name)),
      );
    if (this.#pending.size === 0) return this.#all;
    const fresh = flatten(
      this.#e,
      slices.map(({ name }) => this.#pending.get(name)?.value ?? defined(this.#values.get(name), name)),
    );
    const shares = this.#e.constant(
      tensor(
        "float32",
        slices.flatMap(({ name, size }) => new Array<number>(size).fill(this.#pending.get(name)?.share ?? 0)),
      ),
    );
    return this.#e.add(this.#all, this.#e.mul(this.#e.sub(fresh, this.#all), shares));
  }

  #replace(name: string, value: Value): void {
    this.#values.set(name, value);
    this.#blendedAlone = true;
  }
}

/** Neighbours in a flat vector that are one input of a graph. */
export interface Part {
  readonly name: string;
  readonly offset: number;
  readonly size: number;
  readonly shape: readonly number[];
  readonly slices: readonly Slice[];
}

/**
 * Floats of a tensor from which it is fed and its gradient fetched by itself. To copy both out of and into a larger one costs as much at about that size: from
 * 2,048 to 65,536 steps take the same to within some percent, where all tensors go by themselves up to a quarter longer.
 */
const BY_ITSELF = 16384;

/** Where weights are inputs of a step's graph: each larger one in its own shape, smaller neighbours together, `[n]`. */
export function partsOf(slices: readonly Slice[]): readonly Part[] {
  const runs = slices.reduce<Slice[][]>((all, slice) => {
    const last = all.at(-1);
    const joins = last?.[0] !== undefined && slice.size < BY_ITSELF && last[0].size < BY_ITSELF;
    return joins ? [...all.slice(0, -1), [...last, slice]] : [...all, [slice]];
  }, []);
  return runs.map((run) => {
    const first = defined(run[0], "a slice");
    const size = run.reduce((sum, slice) => sum + slice.size, 0);
    return { name: first.name, offset: first.offset, size, shape: run.length === 1 ? first.shape : [size], slices: run };
  });
}

function inputsOf(e: Emitter, slices: readonly Slice[]): readonly Value[] {
  return partsOf(slices).flatMap((part) => {
    const input = e.graph.input(names.part(part.name), "float32", part.shape);
    return part.slices.length === 1 ? [input] : cut(e, input, part.slices);
  });
}

/** A flat vector's pieces, each in its own shape. */
export function cut(e: Emitter, vector: Value, slices: readonly Slice[]): readonly Value[] {
  const parts =
    slices.length === 1
      ? [vector]
      : e.split(
          vector,
          slices.map((s) => s.size),
          0,
        );
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
