import { nextTick, ref, watch } from "vue";
import type { VueFlowStore } from "@vue-flow/core";
import type { Position } from "../../document/node-positions.js";
import { nodeSize } from "./graph-layout.js";

/** Pixels between a node and the edge of the window it is brought into. */
const margin = 24;
/** Room for the tools above and the line on keys below. So near to an edge, the graph would also move away under a connection that is drawn to a node. */
const padding = { top: "52px", right: "24px", bottom: "32px", left: "24px" } as const;

/** What part of the network is seen: all of it, until one zooms or pans; then what has the keyboard stays in view. */
export function useGraphViewport(flow: VueFlowStore, places: () => ReadonlyMap<string, Position>, current: () => string | undefined) {
  const showsAll = ref(true);
  const duration = matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 160;

  async function fit(): Promise<void> {
    showsAll.value = true;
    await nextTick();
    await flow.fitView({ padding, maxZoom: 1, minZoom: 0.35, duration });
  }

  function reveal(): void {
    const place = places().get(current() ?? "");
    if (!place) return;
    const { x, y, zoom } = flow.viewport.value;
    const { width, height } = flow.dimensions.value;
    const shift = (from: number, size: number, room: number) => (from < margin ? margin - from : from + size > room - margin ? room - margin - from - size : 0);
    const dx = shift(x + place.x * zoom, nodeSize.width * zoom, width);
    const dy = shift(y + place.y * zoom, nodeSize.height * zoom, height);
    if (dx !== 0 || dy !== 0) void flow.setViewport({ x: x + dx, y: y + dy, zoom }, { duration });
  }

  watch(
    [places, () => flow.dimensions.value.width, () => flow.dimensions.value.height] as const,
    () => {
      if (showsAll.value && flow.dimensions.value.width > 0) void fit();
    },
    { flush: "post" },
  );
  watch(
    current,
    () => {
      if (!showsAll.value) reveal();
    },
    { flush: "post" },
  );

  return {
    fit,
    zoom(by: "in" | "out"): void {
      showsAll.value = false;
      void (by === "in" ? flow.zoomIn({ duration }) : flow.zoomOut({ duration }));
    },
    /** It stays as it is: one has moved it, or a node, by hand. */
    hold(): void {
      showsAll.value = false;
    },
  };
}
