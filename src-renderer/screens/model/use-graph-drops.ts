import { ref } from "vue";
import { useModelView } from "../../stores/model-view.js";
import { linkKey, nodeOf } from "../../document/node-keys.js";
import type { Position } from "../../document/node-positions.js";
import { nodeSize } from "./graph-layout.js";
import { useModelCommands } from "./use-model-commands.js";

export const layerFormat = "application/x-lathe-layer";

/** What is dragged from the palette: a layer's type, for a block its name. */
export interface DraggedLayer {
  readonly type: string;
  readonly block?: string;
}

/**
 * Layers dropped on the graph: on a connection they go in between, on a node after it, elsewhere they stand by themselves. @param toGraph from pixels of the
 * window
 */
export function useGraphDrops(toGraph: (place: Position) => Position) {
  const view = useModelView();
  const commands = useModelCommands();
  /** The connection, or the node, under what is dragged. */
  const over = ref<string>();

  function under(event: DragEvent): string | undefined {
    const element = event.target as Element;
    return element.closest<HTMLElement>("[data-key]")?.dataset["key"] ?? element.closest(".vue-flow__edge")?.getAttribute("data-id") ?? undefined;
  }

  function drag(event: DragEvent): void {
    if (!event.dataTransfer?.types.includes(layerFormat)) return;
    event.preventDefault();
    event.stopPropagation();
    over.value = under(event);
  }

  function leave(event: DragEvent): void {
    if (!(event.currentTarget as Element).contains(event.relatedTarget as Node | null)) over.value = undefined;
  }

  function drop(event: DragEvent): void {
    const dropped = draggedIn(event.dataTransfer?.getData(layerFormat));
    over.value = undefined;
    if (!dropped) return;
    event.preventDefault();
    event.stopPropagation();
    const key = under(event);
    const options = dropped.block === undefined ? {} : { block: dropped.block };
    const node = key === undefined ? undefined : nodeOf(key);
    const link = view.network.links.find((one) => linkKey(one) === key || (node?.kind === "output" && "target" in one.to && one.to.target === node.name));
    if (link) commands.add(dropped.type, { kind: "edge", link }, options);
    else if (node && node.kind !== "output") commands.add(dropped.type, { kind: "after", id: node.name }, options);
    else {
      const { x, y } = toGraph({ x: event.clientX, y: event.clientY });
      commands.add(dropped.type, { kind: "alone" }, options, { x: x - nodeSize.width / 2, y: y - nodeSize.height / 2 });
    }
  }

  return { over, drag, leave, drop };
}

function draggedIn(text: string | undefined): DraggedLayer | undefined {
  if (!text) return undefined;
  const [type = "", block] = text.split("\n");
  return { type, ...(block === undefined ? {} : { block }) };
}

/** As it travels with the drag. */
export function draggedText({ type, block }: DraggedLayer): string {
  return block === undefined ? type : `${type}\n${block}`;
}
