import { LatheError } from "../base/errors.js";
import { type OwnedLayer, namesLayer, nameSharedBlocks, ownedLayers } from "./group-names.js";
import type { GroupSpec } from "./groups.js";
import type { LayerSpec, ModelSpec } from "./model.js";

/**
 * How a network learns whose blocks begin from pretrained ones. `features`: only what comes after them does; `end`: the last third of them too, slowly; `all`:
 * all of them, the older the slower. Batch norms in them stay as they are: few pictures would only spoil their statistics.
 */
export const learningWays = ["features", "end", "all"] as const;
export type LearningWay = (typeof learningWays)[number];

/** What the learning rate is multiplied by in the last third of a pretrained block, the middle, and the first. */
const RATES = [0.1, 0.05, 0.02] as const;
/** As many as a group may name. */
const MOST_NAMED = 200;

/** What layers of a type have, as their registry knows it; it is no part of what a page loads, which asks the host's catalogue. */
export interface LayerHoldings {
  weights(type: string): boolean;
  /** Running statistics. */
  statistics(type: string): boolean;
}

interface PretrainedBlock {
  /** What its layers' weights are called by. */
  readonly owner: string;
  /** What in it has weights, in order: layers, and blocks in it. */
  readonly entries: readonly string[];
  readonly inside: readonly OwnedLayer[];
}

/** Blocks of a network that begin from pretrained ones. @param model without blocks that contain themselves */
function pretrainedBlocks(model: ModelSpec, holdings: LayerHoldings): readonly PretrainedBlock[] {
  const shared = nameSharedBlocks(model);
  const all = ownedLayers(model);
  return model.layers.flatMap((layer) => {
    const block = blockOf(model, layer);
    if (block?.pretrained === undefined) return [];
    const owner = layer["weights"] === "shared" ? (shared.get(String(layer["block"])) ?? layer.id) : layer.id;
    const inside = all.filter((one) => one.owner.startsWith(`${owner}.`) && holdings.weights(one.type));
    const names = block.layers.map(({ id }) => `${owner}.${id}`);
    return [{ owner, inside, entries: names.filter((name) => inside.some((one) => one.owner === name || one.owner.startsWith(`${name}.`))) }];
  });
}

function blockOf(model: ModelSpec, layer: LayerSpec) {
  return layer.type === "Block" ? model.blocks?.[String(layer["block"])] : undefined;
}

/**
 * Groups of layers by which a network learns in a way.
 * @param groups those that it has; those of its pretrained blocks alone are replaced, others stay, behind
 * @returns undefined where no block of it is pretrained
 */
export function learnAs(model: ModelSpec, groups: readonly GroupSpec[], way: LearningWay, holdings: LayerHoldings): readonly GroupSpec[] | undefined {
  const blocks = pretrainedBlocks(model, holdings);
  if (blocks.length === 0) return undefined;
  const owners = blocks.map(({ owner }) => owner);
  const ofBlocks = ({ layers: named }: GroupSpec) => named.every((pattern) => owners.some((owner) => pattern === owner || pattern.startsWith(`${owner}.`)));
  return [...blocks.flatMap((block) => groupsOf(block, way, holdings)), ...groups.filter((group) => !ofBlocks(group))];
}

/** The same, as somebody asked for it. @param whose what a message calls the network's @throws LatheError `usage` where no block of it is pretrained */
export function learnAsAsked(
  whose: string,
  { model, groups = [] }: { readonly model: ModelSpec; readonly groups?: readonly GroupSpec[] | undefined },
  way: LearningWay,
  holdings: LayerHoldings,
): readonly GroupSpec[] {
  const groupsOfWay = learnAs(model, groups, way, holdings);
  if (groupsOfWay) return groupsOfWay;
  throw new LatheError("usage", `--learn ${way} is of networks with a pretrained block, and ${whose} has none; make one with the template efficientnet-lite0`);
}

/** The way in which a network learns; undefined where it has no pretrained block, or learns in a way of its own. */
export function learningWayOf(model: ModelSpec, groups: readonly GroupSpec[], holdings: LayerHoldings): LearningWay | undefined {
  const now = JSON.stringify(groups);
  return learningWays.find((way) => JSON.stringify(learnAs(model, groups, way, holdings)) === now);
}

function groupsOf(block: PretrainedBlock, way: LearningWay, holdings: LayerHoldings): readonly GroupSpec[] {
  const { owner, entries } = block;
  const rest = (options: Omit<GroupSpec, "layers">): GroupSpec => ({ layers: [owner], ...options });
  if (way === "features") return [rest({ frozen: true })];
  const end = Math.ceil(entries.length / 3);
  const middle = Math.ceil((entries.length - end) / 2);
  const [last, before, first] = RATES;
  const slowly = (names: readonly string[], lr: number): readonly GroupSpec[] => (names.length === 0 ? [] : [{ layers: [...names], lr }]);
  const norms = normsOf(block, holdings);
  return [
    ...norms,
    ...slowly(entries.slice(entries.length - end), last),
    ...(way === "end"
      ? [rest({ frozen: true })]
      : [...slowly(entries.slice(entries.length - end - middle, entries.length - end), before), rest({ lr: first })]),
  ];
}

/** All layers with running statistics, frozen; by one pattern where their names allow it. */
function normsOf({ owner, inside }: PretrainedBlock, holdings: LayerHoldings): readonly GroupSpec[] {
  const isNorm = ({ type }: OwnedLayer) => holdings.statistics(type);
  const norms = inside.filter(isNorm).map((one) => one.owner);
  const pattern = `${owner}.*Norm`;
  if (norms.length > 1 && inside.every((one) => isNorm(one) === namesLayer(pattern, one.owner))) return [{ layers: [pattern], frozen: true }];
  const groups = Math.ceil(norms.length / MOST_NAMED);
  return Array.from({ length: groups }, (_, i) => ({ layers: norms.slice(i * MOST_NAMED, (i + 1) * MOST_NAMED), frozen: true }));
}
