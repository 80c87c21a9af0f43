import { defined } from "../../base/assert.js";
import { LatheError } from "../../base/errors.js";
import { differentiate } from "../../autodiff/differentiate.js";
import type { Graph, Node } from "../../onnx/types.js";
import { createEmitter } from "../../ops/index.js";
import { copyInto } from "../../rewrites/rewrite.js";
import { type PictureLayer, ancestorsOf, findLayer, isConvolution, pictureLayers } from "../network/model-layers.js";

/** Names of what is added to the graph's own inputs and outputs; names of inputs and targets have no blanks. */
export const saliencyNames = {
  /** float32 `[1, K]`: what the score is made of, e.g. 1 for the class asked for and 0 for the others. */
  weights: "class weights",
  /** float32 `[N, h, w]`, from 0 on. */
  map: "class map",
  /** float32 `[N]` */
  score: "class score",
  /** What the model answers, as its own output has it. */
  answer: "class answer",
} as const;

export interface SaliencyGraph {
  readonly graph: Graph;
  readonly layer: PictureLayer;
}

/**
 * Grad-CAM (Selvaraju et al. 2017, https://arxiv.org/abs/1610.02391) of an exported model. With A `[N, K, h, w]` the activations of a layer and y the score of
 * a class before softmax or sigmoid, α_k = mean over h and w of ∂y/∂A_k, and the map is ReLU(Σ_k α_k·A_k): where the picture speaks for the class. One graph
 * serves all classes.
 * @param inputs names of the model's inputs. @param output the graph output of the target.
 * @param wanted the layer; by default the last convolution, as in the paper, or where there is none the last layer, of more than one place.
 * @throws LatheError `usage` where the target does not depend on such a layer; `autodiff.*`
 */
export function buildSaliencyGraph(model: Graph, inputs: readonly string[], output: string, wanted?: string): SaliencyGraph {
  const logits = scoresBehind(model, output);
  const behind = ancestorsOf(model, logits);
  const fits = (layer: PictureLayer) => layer.kind === "layer" && layer.height * layer.width > 1 && behind.has(layer.output.name);
  const layers = pictureLayers(model, inputs);
  const last = layers.findLast((one) => fits(one) && one.operators.some(isConvolution));
  const layer = findLayer(layers, wanted ?? last?.id, fits, true, `layer over pictures that ${output} is made from`);

  const e = createEmitter();
  const values = copyInto(e, model);
  const scores = defined(values.get(logits), logits);
  const activations = defined(values.get(layer.output.name), layer.output.name);
  const weights = e.graph.input(saliencyNames.weights, "float32", [1, scores.shape.at(-1) ?? 1]);
  // Samples do not see each other in evaluation, so the gradient of the sum is that of each.
  const score = e.reduceSum(e.mul(scores, weights), [1]);
  const [gradient] = differentiate(e, e.reduceSum(score), [activations]);
  const alpha = e.reduceMean(defined(gradient, "the gradient"), [2, 3], true);
  e.graph.output(e.relu(e.reduceSum(e.mul(alpha, activations), [1])), saliencyNames.map);
  e.graph.output(score, saliencyNames.score);
  e.graph.output(defined(values.get(output), output), saliencyNames.answer);
  return { graph: e.graph.build("saliency"), layer };
}

const FINAL = ["Softmax", "LogSoftmax", "Sigmoid"];

/** What an answer is before it becomes probabilities, whether the export or a layer of the network made them so. `[N, K]` */
function scoresBehind(graph: Graph, output: string): string {
  const producers = new Map<string, Node>(graph.nodes.flatMap((node) => node.outputs.map((name) => [name, node])));
  const through = (name: string, ops: readonly string[]): string => {
    const node = producers.get(name);
    return node && ops.includes(node.op) ? (node.inputs[0] ?? name) : name;
  };
  const isCopy = (name: string) => producers.get(name)?.op === "Identity";
  let name = output;
  for (const ops of [["Exp"], FINAL]) {
    while (isCopy(name)) name = through(name, ["Identity"]);
    name = through(name, ops);
  }
  if (graph.types.get(name)?.shape.length !== 2) throw new LatheError("usage", `${output} is no answer of one row a picture, so that no class has a score`);
  return name;
}
