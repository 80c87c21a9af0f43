import { defined } from "../base/assert.js";
import type { Emitter, Unfinished } from "../onnx/emitter.js";
import { ROOT_SCOPE } from "../onnx/builder.js";
import type { Graph, Node, Value } from "../onnx/types.js";
import { createEmitter } from "../ops/index.js";

/**
 * An exact change of a graph: same inputs, same outputs by name and value, fewer or cheaper nodes.
 * @returns the node's results, made otherwise; undefined leaves the node as it is.
 */
export interface Rewrite {
  readonly name: string;
  /**
   * Told all of the old graph before the first node, and which of its values are going to be differentiated by.
   * @returns whether there is anything that it may make otherwise: copying a graph as it is would take most of the time
   */
  prepare(graph: Graph, learns: ReadonlySet<string>): boolean;
  replace(e: Emitter, node: Node, inputs: readonly (Value | undefined)[]): readonly Value[] | undefined;
}

/** Builds a graph anew, node by node, with one rewrite; the same graph where that has nothing to do. */
export function rewriteGraph(graph: Graph, rewrite: Rewrite): Graph {
  if (!rewrite.prepare(graph, new Set())) return graph;
  const { e, values } = anew(graph, rewrite);
  for (const { name, doc } of graph.outputs) e.graph.output(defined(values.get(name), name), name, doc);
  return e.graph.build(graph.name);
}

/** The same for a graph that is not finished: an emitter to continue with, and `learns` and `kept` as they are there. */
export function rewriteUnfinished(unfinished: Unfinished, rewrite: Rewrite): Unfinished {
  const { e: before, learns, kept } = unfinished;
  const graph = before.graph.soFar([...learns, ...kept]);
  if (!rewrite.prepare(graph, new Set(learns.map(({ name }) => name)))) return unfinished;
  const { e, values } = anew(graph, rewrite);
  const now = ({ name }: Value) => defined(values.get(name), name);
  return { e, learns: learns.map(now), kept: kept.map(now) };
}

function anew(graph: Graph, rewrite: Rewrite): { readonly e: Emitter; readonly values: ReadonlyMap<string, Value> } {
  const e = createEmitter();
  return { e, values: copyInto(e, graph, (node, inputs) => rewrite.replace(e, node, inputs)) };
}

/**
 * Writes a graph into one under construction, which may then continue from any of its values.
 * @param replace gives a node's results where they are made otherwise. @returns the values by their old names
 */
export function copyInto(
  e: Emitter,
  graph: Graph,
  replace?: (node: Node, inputs: readonly (Value | undefined)[]) => readonly Value[] | undefined,
): ReadonlyMap<string, Value> {
  const values = new Map<string, Value>();
  for (const { name, dtype, shape, doc } of graph.inputs) values.set(name, e.graph.input(name, dtype, shape, doc));
  for (const [name, data] of graph.initializers) values.set(name, e.graph.adopt(name, data));
  /** Old names of what is as it was, with all that leads to it: so are its types, which to infer is most of the work. */
  const same = new Set(["", ...values.keys()]);
  for (const node of graph.nodes) {
    const inputs = node.inputs.map((name) => (name === "" ? undefined : defined(values.get(name), name)));
    const outputs = e.graph.scope(node.name.split("/").slice(0, -1).join("/") || ROOT_SCOPE, () => {
      const replaced = replace?.(node, inputs);
      if (replaced) return replaced;
      const types = node.inputs.every((name) => same.has(name)) ? node.outputs.map((name) => defined(graph.types.get(name), name)) : undefined;
      if (types) for (const name of node.outputs) same.add(name);
      return e.graph.node(node.op, inputs, node.attributes, { domain: node.domain, outputs: node.outputs.length, ...(types && { types }) });
    });
    node.outputs.forEach((name, i) => values.set(name, defined(outputs[i], name)));
  }
  return values;
}
