import type { Graph, Node, Shape } from "../onnx/types.js";
import { readAttributes } from "../ops/op.js";
import { type WindowAxis, windowsOf } from "../ops/windows.js";

/** The windows of a Conv whose X and W have these shapes, of lengths known after the first two axes. */
export function windowsOfConvolution({ op, attributes }: Node, x: Shape, w: Shape): readonly WindowAxis[] {
  const lengths = (shape: Shape) => shape.slice(2).map(Number);
  return windowsOf(readAttributes(op, attributes), lengths(w), lengths(x));
}

/** What is found of a graph's nodes, by the name of their first result; nodes of which nothing is found are left out. */
export function foundByResult<T>(graph: Graph, find: (graph: Graph, node: Node) => T | undefined): ReadonlyMap<string, T> {
  return new Map(
    graph.nodes.flatMap((node) => {
      const found = find(graph, node);
      return found === undefined ? [] : [[node.outputs[0] ?? "", found] as const];
    }),
  );
}

/** Which tap of a window meets which place for which result, along one axis, without what meets the padding. */
export function meetingsAlong({
  length,
  kernel,
  stride,
  dilation,
  before,
  count,
}: WindowAxis): readonly (readonly [tap: number, place: number, result: number])[] {
  return Array.from({ length: count }, (_, result) =>
    Array.from({ length: kernel }, (_, tap) => [tap, result * stride + tap * dilation - before, result] as const).filter(
      ([, place]) => place >= 0 && place < length,
    ),
  ).flat();
}
