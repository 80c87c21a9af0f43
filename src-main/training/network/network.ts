import { LatheError, toLatheError } from "../../base/errors.js";
import { own } from "../../base/own.js";
import type { BlockSpec, LayerSpec, ModelSpec } from "../../contract/model.js";
import { ALL_VALUES, embedding } from "../../layers/embedding.js";
import { layers } from "../../layers/index.js";
import type { BufferSpec, LayerContext, LayerDefinition, ParameterSpec } from "../../layers/layer.js";
import type { Emitter } from "../../onnx/emitter.js";
import { type Shape, type TensorType, type Value, sameShape, showShape } from "../../onnx/types.js";
import { unfoldedLayers } from "../../contract/check-project.js";
import { groupOf, nameSharedBlocks } from "../../contract/group-names.js";
import type { GroupSpec } from "../../contract/groups.js";
import { MOST_LAYERS } from "../../base/limits.js";

/** A layer ready to be lowered: blocks unfolded, inputs named, options checked and complete. */
export interface PlannedLayer {
  /** Unique in the network; inside a block `block1.fc1`. */
  readonly id: string;
  /** Whose parameters it uses: its own id, or the block's where a block's weights are shared. */
  readonly owner: string;
  readonly definition: LayerDefinition;
  readonly config: unknown;
  readonly from: readonly string[];
  /** Among the project's groups of layers. */
  readonly group?: number;
  /** Not trained: its batch norms use their running statistics, and keep them. */
  readonly frozen?: true;
  /** Where its first values come from, in the place of random numbers. */
  readonly pretrained?: PretrainedPlace;
}

/** A layer's place in a block that begins from a source. */
export interface PretrainedPlace {
  readonly source: string;
  /** The layer of the network, or of a block, that is that block: `backbone`. */
  readonly block: string;
  /** The layer inside of it: `block3.expand`. */
  readonly name: string;
}

/** A network: what a project's model section says, with everything resolved. */
export interface NetworkPlan {
  readonly layers: readonly PlannedLayer[];
  readonly outputs: readonly { readonly target: string; readonly from: string }[];
}

/** What lowering asks of whoever holds the weights: flat vectors when training, named tensors in a file when exporting. */
export interface Bindings {
  readonly mode: "train" | "eval";
  parameter(owner: string, spec: ParameterSpec): Value;
  /** As left by the last update. */
  buffer(owner: string, spec: BufferSpec): Value;
  /** buffer ← (1 - share)·buffer + share·value */
  updateBuffer(owner: string, spec: BufferSpec, value: Value, share: number): void;
  uniform(layer: string, shape: Shape): Value;
  batchSize(): Value;
  /** The value, through which no gradient is to flow. */
  stopGradient(value: Value): Value;
}

/** Class counts and widths by target, for `outFeatures: "classes"`. */
export type OutputWidths = ReadonlyMap<string, number>;

/** Inputs that are numbers of tokens, by name, with how many there may be, for `numEmbeddings: "values"`; no size where it is not known yet. */
type Vocabularies = ReadonlyMap<string, { readonly size?: number | undefined }>;

/**
 * Unfolds blocks, resolves `from` and `"classes"`, and completes options with their defaults.
 * @param inputs names of the project's inputs; the first layer reads the only one unless it says which.
 */
export function planNetwork(model: ModelSpec, inputs: readonly string[], widths: OutputWidths, { vocabularies, groups }: PlanDetails = {}): NetworkPlan {
  const refuse = (_layer: string, error: unknown) => {
    throw error;
  };
  return unfoldNetwork(model, inputs, { widths, ...(vocabularies ? { vocabularies } : {}) }, refuse, groups);
}

interface PlanDetails {
  readonly vocabularies?: Vocabularies;
  /** Of layers that learn in their own way. */
  readonly groups?: readonly GroupSpec[] | undefined;
}

/** What the data tell that a project need not say. */
interface DataSizes {
  readonly widths: OutputWidths;
  readonly vocabularies?: Vocabularies;
}

/**
 * As `planNetwork`, for networks that may be wrong.
 * @param refuse hears of each layer that cannot be planned, which is then omitted. What reads it continues naming it.
 */
