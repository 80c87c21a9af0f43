import { createRegistry } from "../base/registry.js";
import { add } from "./add.js";
import { batchNorm1d } from "./batch-norm-1d.js";
import { concat } from "./concat.js";
import { dropout } from "./dropout.js";
import { elu } from "./elu.js";
import { flatten } from "./flatten.js";
import { gelu } from "./gelu.js";
import { identity } from "./identity.js";
import { layerNorm } from "./layer-norm.js";
import type { LayerDefinition } from "./layer.js";
import { leakyRelu } from "./leaky-relu.js";
import { linear } from "./linear.js";
import { logSoftmax } from "./log-softmax.js";
import { relu } from "./relu.js";
import { selu } from "./selu.js";
import { sigmoid } from "./sigmoid.js";
import { softmax } from "./softmax.js";
import { softplus } from "./softplus.js";
import { tanh } from "./tanh.js";

/** Every layer a model can be made of, in the order the studio's palette shows them. */
export const layers = createRegistry<LayerDefinition>("layer", [
  linear,
  relu,
  leakyRelu,
  elu,
  selu,
  gelu,
  sigmoid,
  tanh,
  softplus,
  softmax,
  logSoftmax,
  batchNorm1d,
  layerNorm,
  dropout,
  flatten,
  concat,
  add,
  identity,
]);
