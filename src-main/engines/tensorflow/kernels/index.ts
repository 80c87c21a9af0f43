import { createRegistry, type Registry } from "../../../base/registry.js";
import { abs } from "./abs.js";
import { add } from "./add.js";
import { and } from "./and.js";
import { argMax } from "./arg-max.js";
import { averagePool } from "./average-pool.js";
import { batchNormalization } from "./batch-normalization.js";
import { cast } from "./cast.js";
import { clip } from "./clip.js";
import { concat } from "./concat.js";
import { constant } from "./constant.js";
import { constantOfShape } from "./constant-of-shape.js";
import { conv } from "./conv.js";
import { convTranspose } from "./conv-transpose.js";
import { cumSum } from "./cum-sum.js";
import { depthToSpace } from "./depth-to-space.js";
import { div } from "./div.js";
import { dropout } from "./dropout.js";
import { elu } from "./elu.js";
import { equal } from "./equal.js";
import { erf } from "./erf.js";
import { exp } from "./exp.js";
import { expand } from "./expand.js";
import { flatten } from "./flatten.js";
import { gather } from "./gather.js";
import { gatherElements } from "./gather-elements.js";
import { gatherNd } from "./gather-nd.js";
import { gemm } from "./gemm.js";
import { globalAveragePool } from "./global-average-pool.js";
import { globalMaxPool } from "./global-max-pool.js";
import { greater } from "./greater.js";
import { greaterOrEqual } from "./greater-or-equal.js";
import { gridSample } from "./grid-sample.js";
import { gru } from "./gru.js";
import { hardSigmoid } from "./hard-sigmoid.js";
import { identity } from "./identity.js";
import { instanceNormalization } from "./instance-normalization.js";
import { isNan } from "./is-nan.js";
import type { Kernel } from "./kernel.js";
import { labelEncoder } from "./label-encoder.js";
import { layerNormalization } from "./layer-normalization.js";
import { leakyRelu } from "./leaky-relu.js";
import { less } from "./less.js";
import { lessOrEqual } from "./less-or-equal.js";
import { log } from "./log.js";
import { logSoftmax } from "./log-softmax.js";
import { lstm } from "./lstm.js";
import { matMul } from "./mat-mul.js";
import { max } from "./max.js";
import { maxPool } from "./max-pool.js";
import { maxUnpool } from "./max-unpool.js";
import { min } from "./min.js";
import { mul } from "./mul.js";
import { neg } from "./neg.js";
import { not } from "./not.js";
import { oneHot } from "./one-hot.js";
import { or } from "./or.js";
import { pad } from "./pad.js";
import { pow } from "./pow.js";
import { range } from "./range.js";
import { reduceL2 } from "./reduce-l2.js";
import { reduceMax } from "./reduce-max.js";
import { reduceMean } from "./reduce-mean.js";
import { reduceMin } from "./reduce-min.js";
import { reduceSum } from "./reduce-sum.js";
import { reduceSumSquare } from "./reduce-sum-square.js";
import { relu } from "./relu.js";
import { reshape } from "./reshape.js";
import { resize } from "./resize.js";
import { rnn } from "./rnn.js";
import { scan } from "./scan.js";
import { scatterElements } from "./scatter-elements.js";
import { scatterNd } from "./scatter-nd.js";
import { selu } from "./selu.js";
import { shape } from "./shape.js";
import { sigmoid } from "./sigmoid.js";
import { sign } from "./sign.js";
import { size } from "./size.js";
import { slice } from "./slice.js";
import { softmax } from "./softmax.js";
import { softplus } from "./softplus.js";
import { spaceToDepth } from "./space-to-depth.js";
import { split } from "./split.js";
import { sqrt } from "./sqrt.js";
import { squeeze } from "./squeeze.js";
import { sub } from "./sub.js";
import { sum } from "./sum.js";
import { tanh } from "./tanh.js";
import { tile } from "./tile.js";
import { transpose } from "./transpose.js";
import { unsqueeze } from "./unsqueeze.js";
import { where } from "./where.js";

/** Every operator that the engine runs, in alphabetical order. */
export const kernels: Registry<Kernel> = createRegistry(
  "kernel",
  [
    abs,
    add,
    and,
    argMax,
    averagePool,
    batchNormalization,
    cast,
    clip,
    concat,
    constantOfShape,
    constant,
    convTranspose,
    conv,
    cumSum,
    depthToSpace,
    div,
    dropout,
    elu,
    equal,
    erf,
    exp,
    expand,
    flatten,
    gatherElements,
    gatherNd,
    gather,
    gemm,
    globalAveragePool,
    globalMaxPool,
    greaterOrEqual,
    greater,
    gridSample,
    gru,
    hardSigmoid,
    identity,
    instanceNormalization,
    isNan,
    labelEncoder,
    layerNormalization,
    leakyRelu,
    lessOrEqual,
    less,
    logSoftmax,
    log,
    lstm,
    matMul,
    maxPool,
    maxUnpool,
    max,
    min,
    mul,
    neg,
    not,
    oneHot,
    or,
    pad,
    pow,
    range,
    reduceL2,
    reduceMax,
    reduceMean,
    reduceMin,
    reduceSumSquare,
    reduceSum,
    relu,
    reshape,
    resize,
    rnn,
    scan,
    scatterElements,
    scatterNd,
    selu,
    shape,
    sigmoid,
    sign,
    size,
    slice,
    softmax,
    softplus,
    spaceToDepth,
    split,
    sqrt,
    squeeze,
    sub,
    sum,
    tanh,
    tile,
    transpose,
    unsqueeze,
    where,
  ],
  "graph.unsupported",
);
