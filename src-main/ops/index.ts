import { LatheError } from "../base/errors.js";
import { createRegistry, type Registry } from "../base/registry.js";
import { GraphBuilder, type InferTypes } from "../onnx/builder.js";
import { Emitter } from "../onnx/emitter.js";
import { abs } from "./abs.js";
import { add } from "./add.js";
import { and } from "./and.js";
import { batchNormalization } from "./batch-normalization.js";
import { cast } from "./cast.js";
import { clip } from "./clip.js";
import { div } from "./div.js";
import { dropout } from "./dropout.js";
import { elu } from "./elu.js";
import { equal } from "./equal.js";
import { erf } from "./erf.js";
import { exp } from "./exp.js";
import { gemm } from "./gemm.js";
import { greaterOrEqual } from "./greater-or-equal.js";
import { greater } from "./greater.js";
import { hardSigmoid } from "./hard-sigmoid.js";
import { identity } from "./identity.js";
import { isNan } from "./is-nan.js";
import { layerNormalization } from "./layer-normalization.js";
import { leakyRelu } from "./leaky-relu.js";
import { lessOrEqual } from "./less-or-equal.js";
import { less } from "./less.js";
import { logSoftmax } from "./log-softmax.js";
import { log } from "./log.js";
import { matMul } from "./mat-mul.js";
import { max } from "./max.js";
import { min } from "./min.js";
import { mul } from "./mul.js";
import { neg } from "./neg.js";
import { not } from "./not.js";
import { inferContext, type OpDefinition } from "./op.js";
import { or } from "./or.js";
import { pow } from "./pow.js";
import { reduceSum } from "./reduce-sum.js";
import { relu } from "./relu.js";
import { selu } from "./selu.js";
import { sigmoid } from "./sigmoid.js";
import { sign } from "./sign.js";
import { softmax } from "./softmax.js";
import { softplus } from "./softplus.js";
import { sqrt } from "./sqrt.js";
import { sub } from "./sub.js";
import { sum } from "./sum.js";
import { tanh } from "./tanh.js";
import { where } from "./where.js";

/** Every operator Lathe can type, differentiate or emit, in alphabetical order. */
export const ops: Registry<OpDefinition> = createRegistry("op", [
  abs,
  add,
  and,
  batchNormalization,
  cast,
  clip,
  div,
  dropout,
  elu,
  equal,
  erf,
  exp,
  gemm,
  greater,
  greaterOrEqual,
  hardSigmoid,
  identity,
  isNan,
  layerNormalization,
  leakyRelu,
  less,
  lessOrEqual,
  log,
  logSoftmax,
  matMul,
  max,
  min,
  mul,
  neg,
  not,
  or,
  pow,
  reduceSum,
  relu,
  selu,
  sigmoid,
  sign,
  softmax,
  softplus,
  sqrt,
  sub,
  sum,
  tanh,
  where,
], "graph.unsupported");

/** The shape rule of any registered operator. @throws LatheError `graph.unsupported`, `graph.shape`. */
export const inferTypes: InferTypes = (question) => {
  const definition = ops.get(question.op);
  const required = definition.required ?? definition.inputs.length;
  if (!definition.variadic && question.inputs.length > definition.inputs.length) {
    throw new LatheError("graph.shape", `${question.op} got ${question.inputs.length} operands, expected at most ${definition.inputs.length}`);
  }
  const context = inferContext(definition, question);
  for (const name of definition.inputs.slice(0, required)) context.input(name);
  return definition.infer(context);
};

/** An empty graph and the vocabulary to fill it. */
export function createEmitter(): Emitter {
  return new Emitter(new GraphBuilder(inferTypes));
}
