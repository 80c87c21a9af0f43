import { Graph, layout } from "@dagrejs/dagre";
import { type Link, type Network } from "../../document/network.js";
import { layerKey, linkKey } from "../../document/node-keys.js";
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

export interface GraphLayout {
  /** Left upper corners of the nodes, by key. */
  readonly places: ReadonlyMap<string, Position>;
  /** By link's key: where a connection that passes other nodes goes between its ends; a direct one, or one whose end was moved, has none. */
  readonly routes: ReadonlyMap<string, readonly Position[]>;
}

/** Ends that are not drawn: above all inputs, and below all answers. */
const [above, below] = ["\u0000above", "\u0000below"];
/** How strongly an end of the network is drawn to its side, beside the 1 of a connection. */
const pull = 100;

/**
 * A place for every node: all inputs in one line above, all answers in one below, branches side by side, as few crossings as possible. Where a node was moved
 * to, it stays.
 */
export function layoutOf(network: Network, moved: Positions): GraphLayout {
  const graph = new Graph({ multigraph: true });
  graph.setGraph({ rankdir: "TB", nodesep: 28, ranksep: 30, edgesep: 24, marginx: 0, marginy: 0 });
  graph.setDefaultEdgeLabel(() => ({}));
  const keys = keysOf(network);
  for (const key of keys) graph.setNode(key, { ...nodeSize });
  for (const link of network.links) {
    const { source, target } = endsOf(network, link);
    graph.setEdge(source, target, {}, linkKey(link));
  }
  for (const end of [above, below]) graph.setNode(end, { width: 0, height: 0 });
  for (const name of network.inputs) graph.setEdge(above, `input:${name}`, { weight: pull });
  for (const { target } of network.outputs) graph.setEdge(`output:${target}`, below, { weight: pull });
  layout(graph);
  const centre = (key: string) => {
    const { x = 0, y = 0 } = graph.node(key) as { readonly x?: number; readonly y?: number };
    return { x, y };
  };
  const corners = keys.map((key) => ({ key, x: centre(key).x - nodeSize.width / 2, y: centre(key).y - nodeSize.height / 2 }));
  const [left, top] = [Math.min(...corners.map(({ x }) => x)), Math.min(...corners.map(({ y }) => y))];
  return {
    places: new Map(corners.map(({ key, x, y }) => [key, moved[key] ?? { x: x - left, y: y - top }])),
    routes: new Map(
      network.links.flatMap((link) => {
        const { source, target } = endsOf(network, link);
        if (moved[source] || moved[target]) return [];
        const { points = [] } = graph.edge(source, target, linkKey(link)) as { readonly points?: readonly Position[] };
        // The first and the last are where it leaves and reaches its ends; one between them is half way of a direct one.
        const between = points.slice(1, -1);
        return between.length < 3 ? [] : [[linkKey(link), between.map(({ x, y }) => ({ x: x - left, y: y - top }))] as const];
      }),
    ),
  };
}

/** A connection through the places of its route, upright at each, as an SVG path. */
export function routedPath(from: Position, route: readonly Position[], to: Position): string {
  const stops = [from, ...route, to];
  return stops.slice(1).reduce((path, stop, i) => {
    const before = stops[i] ?? from;
    const middle = (before.y + stop.y) / 2;
    return `${path} C${before.x},${middle} ${stop.x},${middle} ${stop.x},${stop.y}`;
  }, `M${from.x},${from.y}`);
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
