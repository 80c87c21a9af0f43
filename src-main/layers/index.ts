import { createRegistry } from "../base/registry.js";
import { adaptiveAvgPool1d } from "./adaptive-avg-pool-1d.js";
import { adaptiveAvgPool2d } from "./adaptive-avg-pool-2d.js";
import { adaptiveMaxPool2d } from "./adaptive-max-pool-2d.js";
import { add } from "./add.js";
import { avgPool1d } from "./avg-pool-1d.js";
import { avgPool2d } from "./avg-pool-2d.js";
import { batchNorm1d } from "./batch-norm-1d.js";
import { batchNorm2d } from "./batch-norm-2d.js";
import { bilinear } from "./bilinear.js";
import { concat } from "./concat.js";
import { conv1d } from "./conv-1d.js";
import { conv2d } from "./conv-2d.js";
import { convTranspose2d } from "./conv-transpose-2d.js";
import { cosineSimilarity } from "./cosine-similarity.js";
import { dotProduct } from "./dot-product.js";
import { dropout } from "./dropout.js";
import { dropout2d } from "./dropout-2d.js";
import { elu } from "./elu.js";
import { embedding } from "./embedding.js";
import { flatten } from "./flatten.js";
import { gelu } from "./gelu.js";
import { groupNorm } from "./group-norm.js";
import { gru } from "./gru.js";
import { hardSigmoid } from "./hard-sigmoid.js";
import { hardSwish } from "./hard-swish.js";
import { identity } from "./identity.js";
import { instanceNorm2d } from "./instance-norm-2d.js";
import type { LayerDefinition } from "./layer.js";
import { layerNorm } from "./layer-norm.js";
import { leakyRelu } from "./leaky-relu.js";
import { linear } from "./linear.js";
import { logSoftmax } from "./log-softmax.js";
import { lstm } from "./lstm.js";
import { maxPool1d } from "./max-pool-1d.js";
import { maxPool2d } from "./max-pool-2d.js";
import { mul } from "./mul.js";
import { multiheadAttention } from "./multihead-attention.js";
import { onnxOperator } from "./onnx-operator.js";
import { pairwiseDistance } from "./pairwise-distance.js";
import { permute } from "./permute.js";
import { pixelShuffle } from "./pixel-shuffle.js";
import { positionalEncoding } from "./positional-encoding.js";
import { reflectionPad2d } from "./reflection-pad-2d.js";
import { relu } from "./relu.js";
import { relu6 } from "./relu6.js";
import { replicationPad2d } from "./replication-pad-2d.js";
import { rnn } from "./rnn.js";
import { select } from "./select.js";
import { selu } from "./selu.js";
import { sigmoid } from "./sigmoid.js";
import { silu } from "./silu.js";
import { softmax } from "./softmax.js";
import { softplus } from "./softplus.js";
import { sub } from "./sub.js";
import { tanh } from "./tanh.js";
import { transformerEncoderLayer } from "./transformer-encoder-layer.js";
import { unflatten } from "./unflatten.js";
import { upsample } from "./upsample.js";
import { zeroPad2d } from "./zero-pad-2d.js";

/** Every layer a model can be made of, in the order the studio's palette shows them. */
export const layers = createRegistry<LayerDefinition>("layer", [
  linear,
  conv2d,
  conv1d,
  convTranspose2d,
  upsample,
  pixelShuffle,
  zeroPad2d,
  reflectionPad2d,
  replicationPad2d,
  gru,
  lstm,
  rnn,
  embedding,
  positionalEncoding,
  multiheadAttention,
  transformerEncoderLayer,
  maxPool2d,
  avgPool2d,
  adaptiveAvgPool2d,
  adaptiveMaxPool2d,
  maxPool1d,
  avgPool1d,
  adaptiveAvgPool1d,
  relu,
  leakyRelu,
  elu,
  selu,
  gelu,
  silu,
  relu6,
  hardSwish,
  hardSigmoid,
  sigmoid,
  tanh,
  softplus,
  softmax,
  logSoftmax,
  batchNorm1d,
  batchNorm2d,
  layerNorm,
  groupNorm,
  instanceNorm2d,
  dropout,
  dropout2d,
  flatten,
  unflatten,
  permute,
  select,
  concat,
  add,
  sub,
  mul,
  bilinear,
  dotProduct,
  cosineSimilarity,
  pairwiseDistance,
  identity,
  onnxOperator,
]);
