import type { Graph } from "../onnx/types.js";
import { commonFactor } from "./common-factor.js";
import { eluByExp } from "./elu-by-exp.js";
import { expandBatchNormalization } from "./expand-batch-normalization.js";
import { featureMajor } from "./feature-major.js";
import { rewriteGraph } from "./rewrite.js";
import { sharedBatchLength } from "./shared-batch-length.js";
import { skipExpand } from "./skip-expand.js";

/** All rewrites, each exact, in the order in which one makes room for the next. */
export function rewriteAll(graph: Graph): Graph {
  return [expandBatchNormalization, skipExpand(), commonFactor(), eluByExp(), sharedBatchLength(), featureMajor()].reduce(rewriteGraph, graph);
}
