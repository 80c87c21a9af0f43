import { groupOf, nameSharedBlocks } from "../../src-main/contract/group-names.js";
import type { Draft, DraftGroup, DraftLayer } from "./draft.js";

/** Changes to how a draft's layers learn. A layer is in the first group that names it. */

export interface Learning {
  readonly frozen: boolean;
  /** What the learning rate is multiplied by. */
  readonly rate: number;
}

/** A draft's groups, as far as they can be read. */
export function groupsOf({ training }: Pick<Draft, "training">): readonly DraftGroup[] {
  const raw: unknown = training.groups;
  const isGroup = (group: unknown): group is DraftGroup => typeof group === "object" && group !== null && "layers" in group && Array.isArray(group.layers);
  return Array.isArray(raw) ? raw.filter(isGroup) : [];
}

/** What groups call a layer of the network: of a block that shares its weights, the block's name. */
export function learningName(model: Draft["model"], layer: DraftLayer): string {
  if (layer.type !== "Block" || layer["weights"] !== "shared") return layer.id;
  return nameSharedBlocks({ blocks: {}, ...model } as Parameters<typeof nameSharedBlocks>[0]).get(String(layer["block"])) ?? layer.id;
}

export function learningOf(groups: readonly DraftGroup[], layer: string): Learning {
  const { frozen, lr } = groups[groupOf(groups, layer) ?? -1] ?? {};
  return { frozen: frozen === true, rate: typeof lr === "number" ? lr : 1 };
}

/** With a layer that learns so; what a pattern says of others stays. */
export function withLearning(groups: readonly DraftGroup[], layer: string, { frozen, rate }: Learning): readonly DraftGroup[] {
  const { weightDecay } = groups[groupOf(groups, layer) ?? -1] ?? {};
  const others = withoutNames(groups, (name) => name === layer);
  const wanted = frozen ? { frozen } : { ...(rate === 1 ? {} : { lr: rate }), ...(weightDecay === undefined ? {} : { weightDecay }) };
  const inherited = groupOf(others, layer);
  if (sameLearning(wanted, others[inherited ?? -1] ?? {})) return others;
  const alike = others.slice(0, inherited).findIndex((group) => sameLearning(group, wanted));
  if (alike < 0) return [{ layers: [layer], ...wanted }, ...others];
  return others.map((group, i) => (i === alike ? { ...group, layers: [...group.layers, layer] } : group));
}

/** With a layer, and what is in it, called otherwise. */
export function withRenamed(groups: readonly DraftGroup[], from: string, to: string): readonly DraftGroup[] {
  return groups.map((group) => ({ ...group, layers: group.layers.map((name) => (within(name, from) ? to + name.slice(from.length) : name)) }));
}

/** Without layers that are gone; a pattern stays. */
export function withoutLayers(groups: readonly DraftGroup[], gone: readonly string[]): readonly DraftGroup[] {
  return withoutNames(groups, (name) => gone.some((id) => within(name, id)));
}

function withoutNames(groups: readonly DraftGroup[], unwanted: (name: string) => boolean): readonly DraftGroup[] {
  return groups.flatMap((group) => {
    const layers = group.layers.filter((name) => !unwanted(name));
    return layers.length > 0 ? [{ ...group, layers }] : [];
  });
}

function within(name: string, id: string): boolean {
  return name === id || name.startsWith(`${id}.`);
}

function sameLearning(a: Omit<DraftGroup, "layers">, b: Omit<DraftGroup, "layers">): boolean {
  return (a.frozen === true) === (b.frozen === true) && (a.lr ?? 1) === (b.lr ?? 1) && a.weightDecay === b.weightDecay;
}
