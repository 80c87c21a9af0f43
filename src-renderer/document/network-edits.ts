import type { DraftLayer, DraftModel } from "./draft.js";
import { defaultSources, freshName, idOf, type Link, sourcesOf } from "./network.js";

/**
 * Changes to a draft's network. Each returns a new model in which every reference holds, layers come after what they read, and `from` is written only where it
 * says more than the order does, or stood there before.
 */

/** Where a new layer goes. */
export type Place =
  /** Reads one and takes its place for everything that read it. */
  | { readonly kind: "after"; readonly id: string }
  /** Reads several; their answers to targets become its own. */
  | { readonly kind: "join"; readonly ids: readonly string[] }
  /** Reads one; nothing else changes. */
  | { readonly kind: "branch"; readonly id: string }
  | { readonly kind: "edge"; readonly link: Link }
  | { readonly kind: "alone" };

interface Open {
  readonly layers: OpenLayer[];
  outputs: { target: string; from: string }[];
}

interface OpenLayer {
  spec: DraftLayer;
  id: string;
  sources: string[];
  /** Whether its `from` is written even where it says what the order says. */
  readonly explicit: boolean;
}

function open(model: DraftModel, inputs: readonly string[]): Open {
  const sources = sourcesOf(model, inputs);
  return {
    layers: model.layers.map((spec, i) => ({ spec, id: idOf(spec, i), sources: [...(sources[i] ?? [])], explicit: spec.from !== undefined })),
    outputs: model.outputs.map((output) => ({ ...output })),
  };
}

function close(model: DraftModel, { layers, outputs }: Open, inputs: readonly string[]): DraftModel {
  const ordered = inOrder(layers);
  return {
    ...model,
    outputs,
    layers: ordered.map(({ spec: { id: _id, type, from: _from, ...options }, id, sources, explicit }, i) => {
      const implied = defaultSources(i, ordered[i - 1]?.id, inputs);
      const isImplied = implied.length === sources.length && implied.every((name, k) => name === sources[k]);
      return { id, type, ...(isImplied && !explicit ? {} : { from: sources }), ...options };
    }),
  };
}

/** Every layer after what it reads, otherwise as they stood. What is in a circle stays where it is, at the end. */
function inOrder(layers: readonly OpenLayer[]): OpenLayer[] {
  const waiting = [...layers];
  const ids = new Set(layers.map(({ id }) => id));
  const placed = new Set<string>();
  const ordered: OpenLayer[] = [];
  while (waiting.length > 0) {
    const ready = waiting.findIndex(({ sources }) => sources.every((name) => placed.has(name) || !ids.has(name)));
    const [next] = waiting.splice(Math.max(0, ready), 1);
    if (!next) break;
    placed.add(next.id);
    ordered.push(next);
  }
  return ordered;
}

/**
 * Adds a layer.
 * @param targets of the data: those that nothing answers yet are answered by the new layer, unless it stands alone or on a branch.
 */
export function addLayer(model: DraftModel, inputs: readonly string[], targets: readonly string[], spec: DraftLayer, place: Place): DraftModel {
  const network = open(model, inputs);
  const added: OpenLayer = { spec, id: spec.id, sources: [], explicit: false };
  let at = network.layers.length;
  const afterAll = (ids: readonly string[]) => 1 + Math.max(-1, ...ids.map((id) => network.layers.findIndex((layer) => layer.id === id)));
  switch (place.kind) {
    case "after":
      replaceEverywhere(network, [place.id], spec.id, inputs.includes(place.id) ? "layers" : "all");
      added.sources = [place.id];
      at = afterAll(added.sources);
      break;
    case "join":
      replaceEverywhere(network, place.ids, spec.id, "outputs");
      added.sources = [...place.ids];
      at = afterAll(added.sources);
      break;
    case "branch":
      added.sources = [place.id];
      at = afterAll(added.sources);
      break;
    case "edge": {
      const { from, to } = place.link;
      added.sources = [from];
      at = afterAll(added.sources);
      if ("target" in to) network.outputs = network.outputs.map((output) => (output.target === to.target ? { ...output, from: spec.id } : output));
      else {
        const reader = network.layers.find(({ id }) => id === to.layer);
        if (reader?.sources[to.slot] === from) reader.sources[to.slot] = spec.id;
      }
      break;
    }
    case "alone":
  }
  network.layers.splice(at, 0, added);
  if (place.kind === "after" || place.kind === "join") {
    const answered = new Set(network.outputs.map(({ target }) => target));
    network.outputs.push(...targets.filter((target) => !answered.has(target)).map((target) => ({ target, from: spec.id })));
  }
  return close(model, network, inputs);
}

function replaceEverywhere(network: Open, froms: readonly string[], by: string, where: "all" | "layers" | "outputs"): void {
  const renamed = (name: string) => (froms.includes(name) ? by : name);
  if (where !== "outputs") for (const layer of network.layers) layer.sources = layer.sources.map(renamed);
  if (where !== "layers") network.outputs = network.outputs.map((output) => ({ ...output, from: renamed(output.from) }));
}

/**
 * Connects. A layer that takes no more than `most` gives up the last it read; a target's answer is replaced.
 * The caller has asked `whyNotConnect`.
 */
export function connect(
  model: DraftModel,
  inputs: readonly string[],
  from: string,
  to: { readonly layer: string; readonly most: number | null } | { readonly target: string },
): DraftModel {
  const network = open(model, inputs);
  if ("target" in to) {
    network.outputs = network.outputs.some(({ target }) => target === to.target)
      ? network.outputs.map((output) => (output.target === to.target ? { ...output, from } : output))
      : [...network.outputs, { target: to.target, from }];
  } else {
    const layer = network.layers.find(({ id }) => id === to.layer);
    if (layer) layer.sources = [...(to.most === null ? layer.sources : layer.sources.slice(0, to.most - 1)), from];
  }
  return close(model, network, inputs);
}

