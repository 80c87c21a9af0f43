import type { Registry } from "../../base/registry.js";
import { createRegistry } from "../../base/registry.js";
import type { Conversion } from "../conversion.js";
import { celu, depthToSpace, gelu, hardSwish, mean, mish, pRelu, reciprocal, softsign, swish, thresholdedRelu, xor } from "./activations.js";
import { batchNormalization } from "./batch-normalization.js";
import { cast, castLike } from "./cast.js";
import { clip } from "./clip.js";
import { constant, constantOfShape, identity } from "./constant.js";
import { ceil, floor, mod, reduceProd, round, trilu } from "./constants-only.js";
import { dropout } from "./dropout.js";
import { groupNormalization, instanceNormalization, layerNormalization, lpNormalization, rmsNormalization } from "./normalisations.js";
import { pad } from "./pad.js";
import { gru, lstm, rnn } from "./recurrent.js";
import { reduceL1, reduceL2, reduceLogSum, reduceLogSumExp, reduceMax, reduceMean, reduceMin, reduceSum, reduceSumSquare } from "./reduce.js";
import { resize, upsample } from "./resize.js";
import { concat, equal, expand, reshape, shape, transpose, where } from "./shape.js";
import { slice } from "./slice.js";
import { logSoftmax, softmax } from "./softmax.js";
import { split } from "./split.js";
import { squeeze, unsqueeze } from "./squeeze.js";
import { averagePool, conv, maxPool } from "./windows.js";

/** Operators whose page has changed since opset 7, and those that are written in others. All others are the same in opset 17. */
export const conversions: Registry<Conversion> = createRegistry(
  "conversion",
  [
    averagePool,
    batchNormalization,
    cast,
    castLike,
    ceil,
    celu,
    clip,
    concat,
    constant,
    constantOfShape,
    conv,
    depthToSpace,
    dropout,
    equal,
    expand,
    floor,
    gelu,
    groupNormalization,
    gru,
    hardSwish,
    identity,
    instanceNormalization,
    layerNormalization,
    logSoftmax,
    lpNormalization,
    lstm,
    maxPool,
    mean,
    mish,
    mod,
    pRelu,
    pad,
    reciprocal,
    reduceL1,
    reduceL2,
    reduceLogSum,
    reduceLogSumExp,
    reduceMax,
    reduceMean,
    reduceMin,
    reduceProd,
    reduceSum,
    reduceSumSquare,
    reshape,
    resize,
    rmsNormalization,
    rnn,
    round,
    shape,
    slice,
    softmax,
    softsign,
    split,
    squeeze,
    swish,
    thresholdedRelu,
    transpose,
    trilu,
    unsqueeze,
    upsample,
    where,
    xor,
  ],
  "graph.unsupported",
);
