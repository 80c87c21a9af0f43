import type { Graph } from "../onnx/types.js";
import { expandBatchNormalization } from "./expand-batch-normalization.js";
import { rewriteGraph } from "./rewrite.js";
import { featureMajor } from "./feature-major.js";
import { skipExpand } from "./skip-expand.js";

/** All rewrites, each exact, in the order in which one makes room for the next. */
export function rewriteAll(graph: Graph): Graph {
  return [expandBatchNormalization, skipExpand(), featureMajor()].reduce(rewriteGraph, graph);
}