export function unfoldNetwork(
  model: ModelSpec,
  inputs: readonly string[],
  { widths, vocabularies = new Map() }: DataSizes,
  refuse: (layer: string, error: unknown) => void,
  groups: readonly GroupSpec[] = [],
): NetworkPlan {
  const unfolded = unfoldedLayers(model);
  if (unfolded > MOST_LAYERS && unfolded < Infinity) {
    refuse("", new LatheError("model.layer", `the network has ${unfolded} layers with blocks unfolded, expected at most ${MOST_LAYERS}`));
    return { layers: [], outputs: model.outputs.map(({ target, from }) => ({ target, from })) };
  }
  const planned: PlannedLayer[] = [];
  const resolved = resolveClasses(model, widths);
  const sharedOwners = nameSharedBlocks(model);
  // Of what a layer reads, where that is an input of numbered values.
  const sizeOf = (from: readonly string[], id: string): number | undefined => {
    const [read] = from.flatMap((name) => vocabularies.get(name) ?? []);
    if (read && read.size === undefined)
      throw new LatheError("model.layer", `layer ${id}: how many values it reads is known once the data are`, { unknown: true });
    return read?.size;
  };
  // Where a layer's id leads: to itself, or for a block to the last layer inside.
  const results = new Map<string, string>(inputs.map((name) => [name, name]));

  const attempt = <T>(id: string, make: () => T): T | undefined => {
    try {
      return make();
    } catch (error) {
      refuse(id, error);
      return undefined;
    }
  };
  const unfold = (
    specs: readonly LayerSpec[],
    names: ReadonlyMap<string, string>,
    entry: readonly string[],
    { path, owner, blocks, pretrained }: Surroundings,
  ) => {
    const local = new Map(names);
    let previous = entry;
    for (const spec of specs) {
      const id = path + spec.id;
      // A name unknown in here stays unknown: it must not find a layer outside the block.
      const from = spec.from?.map((name) => local.get(name) ?? path + name) ?? previous;
      if (spec.type === "Block") {
        const name = String(spec["block"]);
        const block = attempt(id, () => blockOf(model, name, id, blocks));
        if (!block) {
          local.set(spec.id, id);
          previous = [id];
          continue;
        }
        const shared = spec["weights"] === "shared";
        const entrances = new Map(block.inputs.map((input, i) => [input, from[i] ?? `${id}.${input}`]));
        const inner = unfold(block.layers, entrances, from, {
          path: `${id}.`,
          owner: shared ? `${sharedOwners.get(name) ?? name}.` : `${owner}${spec.id}.`,
          blocks: [...blocks, name],
          pretrained: block.pretrained === undefined ? pretrained : { source: block.pretrained, block: id },
        });
        const output = block.output === undefined ? inner.last : (inner.names.get(block.output) ?? inner.last);
        local.set(spec.id, output);
        previous = [output];
      } else {
        const layer = attempt(id, () => {
          const definition = layers.get(spec.type);
          const config = layerConfig(definition, spec, resolved.get(spec), () => sizeOf(from, id));
          const place = pretrained && { pretrained: { ...pretrained, name: id.slice(pretrained.block.length + 1) } };
          return { id, owner: owner + spec.id, definition, config, from, ...grouped(groups, owner + spec.id), ...place };
        });
        if (layer) planned.push(layer);
        local.set(spec.id, id);
        previous = [id];
      }
    }
    return { last: previous[0] ?? "", names: local };
  };
  const { names } = unfold(model.layers, results, inputs, { path: "", owner: "", blocks: [] });
  return { layers: planned, outputs: model.outputs.map((o) => ({ target: o.target, from: names.get(o.from) ?? o.from })) };
}

/** Where layers stand that are unfolded. */
interface Surroundings {
  /** What their ids begin with, and what their weights' names do. */
  readonly path: string;
  readonly owner: string;
  /** Around them, from the outside in. */
  readonly blocks: readonly string[];
  readonly pretrained?: Omit<PretrainedPlace, "name"> | undefined;
}

function grouped(groups: readonly GroupSpec[], owner: string): Pick<PlannedLayer, "group" | "frozen"> {
  const group = groupOf(groups, owner);
  if (group === undefined) return {};
  return { group, ...(groups[group]?.frozen === true ? { frozen: true } : {}) };
}

function blockOf(model: ModelSpec, name: string, id: string, around: readonly string[]): BlockSpec {
  const block = own(model.blocks ?? {}, name);
  if (!block) throw new LatheError("model.layer", `layer ${id}: there is no block ${name}`);
  if (around.includes(name)) throw new LatheError("model.layer", `block ${name} contains itself, by way of ${id}`);
  return block;
}

/** `"classes"` means the width of the output that the layer leads to: of the layer itself, or the only target's. */
function resolveClasses(model: ModelSpec, widths: OutputWidths): ReadonlyMap<LayerSpec, number> {
  const resolved = new Map<LayerSpec, number>();
  const only = widths.size === 1 ? [...widths.values()][0] : undefined;
  for (const layer of model.layers) {
    const output = model.outputs.find((o) => o.from === layer.id);
    const width = (output && widths.get(output.target)) ?? only;
    if (width !== undefined) resolved.set(layer, width);
  }
  // What a layer inside a block is called says nothing of outputs, which name layers of the network.
  for (const layer of Object.values(model.blocks ?? {}).flatMap((b) => b.layers)) if (only !== undefined) resolved.set(layer, only);
  return resolved;
}

