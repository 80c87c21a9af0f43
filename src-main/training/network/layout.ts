import { defined } from "../../base/assert.js";
import { Random } from "../../base/random.js";
import { initializers } from "../../layers/init/index.js";
import type { InitializerConfig } from "../../layers/layer.js";
import type { Emitter } from "../../onnx/emitter.js";
import { createEmitter } from "../../ops/index.js";
import { isStatic, sizeOf, type TensorType, type Value } from "../../onnx/types.js";
import type { GroupSpec } from "../../contract/groups.js";
import { type Bindings, type NetworkPlan, lowerNetwork } from "./network.js";

/** One tensor's place in a flat vector. */
export interface Slice {
  /** `fc1.weight` */
  readonly name: string;
  /** The layer (or shared block's layer) it belongs to. */
  readonly owner: string;
  readonly shape: readonly number[];
  readonly offset: number;
  readonly size: number;
}

export interface ParameterSlice extends Slice {
  readonly init: InitializerConfig;
  readonly zeroRow?: number;
}

export interface BufferSlice extends Slice {
  readonly fill: number;
}

/** A stretch of the vector that is trained, whose numbers learn alike. */
export interface OptimizedSlice {
  readonly offset: number;
  readonly size: number;
  /** What the learning rate is multiplied by. */
  readonly lr: number;
  /** Undefined: the optimizer's. */
  readonly weightDecay?: number;
}

/**
 * Where every parameter and buffer lives in the flat vectors. Each is in the order the network first uses them; but what is trained is by groups: what is in
 * none, what losses learn, then a project's groups, each in one piece.
 */
export interface Layout {
  /** What is trained: the network's parameters, and the numbers that losses learn, which are no part of the network. */
  readonly parameters: readonly ParameterSlice[];
  /** Length of the vector that is trained. */
  readonly trainedCount: number;
  /** The vector that is trained, cut where the optimizer's options change; one where they do not. */
  readonly optimized: readonly OptimizedSlice[];
  /** Parameters that are not trained, in a vector of their own. */
  readonly frozen: readonly ParameterSlice[];
  readonly frozenCount: number;
  /** Of the network, trained or frozen. */
  readonly parameterCount: number;
  readonly buffers: readonly BufferSlice[];
  readonly bufferCount: number;
  /** Output type of every layer, by id; `"N"` is the batch. */
  readonly types: ReadonlyMap<string, TensorType>;
  /** Where randomness is needed while training: by layer, numbers a sample. */
  readonly uniforms: readonly { readonly layer: string; readonly shape: readonly number[] }[];
  /** Numbers that a sample takes. */
  readonly held: HeldNumbers;
}

export interface HeldNumbers {
  /** Of all inputs, and of what is drawn. */
  readonly read: number;
  /** Of what all layers give, and of the one that gives most. */
  readonly given: number;
  readonly widest: number;
  /** Of what layers hold inside, all together, and of the one that holds most. */
  readonly inside: number;
  readonly deepest: number;
}

/** What of a project's training decides where parameters lie. */
export interface LaidTraining {
  readonly groups?: readonly Pick<GroupSpec, "lr" | "weightDecay">[] | undefined;
  /** Targets for whose losses a number is learned. */
  readonly learnedLosses?: readonly string[];
}

/** The name of the number that is learned for a target's loss: log σ². Names of layers have no blanks. */
export function learnedName(target: string): string {
  return `${lossOwner(target)}.logVariance`;
}

/** What owns that number, in the place of a layer. */
export function lossOwner(target: string): string {
  return `loss of ${target}`;
}

/** Lowers the network once, in training mode, only to see what it needs. @param inputs encoded inputs by name with their types. */
export function layOut(plan: NetworkPlan, inputs: ReadonlyMap<string, TensorType>, training: LaidTraining = {}): Layout {
  const recorder = recordLayout();
  const encoded = new Map([...inputs].map(([name, type]) => [name, recorder.input(name, type)]));
  const types = lowerNetwork(recorder.e, plan, encoded, recorder.bindings);
  const found = recorder.found();
  return { ...found, types, ...arrange(plan, found.parameters, training), held: heldBy(plan, { types, uniforms: found.uniforms }, inputs) };
}

/** @param parameters of the network, in the order of their first use */
function arrange(plan: NetworkPlan, parameters: readonly ParameterSlice[], { groups = [], learnedLosses = [] }: LaidTraining) {
  const owners = new Map(plan.layers.map(({ owner, group, frozen }) => [owner, { group, frozen }]));
  const of = (group: number | undefined) => parameters.filter(({ owner }) => owners.get(owner)?.frozen !== true && owners.get(owner)?.group === group);
  const learned = learnedLosses.map((target) => {
    const init = { type: "zeros" };
    return { name: learnedName(target), owner: lossOwner(target), shape: [1], offset: 0, size: 1, init };
  });
  const stretches = [
    { slices: of(undefined), lr: 1 },
    // A variance is nothing to pull towards 1.
    { slices: learned, lr: 1, weightDecay: 0 },
    ...groups.map(({ lr = 1, weightDecay }, i) => ({ slices: of(i), lr, ...(weightDecay === undefined ? {} : { weightDecay }) })),
  ].filter(({ slices }) => slices.length > 0);
  let offset = 0;
  const optimized = stretches.map(({ slices, ...options }) => {
    const size = sizeOfAll(slices);
    offset += size;
    return { offset: offset - size, size, ...options };
  });
  const frozen = placed(parameters.filter(({ owner }) => owners.get(owner)?.frozen === true));
  return {
    parameters: placed(stretches.flatMap(({ slices }) => slices)),
    trainedCount: offset,
    optimized,
    frozen,
    frozenCount: sizeOfAll(frozen),
    parameterCount: sizeOfAll(parameters),
  };
}

