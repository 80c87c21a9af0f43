import { LatheError } from "../base/errors.js";
import { createRegistry, type Registry } from "../base/registry.js";
import { GraphBuilder, type InferTypes } from "../onnx/builder.js";
import { Emitter } from "../onnx/emitter.js";
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
import { gru } from "./gru.js";
import { hardSigmoid } from "./hard-sigmoid.js";
import { identity } from "./identity.js";
import { isNan } from "./is-nan.js";
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
import { inferContext, type OpDefinition } from "./op.js";
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

/** Every operator Lathe can type, differentiate or emit, in alphabetical order. */
export const ops: Registry<OpDefinition> = createRegistry(
  "op",
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
    constant,
    constantOfShape,
    conv,
    convTranspose,
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
    gather,
    gatherElements,
    gatherNd,
    gemm,
    globalAveragePool,
    globalMaxPool,
    greater,
    greaterOrEqual,
    gru,
    hardSigmoid,
    identity,
    isNan,
    labelEncoder,
    layerNormalization,
    leakyRelu,
    less,
    lessOrEqual,
    log,
    logSoftmax,
    lstm,
    matMul,
    max,
    maxPool,
    maxUnpool,
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
    reduceSum,
    reduceSumSquare,
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

/** The shape rule of any registered operator. @throws LatheError `graph.unsupported`, `graph.shape`. */
export const inferTypes: InferTypes = (question) => {
  const definition = ops.get(question.op);
  if (question.domain !== (definition.domain ?? "")) {
    throw new LatheError("graph.unsupported", `there is no op ${question.op} of the domain ${question.domain || "ONNX"}`, { type: question.op });
  }
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
