import { defined } from "../../base/assert.js";
import { type TensorType, isStatic, sizeOf } from "../../onnx/types.js";
import type { Layout } from "./layout.js";
import type { NetworkPlan, PlannedLayer } from "./network.js";

/** The beginning of a network, as far as some of its layers. */
export interface NetworkPrefix {
  /** Reads inputs alone. Its outputs are the layers of `kept`. */
  readonly prefix: NetworkPlan;
  /** Inputs that it reads. */
  readonly reads: readonly string[];
  /** What is asked of it: layers by id with their types, `[N, …]` of float32. */
  readonly kept: ReadonlyMap<string, TensorType>;
  /** Numbers that a sample has in `kept`. */
  readonly numbers: number;
}

/**
 * A network in two: what gives the same numbers for the same sample however long is trained, since nothing in it learns, draws or looks at other samples, and
 * what is left to train. Kept is what the rest, or an output of the network, reads of it.
 */
export interface FrozenPrefix extends NetworkPrefix {
  /** Reads inputs and layers of `kept`. */
  readonly rest: NetworkPlan;
  /** Inputs that only the prefix reads. */
  readonly spared: readonly string[];
}

/** What is known of a network that has been laid out. */
type LaidOut = Pick<Layout, "types" | "parameters" | "frozen" | "buffers" | "uniforms">;

/** Numbers of a sample that are few enough to be kept whatever they come from; of pictures never more are kept than they have. */
const FEW = 1024;

/**
 * Splits off the frozen beginning of a network: as many layers as can be computed once and for all. Of those at its end without weights only as many as make
 * what is kept smaller: a global pooling, but no upsampling.
 * @param inputs encoded, by name with their types
 * @returns undefined where nothing is worth keeping: no layer with weights is frozen in front of what learns, or a sample would have more numbers there than
 * the pictures that they come from.
 */
export function splitFrozenPrefix(plan: NetworkPlan, layout: LaidOut, inputs: ReadonlyMap<string, TensorType>): FrozenPrefix | undefined {
  const holding = new Set(layout.frozen.map(({ owner }) => owner));
  const split = splitAt(plan, narrowest(plan, layout, inputs, holding), layout, inputs);
  const learning = new Set(layout.parameters.map(({ owner }) => owner));
  if (!split.prefix.layers.some(({ owner }) => holding.has(owner)) || !split.rest.layers.some(({ owner }) => learning.has(owner))) return undefined;
  const read = split.reads.map((name) => defined(inputs.get(name), name));
  const most = read.reduce((sum, { shape }) => sum + sizeOf(shape.slice(1)), 0);
  const pictures = read.some(({ shape }) => shape.length === 4);
  return split.numbers <= (pictures ? most : Math.max(most, FEW)) ? split : undefined;
}

/** The layers that are computed beforehand. @param holding owners of frozen weights: they are worth it in any case */
function narrowest(plan: NetworkPlan, layout: LaidOut, inputs: ReadonlyMap<string, TensorType>, holding: ReadonlySet<string>): ReadonlySet<string> {
  const numbersAt = (members: ReadonlySet<string>) =>
    crossing(plan, members).reduce((sum, id) => sum + sizeOf(defined(layout.types.get(id), id).shape.slice(1)), 0);
  let members = leading(plan, layout, inputs);
  let best = { members, numbers: numbersAt(members) };
  const staying = new Set<string>();
  for (;;) {
    const last = plan.layers.findLast(({ id, owner }) => members.has(id) && !staying.has(id) && !holding.has(owner) && isLast(plan, members, id));
    if (!last) return best.members;
    const fewer = new Set([...members].filter((id) => id !== last.id));
    const numbers = numbersAt(fewer);
    if (numbers > numbersAt(members)) {
      staying.add(last.id);
      continue;
    }
    members = fewer;
    if (numbers < best.numbers) best = { members, numbers };
  }
}

/** All layers that lead from inputs to others of the kind, and always give the same. */
function leading(plan: NetworkPlan, { types, parameters, buffers, uniforms }: LaidOut, inputs: ReadonlyMap<string, TensorType>): ReadonlySet<string> {
  const learning = new Set(parameters.map(({ owner }) => owner));
  const counting = new Set(buffers.map(({ owner }) => owner));
  // A layer of several dropouts has further names after its own.
  const drawing = new Set(uniforms.map(({ layer }) => layer.split(" ")[0]));
  const stays = ({ id, owner, definition, frozen }: PlannedLayer): boolean => {
    // Frozen, a batch norm uses its running statistics; one that has none would still look at the batch.
    const settled = counting.has(owner) ? frozen === true : definition.needsBatch !== true;
    const { dtype, shape } = defined(types.get(id), id);
    return settled && !learning.has(owner) && !drawing.has(id) && dtype === "float32" && shape[0] === "N" && isStatic(shape.slice(1));
  };
  const found = new Set<string>();
  for (const layer of plan.layers) if (stays(layer) && layer.from.every((name) => inputs.has(name) || found.has(name))) found.add(layer.id);
  return found;
}

/** Whether no other member reads a member. */
function isLast({ layers }: NetworkPlan, members: ReadonlySet<string>, id: string): boolean {
  return !layers.some((layer) => members.has(layer.id) && layer.from.includes(id));
}

/** Members that others, or outputs, read. */
function crossing({ layers, outputs }: NetworkPlan, members: ReadonlySet<string>): readonly string[] {
  const read = new Set([...outputs, ...layers.filter(({ id }) => !members.has(id))].flatMap(({ from }) => from));
  return layers.flatMap(({ id }) => (members.has(id) && read.has(id) ? [id] : []));
}

function splitAt(plan: NetworkPlan, members: ReadonlySet<string>, { types }: LaidOut, inputs: ReadonlyMap<string, TensorType>): FrozenPrefix {
  const beginning = prefixUpTo(plan, crossing(plan, members), types, inputs);
  // Members that lead nowhere are in neither: nobody asks for them.
  const rest = { layers: plan.layers.filter(({ id }) => !members.has(id)), outputs: plan.outputs };
  const readOn = new Set([...rest.layers, ...rest.outputs].flatMap(({ from }) => from));
  return { ...beginning, rest, spared: beginning.reads.filter((name) => !readOn.has(name)) };
}

/** As much of a network as it takes to compute some of its layers. @param ids of these layers */
export function prefixUpTo(
  plan: NetworkPlan,
  ids: readonly string[],
  types: ReadonlyMap<string, TensorType>,
  inputs: ReadonlyMap<string, TensorType>,
): NetworkPrefix {
  const kept = new Map(ids.map((id) => [id, defined(types.get(id), id)]));
  const needed = new Set(ids);
  for (const { id, from } of plan.layers.toReversed()) if (needed.has(id)) for (const name of from) needed.add(name);
  return {
    prefix: { layers: plan.layers.filter(({ id }) => needed.has(id)), outputs: ids.map((id) => ({ target: id, from: id })) },
    reads: [...inputs.keys()].filter((name) => needed.has(name)),
    kept,
    numbers: [...kept.values()].reduce((sum, { shape }) => sum + sizeOf(shape.slice(1)), 0),
  };
}
