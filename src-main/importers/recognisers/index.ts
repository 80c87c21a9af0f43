import type { Recogniser } from "../recogniser.js";
import { elu, hardSigmoid, leakyRelu, logSoftmax, product, relu, relu6, sigmoid, softmax, tanh } from "./activation.js";
import { conv } from "./convolution.js";
import { add, concat, mul, sub } from "./joining.js";
import { gemm, matMul, matMulAdd } from "./linear.js";
import { dropout, flatten, gather, pad, reshape, transpose } from "./moving.js";
import { batchNormalization, layerNormalization, writtenLayerNorm } from "./normalisation.js";
import { averagePool, globalAveragePool, globalMaxPool, maxPool, spatialMean } from "./pooling.js";
import { allSteps, lastByGather, lastBySqueeze } from "./recurrent.js";

/** Asked in this order: what stands for more nodes comes first. */
export const recognisers: readonly Recogniser[] = [
  writtenLayerNorm,
  allSteps,
  lastByGather,
  lastBySqueeze,
  matMulAdd,
  product,
  gemm,
  matMul,
  conv,
  batchNormalization,
  layerNormalization,
  maxPool,
  averagePool,
  globalAveragePool,
  globalMaxPool,
  spatialMean,
  relu,
  leakyRelu,
  elu,
  relu6,
  sigmoid,
  tanh,
  hardSigmoid,
  softmax,
  logSoftmax,
  dropout,
  flatten,
  reshape,
  transpose,
  pad,
  gather,
  add,
  sub,
  mul,
  concat,
];