/** One behind the other. */
function placed<T extends Slice>(slices: readonly T[]): readonly T[] {
  let offset = 0;
  return slices.map((slice) => {
    offset += slice.size;
    return { ...slice, offset: offset - slice.size };
  });
}

function sizeOfAll(slices: readonly Slice[]): number {
  return slices.reduce((sum, { size }) => sum + size, 0);
}

function heldBy(plan: NetworkPlan, { types, uniforms }: Pick<Layout, "types" | "uniforms">, inputs: ReadonlyMap<string, TensorType>): Layout["held"] {
  const typeOf = (name: string) => defined(types.get(name), name);
  const numbersOf = ({ shape }: TensorType) => (isStatic(shape.slice(1)) ? sizeOf(shape.slice(1)) : 0);
  const sum = (numbers: readonly number[]) => numbers.reduce((total, n) => total + n, 0);
  const most = (numbers: readonly number[]) => numbers.reduce((largest, n) => Math.max(largest, n), 0);
  const given = plan.layers.map(({ id }) => numbersOf(typeOf(id)));
  const inside = plan.layers.map(({ definition, config, from }) => definition.held?.(config, from.map(typeOf)) ?? 0);
  const read = [...[...inputs.values()].map(numbersOf), ...uniforms.map(({ shape }) => sizeOf(shape))];
  return { read: sum(read), given: sum(given), widest: most(given), inside: sum(inside), deepest: most(inside) };
}

/** Sees what layers need while they are lowered. */
export interface LayoutRecorder {
  readonly e: Emitter;
  readonly bindings: Bindings;
  input(name: string, type: TensorType): Value;
  /** What was needed until now, parameters in the order of their first use. */
  found(): Pick<Layout, "parameters" | "buffers" | "bufferCount" | "uniforms">;
}

export function recordLayout(): LayoutRecorder {
  const e = createEmitter();
  const parameters = new Map<string, ParameterSlice>();
  const buffers = new Map<string, BufferSlice>();
  const uniforms: { layer: string; shape: readonly number[] }[] = [];
  const values = new Map<string, Value>();
  const declare = (name: string, shape: readonly number[]) => {
    const known = values.get(name);
    if (known) return known;
    const value = e.graph.input(name, "float32", shape);
    values.set(name, value);
    return value;
  };
  const end = (slices: ReadonlyMap<string, Slice>) => [...slices.values()].reduce((sum, s) => sum + s.size, 0);
  const place = (owner: string, name: string, shape: readonly number[], slices: ReadonlyMap<string, Slice>): Slice => ({
    name: `${owner}.${name}`,
    owner,
    shape,
    offset: end(slices),
    size: sizeOf(shape),
  });
  const bindings: Bindings = {
    mode: "train",
    parameter: (owner, { name, shape, init, zeroRow }) => {
      const full = `${owner}.${name}`;
      if (!parameters.has(full)) parameters.set(full, { ...place(owner, name, shape, parameters), init, ...(zeroRow !== undefined && { zeroRow }) });
      return declare(`parameter ${full}`, shape);
    },
    buffer: (owner, { name, shape, fill }) => {
      const full = `${owner}.${name}`;
      if (!buffers.has(full)) buffers.set(full, { ...place(owner, name, shape, buffers), fill });
      return declare(`buffer ${full}`, shape);
    },
    updateBuffer: () => undefined,
    uniform: (layer, shape) => {
      const perSample = shape.slice(1).map(Number);
      uniforms.push({ layer, shape: perSample });
      return e.graph.input(`uniform ${layer}`, "float32", ["N", ...perSample]);
    },
    batchSize: () => declare("batch size", [1]),
    stopGradient: (value) => value,
  };
  return {
    e,
    bindings,
    input: (name, { dtype, shape }) => e.graph.input(`input ${name}`, dtype, shape),
    found: () => ({ parameters: [...parameters.values()], buffers: [...buffers.values()], bufferCount: end(buffers), uniforms }),
  };
}

/** What parameters and buffers begin as in the place of what their layers say, by name (`fc1.weight`), each as long as its slice. */
export type FirstValues = ReadonlyMap<string, Float32Array>;

/**
 * First values of parameters, each drawn from its own stream: adding a layer, or freezing one, does not change the others.
 * @param slices of a whole vector @param first of those that are not drawn
 */
export function initialParameters(slices: readonly ParameterSlice[], seed: number, first: FirstValues = new Map()): Float32Array {
  const vector = new Float32Array(sizeOfAll(slices));
  for (const p of slices) {
    const given = first.get(p.name);
    if (given) {
      vector.set(given, p.offset);
      continue;
    }
    const initializer = initializers.get(p.init.type);
    vector.set(initializer.fill(p.shape, initializer.config.parse(p.init), new Random(seed, "init", p.name)), p.offset);
    if (p.zeroRow !== undefined) {
      const width = p.size / (p.shape[0] ?? 1);
      vector.fill(0, p.offset + p.zeroRow * width, p.offset + (p.zeroRow + 1) * width);
    }
  }
  return vector;
}

export function initialBuffers(layout: Layout, first: FirstValues = new Map()): Float32Array {
  const vector = new Float32Array(layout.bufferCount);
  for (const b of layout.buffers) vector.set(first.get(b.name) ?? new Float32Array(b.size).fill(b.fill), b.offset);
  return vector;
}
