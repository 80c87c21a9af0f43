import { Graph, layout } from "@dagrejs/dagre";
import { type Link, type Network } from "../../document/network.js";
import { layerKey } from "../../document/node-keys.js";
import type { Position, Positions } from "../../document/node-positions.js";

/** Pixels; every node is of one size, so that places do not depend on what was drawn. */
export const nodeSize = { width: 208, height: 58 } as const;

/** Keys of a link's two ends. */
export function endsOf(network: Network, { from, to }: Link): { readonly source: string; readonly target: string } {
  return { source: network.inputs.includes(from) ? `input:${from}` : layerKey(from), target: "layer" in to ? layerKey(to.layer) : `output:${to.target}` };
}

export function keysOf({ inputs, layers, outputs }: Network): readonly string[] {
  return [...inputs.map((name) => `input:${name}`), ...layers.map(({ id }) => layerKey(id)), ...outputs.map(({ target }) => `output:${target}`)];
}

/** A place for every node, its left upper corner: inputs above, answers below, as few crossings as possible. Where one was moved to, it stays. */
export function layoutOf(network: Network, moved: Positions): ReadonlyMap<string, Position> {
  const graph = new Graph();
  graph.setGraph({ rankdir: "TB", nodesep: 28, ranksep: 30, marginx: 0, marginy: 0 });
  graph.setDefaultEdgeLabel(() => ({}));
  const keys = keysOf(network);
  for (const key of keys) graph.setNode(key, { ...nodeSize });
  for (const link of network.links) {
    const { source, target } = endsOf(network, link);
    graph.setEdge(source, target);
  }
  layout(graph);
  return new Map(
    keys.map((key) => {
      const { x = 0, y = 0 } = graph.node(key) as { readonly x?: number; readonly y?: number };
      return [key, moved[key] ?? { x: x - nodeSize.width / 2, y: y - nodeSize.height / 2 }];
    }),
  );
}

/** Where an arrow key leads: along the connections up and down, to the nearest beside it left and right. */
export function neighbourOf(
  network: Network,
  places: ReadonlyMap<string, Position>,
  key: string,
  direction: "up" | "down" | "left" | "right",
): string | undefined {
  const here = places.get(key);
  if (!here) return undefined;
  const ends = network.links.map((link) => endsOf(network, link));
  const connected =
    direction === "down"
      ? ends.filter(({ source }) => source === key).map(({ target }) => target)
      : direction === "up"
        ? ends.filter(({ target }) => target === key).map(({ source }) => source)
        : [];
  const distance = (other: string) => {
    const place = places.get(other) ?? here;
    return Math.abs(place.x - here.x) + 2 * Math.abs(place.y - here.y);
  };
  const nearest = (some: readonly string[]) => [...some].sort((a, b) => distance(a) - distance(b))[0];
  if (connected.length > 0) return nearest(connected);
  const lies = ([other, place]: readonly [string, Position]) => {
    if (other === key) return false;
    switch (direction) {
      case "up":
        return place.y < here.y - 8;
      case "down":
        return place.y > here.y + 8;
      case "left":
        return place.x < here.x - 8 && Math.abs(place.y - here.y) < 3 * nodeSize.height;
      case "right":
        return place.x > here.x + 8 && Math.abs(place.y - here.y) < 3 * nodeSize.height;
    }
  };
  return nearest([...places].filter(lies).map(([other]) => other));
}