export function disconnect(model: DraftModel, inputs: readonly string[], links: readonly Link[]): DraftModel {
  const network = open(model, inputs);
  const cut = (layer: string, slot: number, from: string) =>
    links.some((link) => link.from === from && "layer" in link.to && link.to.layer === layer && link.to.slot === slot);
  for (const layer of network.layers) layer.sources = layer.sources.filter((name, slot) => !cut(layer.id, slot, name));
  network.outputs = network.outputs.filter(({ target, from }) => !links.some((link) => link.from === from && "target" in link.to && link.to.target === target));
  return close(model, network, inputs);
}

/** Moves what a layer reads one place up or down: for layers that join, the order counts. */
export function moveSource(model: DraftModel, inputs: readonly string[], id: string, slot: number, by: -1 | 1): DraftModel {
  const network = open(model, inputs);
  const sources = network.layers.find((layer) => layer.id === id)?.sources;
  const [name, other] = [sources?.[slot], sources?.[slot + by]];
  if (sources && name !== undefined && other !== undefined) [sources[slot], sources[slot + by]] = [other, name];
  return close(model, network, inputs);
}

/** Removes layers. What read one of them reads instead what it read, where that is one thing; a target is never answered by an input. */
export function removeLayers(model: DraftModel, inputs: readonly string[], ids: readonly string[]): DraftModel {
  const network = open(model, inputs);
  const gone = new Map(network.layers.filter(({ id }) => ids.includes(id)).map(({ id, sources }) => [id, sources]));
  const standsFor = (name: string, seen: readonly string[] = []): string | undefined => {
    const sources = gone.get(name);
    if (!sources) return name;
    const [only] = sources;
    return sources.length !== 1 || only === undefined || seen.includes(name) ? undefined : standsFor(only, [...seen, name]);
  };
  const layers = network.layers.filter(({ id }) => !gone.has(id));
  for (const layer of layers) {
    const sources: string[] = [];
    for (const name of layer.sources) {
      const next = standsFor(name);
      // What it reads already, it does not read twice for that.
      if (next !== undefined && (next === name || (!sources.includes(next) && !layer.sources.includes(next)))) sources.push(next);
    }
    layer.sources = sources;
  }
  const outputs = network.outputs.flatMap((output) => {
    const from = standsFor(output.from);
    return from === undefined || (from !== output.from && inputs.includes(from)) ? [] : [{ ...output, from }];
  });
  return close(model, { layers, outputs }, inputs);
}

/** Renames a layer, and with it everything that refers to it. */
export function renameLayer(model: DraftModel, inputs: readonly string[], id: string, to: string): DraftModel {
  const network = open(model, inputs);
  for (const layer of network.layers) if (layer.id === id) layer.id = to;
  replaceEverywhere(network, [id], to, "all");
  return close(model, network, inputs);
}

/** Sets an option of a layer; undefined takes it away, so that its default holds. */
export function setOption(model: DraftModel, id: string, option: string, value: unknown): DraftModel {
  return {
    ...model,
    layers: model.layers.map((layer, i) => {
      if (idOf(layer, i) !== id) return layer;
      const { [option]: _old, ...rest } = layer;
      return (value === undefined ? rest : { ...layer, [option]: value }) as DraftLayer;
    }),
  };
}

/** Makes a layer one of another type. @param options what the new type needs and what it can keep */
export function replaceLayer(model: DraftModel, id: string, type: string, options: Readonly<Record<string, unknown>>): DraftModel {
  return {
    ...model,
    layers: model.layers.map((layer, i) => (idOf(layer, i) === id ? { id, type, ...(layer.from && { from: layer.from }), ...options } : layer)),
  };
}

/** Layers by themselves: what they read is spelled out, so that they can be pasted anywhere. */
export function copyLayers(model: DraftModel, inputs: readonly string[], ids: readonly string[]): readonly DraftLayer[] {
  return open(model, inputs)
    .layers.filter(({ id }) => ids.includes(id))
    .map(({ spec, id, sources }) => ({ ...structuredClone(spec), id, from: sources }));
}

/**
 * Pastes copied layers: under names of their own, connected among themselves as they were, and to what they read outside where that is here too.
 * @param taken names that are given away.
 */
export function pasteLayers(
  model: DraftModel,
  inputs: readonly string[],
  copied: readonly DraftLayer[],
  taken: ReadonlySet<string>,
): { readonly model: DraftModel; readonly ids: readonly string[] } {
  const network = open(model, inputs);
  const here = new Set([...inputs, ...network.layers.map(({ id }) => id)]);
  const used = new Set([...taken, ...here]);
  const names = new Map<string, string>();
  for (const { id } of copied) {
    const name = used.has(id) ? freshName(id.replace(/\d+$/, "") || "layer", used) : id;
    used.add(name);
    names.set(id, name);
  }
  for (const { from = [], ...spec } of structuredClone([...copied])) {
    const id = names.get(spec.id) ?? spec.id;
    const sources = from.flatMap((name) => names.get(name) ?? (here.has(name) ? [name] : []));
    network.layers.push({ spec: { ...spec, type: spec.type, id }, id, sources, explicit: false });
  }
  return { model: close(model, network, inputs), ids: [...names.values()] };
}
