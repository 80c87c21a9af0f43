import { describe, expect, it } from "vitest";
import { layers } from "../../src-main/layers/index.js";
import type { TargetKind } from "../../src-main/losses/loss.js";
import { losses } from "../../src-main/losses/index.js";
import { optimizers } from "../../src-main/optimizers/index.js";
import { checkGradients } from "../support/gradient-checker.js";
import { lossCheck, optimizerCheck, stackCheck } from "../support/lowered.js";
import { type Sample, any, apart, distinct, fixed, given, uniform, whole } from "../support/samples.js";

type Options = Readonly<Record<string, unknown>>;

/** Every layer in both modes, by its inputs and parameters, over its options. `apart` keeps away from kinks at 0. */
const layerCases: readonly (readonly [type: string, options: Options, ...inputs: Sample[]])[] = [
  ["Linear", { outFeatures: 2 }, any("N", 3)],
  ["Linear", { outFeatures: 3, bias: false }, any("N", 2)],
  ["Linear", { outFeatures: 2 }, any("N", 2, 3)],
  ["ReLU", {}, apart("N", 4)],
  ["LeakyReLU", {}, apart("N", 4)],
  ["LeakyReLU", { negativeSlope: 0.3 }, apart("N", 2, 2)],
  ["ELU", {}, apart("N", 4)],
  ["ELU", { alpha: 0.5 }, apart("N", 4)],
  ["SELU", {}, apart("N", 4)],
  ["GELU", {}, any("N", 4)],
  ["GELU", { approximate: "tanh" }, any("N", 4)],
  ["GELU", {}, given([-50, -3, 0, 3, 50], 1, 5)],
  ["GELU", { approximate: "tanh" }, given([-50, -3, 0, 3, 50], 1, 5)],
  ["Sigmoid", {}, any("N", 4)],
  ["Tanh", {}, any("N", 4)],
  ["Softplus", {}, any("N", 4)],
  ["Softplus", { beta: 3, threshold: 4 }, given([-2, -0.5, 0, 0.5, 1, 2], 1, 6)],
  ["Softmax", {}, any("N", 4)],
  ["Softmax", { dim: 1 }, any("N", 2, 3)],
  ["LogSoftmax", {}, any("N", 4)],
  ["LogSoftmax", { dim: -2 }, any("N", 2, 3)],
  ["BatchNorm1d", {}, any(4, 3)],
  ["BatchNorm1d", { eps: 0.1, momentum: 0.3 }, any(3, 2)],
  ["BatchNorm1d", { affine: false }, any(4, 2)],
  ["BatchNorm1d", { momentum: null }, any(4, 2)],
  ["BatchNorm1d", { trackRunningStats: false }, any(4, 2)],
  ["BatchNorm1d", {}, any("N", 2, 3)],
  ["LayerNorm", { normalizedShape: 3 }, any("N", 3)],
  ["LayerNorm", { normalizedShape: [2, 3] }, any("N", 2, 3)],
  ["LayerNorm", { normalizedShape: 3, bias: false }, any("N", 3)],
  ["LayerNorm", { normalizedShape: 3, elementwiseAffine: false, eps: 0.1 }, any("N", 3)],
  ["Dropout", {}, any("N", 6)],
  ["Dropout", { p: 0.8 }, any("N", 6)],
  ["Dropout", { p: 0 }, any("N", 2)],
  ["Dropout", { p: 1 }, any("N", 2)],
  ["Flatten", {}, any("N", 2, 3)],
  ["Flatten", { startDim: 2 }, any("N", 2, 3, 2)],
  ["Flatten", { endDim: 2 }, any("N", 2, 3, 2)],
  ["Concat", {}, any("N", 2), any("N", 3), any("N", 1)],
  ["Concat", { dim: -1 }, any("N", 2, 2), any("N", 2, 1)],
  ["Add", {}, any("N", 3), any("N", 3)],
  ["Add", {}, any("N", 2, 3), any("N", 1, 3), any("N", 2, 1)],
  ["Identity", {}, any("N", 3)],
  ["OnnxOperator", { op: "Abs" }, apart("N", 3)],
  ["OnnxOperator", { op: "Mul", operands: ["input", { parameter: "B", shape: [3] }] }, any("N", 3)],
  ["OnnxOperator", { op: "Add", operands: [{ buffer: "A", shape: [2, 3] }, "input"] }, any("N", 2, 3)],
  ["OnnxOperator", { op: "MatMul", operands: ["input", "input"] }, any("N", 2, 3), any("N", 3, 2)],
  ["OnnxOperator", { op: "Transpose", attributes: { perm: { ints: [0, 2, 1] } } }, any("N", 2, 3)],
  [
    "OnnxOperator",
    { op: "Gather", attributes: { axis: { int: 1 } }, operands: ["input", { constant: { dtype: "int64", shape: [2], values: [2, 0] } }] },
    any("N", 3),
  ],
  ["Unflatten", { unflattenedSize: [2, 3] }, any("N", 6)],
  ["Unflatten", { dim: -1, unflattenedSize: [2, 1, 2] }, any("N", 3, 4)],
  ["Conv2d", { outChannels: 2, kernelSize: 2 }, any("N", 2, 3, 4)],
  ["Conv2d", { outChannels: 2, kernelSize: [2, 3], padding: "same" }, any("N", 1, 3, 3)],
  ["Conv2d", { outChannels: 2, kernelSize: 3, stride: 2, padding: 1, groups: 2, bias: false }, any("N", 2, 4, 3)],
  ["Conv2d", { outChannels: 1, kernelSize: 2, padding: 1, paddingMode: "reflect" }, any("N", 1, 3, 3)],
  ["Conv1d", { outChannels: 2, kernelSize: 3, dilation: 2, padding: 1 }, any("N", 2, 5)],
  ["ConvTranspose2d", { outChannels: 2, kernelSize: 2, stride: 2 }, any("N", 2, 2, 2)],
  ["MaxPool2d", { kernelSize: 2 }, distinct("N", 2, 4, 5)],
  ["MaxPool2d", { kernelSize: 3, stride: 2, padding: 1, ceilMode: true }, distinct("N", 1, 4, 4)],
  ["MaxPool1d", { kernelSize: 3, stride: 1 }, distinct("N", 2, 5)],
  ["AvgPool2d", { kernelSize: 2, padding: 1 }, any("N", 2, 3, 4)],
  ["AvgPool2d", { kernelSize: 3, stride: 2, padding: 1, countIncludePad: false, ceilMode: true }, any("N", 1, 4, 4)],
  ["AvgPool1d", { kernelSize: 2 }, any("N", 2, 5)],
  ["AdaptiveAvgPool2d", {}, any("N", 3, 2, 3)],
  ["AdaptiveAvgPool2d", { outputSize: [2, 3] }, any("N", 1, 3, 4)],
  ["AdaptiveAvgPool1d", { outputSize: 2 }, any("N", 2, 4)],
  ["AdaptiveMaxPool2d", {}, distinct("N", 2, 3, 2)],
  ["AdaptiveMaxPool2d", { outputSize: 2 }, distinct("N", 1, 4, 4)],
  ["BatchNorm2d", {}, any(2, 2, 2, 3)],
  ["BatchNorm2d", { affine: false, momentum: null }, any("N", 2, 3, 2)],
  ["BatchNorm2d", { trackRunningStats: false }, any(2, 2, 2, 2)],
  ["GroupNorm", { numGroups: 2 }, any("N", 4, 2, 2)],
  ["GroupNorm", { numGroups: 1, affine: false }, any("N", 4)],
  ["InstanceNorm2d", {}, any("N", 2, 2, 3)],
  ["InstanceNorm2d", { affine: true }, any("N", 2, 2, 2)],
  ["Dropout2d", {}, any("N", 6, 2, 2)],
  ["Dropout2d", { p: 1 }, any("N", 2, 2, 2)],
  ["Upsample", { scaleFactor: 2 }, any("N", 1, 2, 3)],
  ["Upsample", { size: [3, 5], mode: "bilinear" }, any("N", 1, 2, 3)],
  ["Upsample", { scaleFactor: 1.5, mode: "bicubic" }, any("N", 1, 4, 3)],
  ["PixelShuffle", { upscaleFactor: 2 }, any("N", 4, 2, 1)],
  ["ZeroPad2d", { padding: 1 }, any("N", 1, 2, 2)],
  ["ReflectionPad2d", { padding: [1, 0, 1, 1] }, any("N", 1, 3, 3)],
  ["ReplicationPad2d", { padding: 2 }, any("N", 1, 2, 2)],
  ["Mul", {}, any("N", 3), any("N", 3)],
  ["Mul", {}, any("N", 2, 2, 2), any("N", 2)],
  ["ReLU6", {}, apart("N", 4)],
  ["SiLU", {}, any("N", 4)],
  ["HardSwish", {}, apart("N", 4)],
  ["HardSigmoid", {}, apart("N", 4)],
  ["Permute", { dims: [0, 2, 1] }, any("N", 2, 3)],
  ["Select", {}, any("N", 3, 2)],
  ["Select", { dim: 2, index: 0 }, any("N", 2, 3)],
  ["Sub", {}, any("N", 3), any("N", 3)],
  ["Sub", {}, any("N", 2, 3), any("N", 1, 3)],
  ["Bilinear", { outFeatures: 2 }, any("N", 3), any("N", 2)],
  ["Bilinear", { outFeatures: 1, bias: false }, any("N", 2, 2), any("N", 2, 3)],
  ["DotProduct", {}, any("N", 3), any("N", 3)],
  ["DotProduct", {}, any("N", 2, 3), any("N", 1, 3)],
  ["CosineSimilarity", {}, apart("N", 3), apart("N", 3)],
  ["CosineSimilarity", { dim: 2, eps: 0.01 }, apart("N", 2, 3), apart("N", 1, 3)],
  ["PairwiseDistance", {}, any("N", 3), any("N", 3)],
  ["PairwiseDistance", { p: 1, eps: 0 }, given([0.5, -0.25, 1, 2], 2, 2), given([1, 1, -1, 0.5], 2, 2)],
  ["PairwiseDistance", { p: 3, keepdim: true }, given([0.5, -0.25, 1, 2], 1, 2, 2), given([1, 1, -1, 0.5], 1, 2, 2)],
  ["Conv1d", { outChannels: 2, kernelSize: 3, dilation: 2, padding: "causal" }, any("N", 2, 5)],
  ["PositionalEncoding", {}, any("N", 3, 2)],
  // Indices that repeat, that are outside and that fill up; they are not differentiated by.
  ["Embedding", { numEmbeddings: 4, embeddingDim: 2 }, fixed(given([1, 3, 1, 1, -1, 4], 2, 3))],
  ["Embedding", { numEmbeddings: 3, embeddingDim: 2, paddingIdx: 1 }, fixed(given([1, 0, 2, 2], 4))],
  ["MultiheadAttention", { numHeads: 2 }, any("N", 3, 2)],
  ["MultiheadAttention", { numHeads: 1, dropout: 0.4, bias: false, causal: true }, any("N", 2, 2)],
];

