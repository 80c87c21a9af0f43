import { ref, type Ref } from "vue";
import type { DraftLayer, DraftModel } from "./draft.js";

export interface CopiedLayers {
  readonly layers: readonly DraftLayer[];
  /** The blocks that they use. */
  readonly blocks: NonNullable<DraftModel["blocks"]>;
}

export interface LayerClipboard {
  /** Whether there is something to paste without asking the system. */
  readonly filled: Readonly<Ref<boolean>>;
  /** @returns the text for the system's clipboard. */
  write(layers: readonly DraftLayer[], blocks: CopiedLayers["blocks"]): string;
  /** Layers in a text of the system's clipboard; without one, what was copied here last. */
  read(text?: string): CopiedLayers | undefined;
}

/** Copied layers travel as JSON text, so that they can be pasted into another project, or window. */
export function createClipboard(): LayerClipboard {
  const last = ref<string>();
  const filled = ref(false);
  return {
    filled,
    write(layers, blocks) {
      const used = Object.fromEntries(Object.entries(blocks).filter(([name]) => layers.some((layer) => layer.type === "Block" && layer["block"] === name)));
      last.value = JSON.stringify({ lathe: "layers", layers, blocks: used }, undefined, 1);
      filled.value = true;
      return last.value;
    },
    read: (text = last.value) => (text === undefined ? undefined : parse(text)),
  };
}

function parse(text: string): CopiedLayers | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null || !("lathe" in value) || value.lathe !== "layers" || !("layers" in value) || !Array.isArray(value.layers))
      return undefined;
    const layers = value.layers.filter(isLayer);
    const blocks = "blocks" in value && typeof value.blocks === "object" && value.blocks !== null ? (value.blocks as CopiedLayers["blocks"]) : {};
    return layers.length === 0 ? undefined : { layers, blocks };
  } catch {
    return undefined;
  }
}

function isLayer(value: unknown): value is DraftLayer {
  return typeof value === "object" && value !== null && "id" in value && typeof value.id === "string" && "type" in value && typeof value.type === "string";
}
