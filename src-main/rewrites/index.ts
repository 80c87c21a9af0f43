import type { Unfinished } from "../onnx/emitter.js";
import type { Graph } from "../onnx/types.js";
import { commonFactor } from "./common-factor.js";
import { commonSubexpression } from "./common-subexpression.js";
import { depthwiseAsProduct } from "./depthwise-as-product.js";
import { depthwiseGradientByRows } from "./depthwise-gradient-by-rows.js";
import { eluByExp } from "./elu-by-exp.js";
import { expandBatchNormalization } from "./expand-batch-normalization.js";
import { featureMajor } from "./feature-major.js";
import { foldBatchNorm } from "./fold-batch-norm.js";
import { foldConstants } from "./fold-constants.js";
import { keepGates, lstmBySteps } from "./lstm-by-steps.js";
import { largerOfTwo } from "./larger-of-two.js";
import { padIntoConv } from "./pad-into-conv.js";
import { poolBeforeActivation } from "./pool-before-activation.js";
import { poolByHalves } from "./pool-by-halves.js";
import { poolByPhases } from "./pool-by-phases.js";
import { rewriteGraph, rewriteUnfinished } from "./rewrite.js";
import { rnnAsGru } from "./rnn-as-gru.js";
import { rnnBySteps } from "./rnn-by-steps.js";
import { sharedBatchLength } from "./shared-batch-length.js";
import { sharedPool } from "./shared-pool.js";
import { skipExpand } from "./skip-expand.js";
import { slopeOfClip } from "./slope-of-clip.js";
import { sumOfProducts } from "./sum-of-products.js";
import { sumOfUnpooled } from "./sum-of-unpooled.js";

/** Below so many samples the batch is too short a run to be worth turning activations for (measured: 2 to 4 % slower at 2, 4 % faster at 32). */
const SHORT_BATCH = 16;

/** What a graph is changed for. Some changes move the last bits: a run that began before them is trained without, to the same bytes. */
export interface RewriteOptions {
  /** The version of the run's `config.json`; omitted: as now. */
  readonly asOf?: number | undefined;
}
/** Versions from which an RNN is trained step by step, an LSTM of many units with its gates kept, and convolutions of single channels as products. */
const [RNN_BY_STEPS, GATES_KEPT, DEPTHWISE_AS_PRODUCT] = [2, 3, 4];
const since = (version: number, { asOf = version }: RewriteOptions) => asOf >= version;

/** What makes a forward graph cheaper to differentiate, in order: its gradient is simpler for it. */
export function rewriteForward(forward: Unfinished, options: RewriteOptions = {}): Unfinished {
  const depthwise = since(DEPTHWISE_AS_PRODUCT, options);
  return [
    ...(depthwise ? [padIntoConv()] : []),
    poolBeforeActivation(),
    poolByPhases(),
    poolByHalves(),
    ...(since(GATES_KEPT, options) ? [keepGates()] : []),
    ...(depthwise ? [depthwiseAsProduct()] : []),
  ].reduce(rewriteUnfinished, forward);
}

/**
 * All rewrites, each exact, in the order in which one makes room for the next.
 * @param batchSize samples a step; decides what pays, never what comes out.
 */
export function rewriteAll(graph: Graph, batchSize: number, options: RewriteOptions = {}): Graph {
  const always = [
    expandBatchNormalization,
    ...(since(RNN_BY_STEPS, options) ? [rnnBySteps] : []),
    lstmBySteps,
    sharedPool(),
    poolBeforeActivation(),
    sumOfUnpooled(),
    largerOfTwo(),
    ...(since(DEPTHWISE_AS_PRODUCT, options) ? [depthwiseGradientByRows(), sumOfProducts(), slopeOfClip()] : []),
    skipExpand(),
    commonFactor(),
    eluByExp(),
    sharedBatchLength(),
    foldConstants(),
    commonSubexpression(),
  ];
  return (batchSize < SHORT_BATCH ? always : [...always, featureMajor()]).reduce(rewriteGraph, graph);
}

/**
 * The rewrites of a file that only answers, whose weights are stored in it. Folding moves the last bits of an answer, so it is done where a norm costs
 * something, over pictures; the file of a table answers as the trainer does to the bit. What graphics cards lack is made of what they have.
 */
export function rewriteForInference(graph: Graph): Graph {
  return [rnnAsGru, foldBatchNorm(["Conv"]), foldConstants(), commonSubexpression()].reduce(rewriteGraph, graph);
}
