import type { Draft, DraftLayer, DraftModel } from "./draft.js";

/** What a network is drawn from: the draft's layers with every reference spelled out. Nothing here knows of the screen. */

export type NodeKind = "input" | "layer" | "output";

/** A connection: what flows from an input or a layer into place `slot` of a layer, or into the answer to a target. */
export interface Link {
  /** Name of an input or id of a layer. */
  readonly from: string;
  readonly to: { readonly layer: string; readonly slot: number } | { readonly target: string };
}

export interface NetworkLayer {
  readonly id: string;
  readonly type: string;
  /** Place in the draft's list. */
  readonly index: number;
  /** What it reads, in order; names that lead nowhere included. */
  readonly sources: readonly string[];
  readonly spec: DraftLayer;
}

export interface Network {
  readonly inputs: readonly string[];
  readonly layers: readonly NetworkLayer[];
  /** An entry for every target of the data, and for outputs to targets that are not there. */
  readonly outputs: readonly { readonly target: string; readonly from?: string; readonly known: boolean }[];
  /** Those whose both ends are there. */
  readonly links: readonly Link[];
}

/** A layer's id, where the file lacks one made up as the host does. */
export function idOf(layer: Readonly<Partial<DraftLayer>>, index: number): string {
  return typeof layer.id === "string" && layer.id !== "" ? layer.id : `layer ${index + 1}`;
}

/** What a layer reads if it says nothing: the layer before, for the first the only input. */
export function defaultSources(index: number, before: string | undefined, inputs: readonly string[]): readonly string[] {
  if (index > 0 && before !== undefined) return [before];
  return inputs.length === 1 ? inputs : [];
}

/** What every layer reads, in the draft's order. */
export function sourcesOf(model: DraftModel, inputs: readonly string[]): readonly (readonly string[])[] {
  return model.layers.map((layer, i) => {
    if (Array.isArray(layer.from)) return layer.from.filter((name) => typeof name === "string");
    const before = model.layers[i - 1];
    return defaultSources(i, before && idOf(before, i - 1), inputs);
  });
}

export function inputNames(draft: Pick<Draft, "data">): readonly string[] {
  return draft.data.inputs.map(({ name }) => name).filter((name) => typeof name === "string");
}

export function targetNames(draft: Pick<Draft, "data">): readonly string[] {
  return draft.data.targets.map(({ name }) => name).filter((name) => typeof name === "string");
}

export function networkOf(draft: Pick<Draft, "data" | "model">): Network {
  const inputs = inputNames(draft);
  const targets = targetNames(draft);
  const { model } = draft;
  const sources = sourcesOf(model, inputs);
  const layers = model.layers.map((spec, index): NetworkLayer => ({
    id: idOf(spec, index),
    type: typeof spec.type === "string" ? spec.type : "",
    index,
    sources: sources[index] ?? [],
    spec,
  }));
  const names = new Set([...inputs, ...layers.map(({ id }) => id)]);
  const answers = new Map(model.outputs.map(({ target, from }) => [target, from]));
  const outputs = [...new Set([...targets, ...answers.keys()])].map((target) => {
    const from = answers.get(target);
    return { target, known: targets.includes(target), ...(from === undefined ? {} : { from }) };
  });
  const links: Link[] = [
    ...layers.flatMap(({ id, sources: read }) => read.map((from, slot): Link => ({ from, to: { layer: id, slot } }))),
    ...outputs.flatMap(({ target, from }): Link[] => (from === undefined ? [] : [{ from, to: { target } }])),
  ];
  return { inputs, layers, outputs, links: links.filter(({ from }) => names.has(from)) };
}

export function sameLink(a: Link, b: Link): boolean {
  return (
    a.from === b.from &&
    ("layer" in a.to ? "layer" in b.to && a.to.layer === b.to.layer && a.to.slot === b.to.slot : "target" in b.to && a.to.target === b.to.target)
  );
}

/** Layers and targets that read an input or a layer. */
export function readersOf(network: Network, from: string): readonly Link[] {
  return network.links.filter((link) => link.from === from);
}

/** Whether `to` reads `from`, directly or through others. */
export function leadsTo(network: Network, from: string, to: string): boolean {
  const seen = new Set<string>();
  const ahead = [from];
  for (let at = ahead.pop(); at !== undefined; at = ahead.pop()) {
    if (at === to) return true;
    if (seen.has(at)) continue;
    seen.add(at);
    for (const link of readersOf(network, at)) if ("layer" in link.to) ahead.push(link.to.layer);
  }
  return false;
}

export type NoConnection = "itself" | "cycle" | "already" | "input-answers" | "unknown";

/** Why two nodes cannot be connected; undefined where they can. */
export function whyNotConnect(network: Network, from: string, to: { readonly layer: string } | { readonly target: string }): NoConnection | undefined {
  const isInput = network.inputs.includes(from);
  if (!isInput && !network.layers.some(({ id }) => id === from)) return "unknown";
  if ("target" in to) {
    const output = network.outputs.find(({ target }) => target === to.target);
    if (!output) return "unknown";
    return isInput ? "input-answers" : output.from === from ? "already" : undefined;
  }
  const layer = network.layers.find(({ id }) => id === to.layer);
  if (!layer) return "unknown";
  if (from === to.layer) return "itself";
  if (layer.sources.includes(from)) return "already";
  return leadsTo(network, to.layer, from) ? "cycle" : undefined;
}

/** A name that none of these has: `fc1`, `fc2`. */
export function freshName(base: string, taken: ReadonlySet<string>): string {
  for (let n = 1; ; n++) if (!taken.has(`${base}${n}`)) return `${base}${n}`;
}

/** Names that a new layer may not have. */
export function takenNames(draft: Pick<Draft, "data" | "model">): Set<string> {
  return new Set([...inputNames(draft), ...targetNames(draft), ...draft.model.layers.map(idOf)]);
}