function layerConfig(definition: LayerDefinition, spec: LayerSpec, classes: number | undefined, values: () => number | undefined): unknown {
  const { id, type: _type, from: _from, ...options } = spec;
  const numbered = Object.fromEntries(
    Object.entries(options).map(([key, value]) => {
      if (definition === embedding && value === ALL_VALUES) return [key, values() ?? value];
      if (value !== "classes") return [key, value];
      if (classes === undefined)
        throw new LatheError("model.layer", `layer ${id}: "classes" is clear only for the layer that an output names; write the number`, { classes: true });
      return [key, classes];
    }),
  );
  return definition.config.parse(numbered);
}

/** What each layer made, by id: for outputs, and for the diagnosis. */
export type Activations = ReadonlyMap<string, Value>;

/**
 * Writes the network into a graph.
 * @param inputs encoded inputs by name, `[N, width]`.
 * @throws LatheError `model.layer` naming the layer, its type and what it got.
 */
export function lowerNetwork(e: Emitter, plan: NetworkPlan, inputs: ReadonlyMap<string, Value>, bindings: Bindings): Activations {
  const results = new Map<string, Value>(inputs);
  for (const layer of plan.layers) {
    const operands = layer.from.map((name) => {
      const value = results.get(name);
      if (!value) throw new LatheError("model.layer", `layer ${layer.id} reads ${name}, which comes later or does not exist`);
      return value;
    });
    results.set(layer.id, lowerLayer(e, layer, operands, bindings));
  }
  return results;
}

/** One layer of a network. @throws as `lowerNetwork` */
export function lowerLayer(e: Emitter, layer: PlannedLayer, operands: readonly Value[], bindings: Bindings): Value {
  const { definition, config, id, owner } = layer;
  const fail = (expected: string): never => {
    throw new LatheError("model.layer", `layer ${id} (${definition.type}) got ${operands.map((v) => showShape(v.shape)).join(", ")}: ${expected}`, {
      layer: id,
    });
  };
  const [least, most] = definition.arity ?? [1, 1];
  if (operands.length < least || operands.length > most)
    fail(
      `expected ${least === most ? least : most === Infinity ? `${least} or more` : `${least} to ${most}`} input${most === 1 ? "" : "s"}, ` +
        `got ${operands.length}`,
    );
  const [input] = operands;
  if (!input) return fail("expected an input");
  const types: readonly TensorType[] = operands;
  try {
    const parameters = new Map((definition.parameters?.(config, types) ?? []).map((spec) => [spec.name, spec]));
    const bufferSpecs = new Map((definition.buffers?.(config, types) ?? []).map((spec) => [spec.name, spec]));
    const specOf = <T>(specs: ReadonlyMap<string, T>, name: string): T => {
      const spec = specs.get(name);
      if (!spec) throw new LatheError("internal", `${definition.type} has no tensor ${name}`);
      return spec;
    };
    const fitting = (spec: ParameterSpec | BufferSpec, value: Value): Value => {
      if (sameShape(value.shape, spec.shape)) return value;
      return fail(
        `its ${spec.name} would be ${showShape(spec.shape)}, but it shares one of ${showShape(value.shape)}; give all that share inputs of one shape, ` +
          `or set weights to "own"`,
      );
    };
    let drawn = 0;
    const context: LayerContext<unknown> = {
      e,
      config,
      inputs: operands,
      input,
      // Dropout is no weight: it drops as in any other layer.
      mode: layer.frozen && bufferSpecs.size > 0 ? "eval" : bindings.mode,
      fail,
      parameter: (name) => fitting(specOf(parameters, name), bindings.parameter(owner, specOf(parameters, name))),
      buffer: (name) => fitting(specOf(bufferSpecs, name), bindings.buffer(owner, specOf(bufferSpecs, name))),
      updateBuffer: (name, value, share = 1) => bindings.updateBuffer(owner, specOf(bufferSpecs, name), value, share),
      // A layer of several dropouts draws for each.
      uniform: (shape) => bindings.uniform(drawn++ === 0 ? id : `${id} ${drawn}`, shape),
      batchSize: () => bindings.batchSize(),
      stopGradient: (value) => bindings.stopGradient(value),
    };
    return e.graph.scope(id, () => definition.lower(context));
  } catch (thrown) {
    const error = toLatheError(thrown);
    if (error.code === "model.layer" || error.code === "internal") throw error;
    throw new LatheError("model.layer", `layer ${id} (${definition.type}): ${error.message}`, { layer: id }, { cause: error });
  }
}
