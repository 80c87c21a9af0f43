import { LatheError } from "../base/errors.js";
import { METADATA, encodedNames } from "../contract/model-metadata.js";
import { decodeModel, encodeModel } from "../onnx/protobuf.js";
import type { Graph, GraphValue, Node } from "../onnx/types.js";

/**
 * A model without its preprocessing: it takes what the network itself reads, under the names of the raw inputs. Pictures are float32 `[N, C, H, W]`, resized,
 * divided by 255 and normalised; numbers are scaled, words one-hot.
 * @throws LatheError `export.format` for a file that does not say where its preprocessing ends.
 */
export function bareNetwork(bytes: Uint8Array): Uint8Array {
  const model = decodeModel(bytes);
  const text = model.metadata.get(METADATA.encoded);
  if (text === undefined)
    throw new LatheError("export.format", "the model does not say where its preprocessing ends: an earlier version of Lathe wrote it; train again");
  const encoded = new Map(Object.entries(encodedNames(text, "the model")));
  const metadata = new Map([...model.metadata].filter(([key]) => key !== METADATA.encoded)).set(METADATA.preprocess, "none");
  return encodeModel({
    ...model,
    graph: cut(model.graph, encoded),
    metadata,
    doc: model.doc.replace("raw columns", "what preprocessing makes of the raw columns"),
  });
}

/** The part of a graph after some values, which become its inputs. @param at by input name, the value. */
function cut(graph: Graph, at: ReadonlyMap<string, string>): Graph {
  const renamed = new Map([...at].map(([input, value]) => [value, input]));
  const makers = new Map(graph.nodes.flatMap((node) => node.outputs.map((output) => [output, node] as const)));
  const [kept, used] = [new Set<Node>(), new Set<string>()];
  const visit = (name: string): void => {
    if (name === "" || renamed.has(name) || used.has(name)) return;
    used.add(name);
    const node = makers.get(name);
    if (!node || kept.has(node)) return;
    kept.add(node);
    node.inputs.forEach(visit);
  };
  for (const { name } of graph.outputs) visit(name);
  const inputs = [...at].map(([name, value]): GraphValue => {
    const type = graph.types.get(value);
    if (!type) throw new LatheError("export.format", `the model does not tell the type of ${value}`);
    return { name, dtype: type.dtype, shape: type.shape };
  });
  return {
    ...graph,
    inputs,
    initializers: new Map([...graph.initializers].filter(([name]) => used.has(name))),
    nodes: graph.nodes.filter((node) => kept.has(node)).map((node) => ({ ...node, inputs: node.inputs.map((name) => renamed.get(name) ?? name) })),
    types: new Map([...graph.types].filter(([name]) => used.has(name))),
  };
}
