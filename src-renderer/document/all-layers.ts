import type { PlannedLayer } from "../../src-main/contract/model-views.js";
import type { DraftLayer, DraftModel } from "./draft.js";
import { idOf } from "./network.js";

/** A layer of the network, or of a block in it. */
export interface AnyLayer {
  /** Inside a block `network.conv1`. */
  readonly path: string;
  /** The layer of the network that it is, or that it is inside of. */
  readonly top: string;
  readonly type: string;
  /** `["N", 16]`; undefined where it is not known. */
  readonly shape: PlannedLayer["shape"];
  readonly parameters: number;
}

/** Blocks within blocks that are followed: one that contains itself has no end. */
const MOST_DEEP = 8;

/** Every layer of a network, after each block those inside of it. @param planned as the plan has them; it may be a moment older */
export function allLayers(model: DraftModel, planned: readonly PlannedLayer[]): readonly AnyLayer[] {
  const plans = new Map(planned.map((layer) => [layer.id, layer]));
  const unfold = (layers: readonly DraftLayer[], before: string, top: string | undefined, deep: number): readonly AnyLayer[] =>
    layers.flatMap((layer, i): readonly AnyLayer[] => {
      const id = idOf(layer, i);
      const path = before + id;
      const type = typeof layer.type === "string" ? layer.type : "";
      const { shape, parameters = 0 } = plans.get(path) ?? {};
      const own = { path, top: top ?? id, type, shape, parameters };
      return [own, ...(deep < MOST_DEEP ? unfold(layersOf(model, layer), `${path}.`, top ?? id, deep + 1) : [])];
    });
  return unfold(model.layers, "", undefined, 0);
}

function layersOf(model: DraftModel, layer: DraftLayer): readonly DraftLayer[] {
  if (layer.type !== "Block") return [];
  const block = Object.hasOwn(model.blocks ?? {}, String(layer["block"])) ? model.blocks?.[String(layer["block"])] : undefined;
  return Array.isArray(block?.layers) ? block.layers : [];
}

/** Those whose type, name or shape has all of the words; a shape may be written `8 × 16` or `8x16`. */
export function findLayers(layers: readonly AnyLayer[], words: string): readonly AnyLayer[] {
  const wanted = plain(words).split(/\s+/).filter(Boolean);
  if (wanted.length === 0) return layers;
  return layers.filter(({ path, type, shape }) => {
    const text = plain(`${type} ${path} ${shape?.join("x") ?? ""}`);
    return wanted.every((word) => text.includes(word));
  });
}

function plain(text: string): string {
  return text.toLowerCase().replace(/(?<=[\dn])\s*[×x]\s*(?=\d)/g, "x");
}
