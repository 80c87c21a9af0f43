import { LatheError, toLatheError } from "../../base/errors.js";
import type { ModelSpec } from "../../contract/model.js";
import type { NetworkFault } from "../../contract/model-views.js";
import { type Problem, showPath } from "../../contract/problems.js";
import { type PretrainedSource, type PretrainedTensor, openPretrained } from "../../pretrained/index.js";
import { sameShape, showShape } from "../../onnx/types.js";
import type { FirstValues, Slice } from "./layout.js";
import type { NetworkPlan, PlannedLayer } from "./network.js";

/** By name, as blocks name them. */
export type PretrainedSources = ReadonlyMap<string, PretrainedSource>;

/** Where a project's blocks begin from. */
export interface OpenedSources {
  readonly sources: PretrainedSources;
  /** Of those that cannot be opened, at their place in the file. */
  readonly problems: readonly (Problem & { readonly block: string })[];
  /** The first of them. */
  readonly error?: LatheError;
}

/** Opens what a network's blocks name. @param folder the project's */
export function openSources({ blocks = {} }: Pick<ModelSpec, "blocks">, folder: string): OpenedSources {
  const sources = new Map<string, PretrainedSource>();
  const problems: (Problem & { readonly block: string })[] = [];
  let error: LatheError | undefined;
  for (const [block, { pretrained }] of Object.entries(blocks)) {
    if (pretrained === undefined) continue;
    try {
      sources.set(pretrained, sources.get(pretrained) ?? openPretrained(pretrained, folder));
    } catch (thrown) {
      const { code, message, details } = toLatheError(thrown);
      const path = showPath(["model", "blocks", block, "pretrained"]);
      problems.push({ path, message, block });
      error ??= new LatheError(code, `${path}: ${message}`, details, { cause: thrown });
    }
  }
  return { sources, problems, ...(error ? { error } : {}) };
}

/** What of a network begins from sources. */
export interface PretrainedStart {
  /** By the full name of a parameter or buffer: `backbone.stem.weight`. */
  readonly found: ReadonlyMap<string, PretrainedTensor>;
  /** Layers that do not, though they stand in a block that does: a warning each, or where a block has nothing from its source, one error. */
  readonly faults: readonly NetworkFault[];
  /** By block, in words. */
  readonly told: readonly string[];
}

/** A count of batches, which nobody reads where a batch norm has a momentum; files often omit it, and it begins at 0 anyway. */
const COUNTER = "numBatchesTracked";

/**
 * Finds what of a network's parameters and buffers has first values in the sources that its blocks name: those with a tensor of the same name and shape.
 * @param slices all parameters and buffers of the network
 */
export function matchPretrained(
  { layers }: Pick<NetworkPlan, "layers">,
  slices: readonly Pick<Slice, "name" | "owner" | "shape">[],
  sources: PretrainedSources,
): PretrainedStart {
  const found = new Map<string, PretrainedTensor>();
  const blocks = new Map<string, { readonly source: PretrainedSource; taken: number; all: number; readonly misses: NetworkFault[] }>();
  const seen = new Set<string>();
  const owned = new Map<string, (typeof slices)[number][]>();
  for (const slice of slices) owned.set(slice.owner, [...(owned.get(slice.owner) ?? []), slice]);
  for (const layer of layers) {
    const { owner, pretrained } = layer;
    const source = pretrained && sources.get(pretrained.source);
    // Uses of a shared block are one: the first that names a source counts.
    if (!source || seen.has(owner)) continue;
    seen.add(owner);
    const block = blocks.get(pretrained.block) ?? { source, taken: 0, all: 0, misses: [] };
    blocks.set(pretrained.block, block);
    const misses: string[] = [];
    for (const { name, shape } of owned.get(owner) ?? []) {
      const tensor = name.slice(owner.length + 1);
      const there = source.tensor(`${pretrained.name}.${tensor}`);
      if (tensor === COUNTER && !there) continue;
      block.all++;
      if (there && sameShape(there.shape, shape)) {
        block.taken++;
        found.set(name, there);
      } else misses.push(there ? `its ${tensor} is ${showShape(shape)} here and ${showShape(there.shape)} there` : `there is no ${tensor} for it there`);
    }
    if (misses.length > 0) block.misses.push(missed(layer, source.name, misses));
  }
  const faults = [...blocks].flatMap(([id, { source, taken, misses }]) => (taken === 0 && misses.length > 0 ? [nothing(id, source.name, misses)] : misses));
  const told = [...blocks].map(([id, { source, taken, all }]) => `block ${id} begins from ${source.name}: ${taken} of its ${all} tensors`);
  return { found, faults, told };
}

function missed({ id, definition, frozen }: PlannedLayer, source: string, misses: readonly string[]): NetworkFault {
  const stays = frozen ? "; it is frozen, so that it stays so" : "";
  return {
    severity: "warning",
    code: "pretrained",
    layer: id,
    message: `layer ${id} (${definition.type}) does not begin from ${source} but anew, because ${misses.join(", ")}${stays}`,
    mends: [],
  };
}

function nothing(block: string, source: string, [first]: readonly NetworkFault[]): NetworkFault {
  const message =
    `nothing in block ${block} begins from ${source}: ${first?.message ?? ""}; take "pretrained" out of it, or make its layers those of ` + source;
  return { severity: "error", code: "pretrained", layer: block, message, mends: [] };
}

/** The numbers themselves. @throws LatheError `pretrained.unreadable` */
export function readPretrained({ found }: Pick<PretrainedStart, "found">): FirstValues {
  return new Map([...found].map(([name, tensor]) => [name, tensor.read()]));
}
