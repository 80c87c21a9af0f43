import { defineStore } from "pinia";
import { ref, shallowRef, watch } from "vue";
import type { Place } from "../document/network-edits.js";
import type { Position } from "../document/node-positions.js";

/** A layer about to be chosen from the list of all. */
export interface Adding {
  /** Undefined: after what is chosen. */
  readonly place?: Place;
  /** Where in the graph it is drawn. */
  readonly at?: Position;
}

/** A node whose other end is about to be chosen. */
export interface Connecting {
  readonly key: string;
  readonly direction: "from" | "to";
  /** Pixels of the window. */
  readonly x: number;
  readonly y: number;
}

export type InspectorTab = "layer" | "source";
const storageKey = "model.source-beside";

/** What stands open on the Model screen besides the graph. */
export const useModelPanels = defineStore("model-panels", () => {
  const adding = shallowRef<Adding>();
  const connecting = shallowRef<Connecting>();
  /** Whether a layer is being looked for. */
  const finding = ref(false);
  /** The layer that is chosen inside of a block: `network.conv1`. */
  const inside = ref<string>();
  const tab = ref<InspectorTab>("layer");
  /** Whether the PyTorch source stands beside the graph. */
  const beside = ref(localStorage.getItem(storageKey) === "true");
  watch(beside, (value) => localStorage.setItem(storageKey, String(value)));
  return { adding, connecting, finding, inside, tab, beside };
});
