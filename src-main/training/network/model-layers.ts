import { LatheError } from "../../base/errors.js";
import { ROOT_SCOPE } from "../../onnx/builder.js";
import { type Graph, type Node, type Value, isFloat } from "../../onnx/types.js";

/** A layer of an exported graph, or an encoded input, whose output is pictures `[N, K, h, w]`. */
export interface PictureLayer {
  /** The layer's id, or the input's name. */
  readonly id: string;
  /** Ids of the layers that the file has folded into it: a batch norm into the convolution before it. */
  readonly folded: readonly string[];
  readonly kind: "input" | "layer";
  /** ONNX operators it is made of, in order. */
  readonly operators: readonly string[];
  readonly output: Value;
  /** K, h and w. */
  readonly maps: number;
  readonly height: number;
  readonly width: number;
}

/**
 * What a graph of Lathe's makes of pictures, in the order in which it does. Layers and encoders write themselves into scopes of their own: `conv1/Conv_0`. A
 * layer that adds nothing, as dropout in evaluation, is not there.
 * @param inputs names of the model's inputs.
 */
export function pictureLayers(graph: Graph, inputs: readonly string[]): readonly PictureLayer[] {
  const scopes = new Map<string, Node[]>();
  for (const node of graph.nodes) {
    const [id = "", ...rest] = node.name.split("/");
    if (rest.length > 0 && id !== ROOT_SCOPE) scopes.set(id, [...(scopes.get(id) ?? []), node]);
  }
  const outputs = new Set(graph.outputs.map(({ name }) => name));
  return [...scopes].flatMap(([id, nodes]): PictureLayer[] => {
    const name = resultOf(graph, nodes, outputs);
    const type = graph.types.get(name);
    if (!type || type.shape.length !== 4 || !isFloat(type.dtype)) return [];
    const [maps, height, width] = type.shape.slice(1);
    if (typeof maps !== "number" || typeof height !== "number" || typeof width !== "number") return [];
    // What was folded has written the convolution into its own scope; the weights still tell whose they are.
    const owner = ownerOf(graph, nodes);
    const isFolded = owner !== undefined && owner !== id && !scopes.has(owner);
    return [
      {
        id: isFolded ? owner : id,
        folded: isFolded ? [id] : [],
        kind: inputs.includes(id) ? "input" : "layer",
        operators: nodes.map(({ op }) => op),
        output: { name, ...type },
        maps,
        height,
        width,
      },
    ];
  });
}

/** The layer whose weights the first convolution among these nodes has; undefined where there is none. */
function ownerOf(graph: Graph, nodes: readonly Node[]): string | undefined {
  const weights = nodes.find(({ op }) => isConvolution(op))?.inputs[1] ?? "";
  return graph.initializers.has(weights) ? /^(.+)\.weight(\.folded\d*)?$/.exec(weights)?.[1] : undefined;
}

export function isConvolution(op: string): boolean {
  return op === "Conv" || op === "ConvTranspose";
}

/** The last of a layer's values that something outside of it reads. */
function resultOf(graph: Graph, nodes: readonly Node[], outputs: ReadonlySet<string>): string {
  const own = new Set(nodes);
  const read = new Set(graph.nodes.flatMap((node) => (own.has(node) ? [] : node.inputs)));
  const made = nodes.flatMap((node) => node.outputs);
  return made.findLast((name) => read.has(name) || outputs.has(name)) ?? made.at(-1) ?? "";
}

/** @param wanted the layer's id; absent: the first for which `fits` holds, from the end where `last` is set. @throws LatheError `usage` with what there is */
export function findLayer(
  layers: readonly PictureLayer[],
  wanted: string | undefined,
  fits: (layer: PictureLayer) => boolean,
  last: boolean,
  what: string,
): PictureLayer {
  const fitting = layers.filter(fits);
  const found = wanted === undefined ? (last ? fitting.at(-1) : fitting[0]) : fitting.find(({ id, folded }) => id === wanted || folded.includes(wanted));
  if (found) return found;
  if (fitting.length === 0) throw new LatheError("usage", `the model has no ${what}`);
  throw new LatheError("usage", `the model has no ${what} called "${wanted ?? ""}"; it has ${fitting.map(({ id }) => id).join(", ")}`, { layer: wanted });
}

/** Names of the values that a value is made from, itself among them. */
export function ancestorsOf(graph: Graph, name: string): ReadonlySet<string> {
  const needed = new Set([name]);
  for (const node of graph.nodes.toReversed()) {
    if (node.outputs.some((o) => needed.has(o))) for (const i of node.inputs) needed.add(i);
  }
  return needed;
}