/** Checked once: the gradients of the first three hold a Scan, which has none; those of the last are long. */
const onceCases: typeof layerCases = [
  ...(["RNN", "GRU", "LSTM"] as const).flatMap((type): typeof layerCases => [
    [type, { hiddenSize: 2 }, any("N", 3, 2)],
    [type, { hiddenSize: 2, bidirectional: true, output: "all" }, any("N", 3, 1)],
    [type, { hiddenSize: 2, numLayers: 2, dropout: 0.5 }, any("N", 2, 2)],
  ]),
  ["TransformerEncoderLayer", { numHeads: 1, dimFeedforward: 3, activation: "gelu" }, any("N", 2, 2)],
  ["TransformerEncoderLayer", { numHeads: 2, dimFeedforward: 2, activation: "gelu", normFirst: true, bias: false, causal: true, dropout: 0.3 }, any("N", 2, 2)],
];

const classes = whole([2, 0, 1], "N");
const yesNo = given([1, 0, 1, 1, 0], 5, 1);

const lossCases: readonly (readonly [type: string, options: Options, kind: TargetKind, output: Sample, target: Sample])[] = [
  ["CrossEntropyLoss", {}, "category", any("N", 3), classes],
  ["CrossEntropyLoss", { classWeights: [0.5, 2, 1] }, "category", any("N", 3), classes],
  ["CrossEntropyLoss", { labelSmoothing: 0.2 }, "category", any("N", 3), classes],
  ["CrossEntropyLoss", { labelSmoothing: 0.1, classWeights: [1, 3, 0.5] }, "category", any("N", 3), classes],
  ["CrossEntropyLoss", {}, "category", any(4, 3), whole([1, -100, 2, -100])],
  ["CrossEntropyLoss", { ignoreIndex: 1, labelSmoothing: 0.1 }, "category", any(4, 3), whole([1, 0, 2, 1])],
  ["CrossEntropyLoss", {}, "category", given([50, 0, -50, -50, 0, 50], 2, 3), whole([0, 0])],
  ["NLLLoss", {}, "category", any("N", 3), classes],
  ["NLLLoss", { classWeights: [0.5, 2, 1] }, "category", any("N", 3), classes],
  ["NLLLoss", { ignoreIndex: 0 }, "category", any(3, 3), whole([0, 1, 2])],
  ["BCEWithLogitsLoss", {}, "binary", any(5, 1), yesNo],
  ["BCEWithLogitsLoss", { posWeight: 3 }, "binary", any(5, 1), yesNo],
  ["BCEWithLogitsLoss", { posWeight: 0.5 }, "binary", given([-50, 50, 20, -20, 0], 5, 1), yesNo],
  ["BCEWithLogitsLoss", {}, "binary", any("N", 1), uniform("N", 1)],
  ["BCELoss", {}, "binary", given([0.1, 0.2, 0.5, 0.9, 0.99], 5, 1), yesNo],
  ["BCELoss", {}, "binary", given([0.3, 0.6], 2, 1), given([0.25, 0.75], 2, 1)],
  ["MSELoss", {}, "numeric", any("N", 2), apart("N", 2)],
  ["MSELoss", {}, "numeric", any(2, 3), any(2, 3)],
  ["L1Loss", {}, "numeric", any("N", 2), apart("N", 2)],
  ["SmoothL1Loss", {}, "numeric", any("N", 3), apart("N", 3)],
  ["SmoothL1Loss", { beta: 0.5 }, "numeric", given([0, 0, 0, 0], 2, 2), given([0.1, -0.3, 0.7, -3], 2, 2)],
  ["HuberLoss", {}, "numeric", any("N", 3), apart("N", 3)],
  ["HuberLoss", { delta: 0.5 }, "numeric", given([0, 0, 0, 0], 2, 2), given([0.1, -0.3, 0.7, -3], 2, 2)],
  ["QuantileLoss", { quantile: 0.9 }, "numeric", given([0, 0, 0, 0], 2, 2), given([0.1, -0.3, 0.7, -3], 2, 2)],
  ["TripletMarginLoss", {}, "embedding", any(6, 3), whole([0, 0, 1, 2, 2, 0])],
  ["TripletMarginLoss", { margin: 0.2, p: 1, swap: true }, "embedding", any(6, 3), whole([0, 0, 1, 2, 2, 0])],
  ["ContrastiveLoss", { margin: 3 }, "embedding", any(6, 3), whole([0, 0, 1, 2, 0, 2])],
  ["ContrastiveLoss", { margin: 9, p: 1 }, "embedding", any(4, 3), whole([0, 0, 1, 2])],
];

