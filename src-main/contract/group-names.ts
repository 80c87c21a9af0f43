import { own } from "../base/own.js";
import type { GroupSpec } from "./groups.js";
import type { LayerSpec, ModelSpec } from "./model.js";

/** What groups call layers. */

/** The group that a layer is in; undefined: none names it. @param owner what its weights are called, inside a block `block1.fc` */
export function groupOf(groups: readonly Pick<GroupSpec, "layers">[], owner: string): number | undefined {
  const found = groups.findIndex(({ layers }) => layers.some((pattern) => namesLayer(pattern, owner)));
  return found < 0 ? undefined : found;
}

/** Whether a pattern fits a layer's name, or that of a block around it. */
export function namesLayer(pattern: string, owner: string): boolean {
  for (let end = owner.length; end > 0; end = owner.lastIndexOf(".", end - 1)) if (fits(pattern, owner.slice(0, end))) return true;
  return false;
}

/** With * for any letters. Where the text after a * does not fit, that * takes one letter more: length of the pattern times that of the name, at most. */
function fits(pattern: string, name: string): boolean {
  let [at, star, taken] = [0, -1, 0];
  for (let i = 0; i < name.length;) {
    if (pattern[at] === "*") [star, taken] = [at++, i];
    else if (pattern[at] === name[i]) [at, i] = [at + 1, i + 1];
    else if (star < 0) return false;
    else [at, i] = [star + 1, ++taken];
  }
  return /^\**$/.test(pattern.slice(at));
}

/** A layer with blocks unfolded. */
export interface OwnedLayer {
  readonly id: string;
  /** What its weights are called: its id, or the block's with the layer's in it where uses of the block share them. */
  readonly owner: string;
  readonly type: string;
}

/** All layers with blocks unfolded. @param model without blocks that contain themselves */
export function ownedLayers(model: ModelSpec): readonly OwnedLayer[] {
  const shared = nameSharedBlocks(model);
  const unfold = (specs: readonly LayerSpec[], path: string, owner: string): readonly OwnedLayer[] =>
    specs.flatMap((spec) => {
      if (spec.type !== "Block") return [{ id: path + spec.id, owner: owner + spec.id, type: spec.type }];
      const name = String(spec["block"]);
      const inside = spec["weights"] === "shared" ? `${shared.get(name) ?? name}.` : `${owner}${spec.id}.`;
      return unfold(own(model.blocks ?? {}, name)?.layers ?? [], `${path}${spec.id}.`, inside);
    });
  return unfold(model.layers, "", "");
}

/** Names for the weights that uses of a block share: the block's, unless a layer of the network has it, whose own weights would then be the same. */
export function nameSharedBlocks(model: ModelSpec): ReadonlyMap<string, string> {
  const blocks = Object.keys(model.blocks ?? {});
  const ids = new Set(model.layers.map(({ id }) => id));
  const taken = new Set([...ids, ...blocks]);
  return new Map(
    blocks.map((block) => {
      let name = block;
      while (name === block ? ids.has(name) : taken.has(name)) name += "_";
      taken.add(name);
      return [block, name];
    }),
  );
}