const optimizerCases: readonly (readonly [type: string, options: Options])[] = [
  ["SGD", {}],
  ["SGD", { momentum: 0.9 }],
  ["SGD", { momentum: 0.9, nesterov: true, weightDecay: 0.1 }],
  ["SGD", { momentum: 0.8, dampening: 0.3 }],
  ["Adagrad", {}],
  ["Adagrad", { lrDecay: 0.1, weightDecay: 0.1 }],
  ["RMSprop", {}],
  ["RMSprop", { momentum: 0.9 }],
  ["RMSprop", { centered: true, alpha: 0.9, weightDecay: 0.1 }],
  ["Adam", {}],
  ["Adam", { amsgrad: true }],
  ["Adam", { weightDecay: 0.1, betas: [0.8, 0.9], eps: 0.01 }],
  ["AdamW", {}],
  ["AdamW", { amsgrad: true, weightDecay: 0.2 }],
];

const title = (type: string, options: Options): string => (Object.keys(options).length > 0 ? `${type} ${JSON.stringify(options)}` : type);

describe("gradients of layers", () => {
  describe.each(["train", "eval"] as const)("in mode %s", (mode) => {
    const named = (cases: typeof layerCases) =>
      cases.map(
        ([type, options, ...inputs]) => [`${title(type, options)} of ${inputs.map((s) => `[${s.shape.join()}]`).join(", ")}`, type, options, inputs] as const,
      );
    it.each(named(layerCases))("%s", (_, type, options, inputs) => checkGradients({ ...stackCheck([[type, options]], mode, inputs), order: 2 }));
    it.each(named(onceCases))("%s", (_, type, options, inputs) => checkGradients(stackCheck([[type, options]], mode, inputs)));
  });

  // ONNX Runtime's training-mode kernel writes its statistics over its operands: two of one width must not get in each other's way.
  it.each(["train", "eval"] as const)("two batch norms of one width in a row, in mode %s", (mode) =>
    checkGradients(
      stackCheck(
        [
          ["BatchNorm1d", {}],
          ["ELU", {}],
          ["BatchNorm1d", { momentum: 0.5 }],
        ],
        mode,
        [any(4, 3)],
      ),
    ),
  );

  it.each(["train", "eval"] as const)("a small network, in mode %s", (mode) => {
    const network = [
      ["Linear", { outFeatures: 4 }],
      ["BatchNorm1d", {}],
      ["ELU", {}],
      ["Linear", { outFeatures: 4 }],
      ["BatchNorm1d", {}],
      ["ELU", {}],
      ["Dropout", { p: 0.25 }],
      ["Linear", { outFeatures: 1 }],
    ] as const;
    return checkGradients(stackCheck(network, mode, [any(6, 3)]));
  });

  it.each(["train", "eval"] as const)("a small convolutional network, in mode %s", (mode) => {
    const network = [
      ["Conv2d", { outChannels: 2, kernelSize: 3, padding: 1 }],
      ["BatchNorm2d", {}],
      ["ELU", {}],
      ["MaxPool2d", { kernelSize: 2 }],
      ["Conv2d", { outChannels: 3, kernelSize: 2 }],
      ["Tanh", {}],
      ["AdaptiveAvgPool2d", {}],
      ["Flatten", {}],
      ["Linear", { outFeatures: 2 }],
    ] as const;
    return checkGradients(stackCheck(network, mode, [any(3, 1, 4, 5)]));
  });

  it("has a case for every layer", () => {
    expect(layers.types.filter((type) => ![...layerCases, ...onceCases].some(([t]) => t === type))).toEqual([]);
  });
});

describe("gradients of losses", () => {
  it.each(lossCases.map((c) => [`${title(c[0], c[1])} of [${c[3].shape.join()}]`, c] as const))("%s", (_, [type, options, kind, output, target]) =>
    checkGradients({ ...lossCheck(type, options, kind, output, target), order: 2 }),
  );

  it("has a case for every loss", () => {
    expect(losses.types.filter((type) => !lossCases.some(([t]) => t === type))).toEqual([]);
  });
});

describe("derivatives of an optimizer's step", () => {
  it.each(optimizerCases.flatMap(([type, options]) => [1, 7].map((step) => [`${title(type, options)}, step ${step}`, type, options, step] as const)))(
    "%s",
    (_, type, options, step) => checkGradients(optimizerCheck(type, options, step)),
  );

  it("has a case for every optimizer", () => {
    expect(optimizers.types.filter((type) => !optimizerCases.some(([t]) => t === type))).toEqual([]);
  });
});
