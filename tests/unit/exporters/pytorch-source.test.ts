import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { packageRoot } from "../../../src-main/base/entries.js";
import { pytorchSource } from "../../../src-main/exporters/pytorch-source.js";
import { fileEngine } from "../../../src-main/engines/index.js";
import { type ImportedNetwork, type LayerDraft, importedNetwork } from "../../../src-main/importers/network.js";
import { normalForm } from "../../../src-main/importers/normal-form.js";
import { readForeignModel } from "../../../src-main/importers/read-file.js";
import type { Numbers } from "../../../src-main/importers/recogniser.js";
import { layers } from "../../../src-main/layers/index.js";
import { WRITTEN } from "../../../src-main/layers/onnx-operator-torch.js";
import { type TensorType, sizeOf, tensor } from "../../../src-main/onnx/types.js";
import { planOf } from "../../../src-main/services/models/model-plan.js";
import { graphOf, lowerImport } from "../../../src-main/training/importing/lower-import.js";
import { templates } from "../../../src-main/services/templates/index.js";
import type { TableFacts } from "../../../src-main/training/network/plan-data.js";
import { planModel } from "../../../src-main/training/network/plan-model.js";
import goldens from "../../fixtures/pytorch/sources.json" with { type: "json" };

const facts: TableFacts = {
  path: "t.csv",
  rows: 400,
  columns: [
    ...["a", "b", "c", "image", "price", ...Array.from({ length: 32 }, (_, i) => `p${i}`)].map((name) => ({ name, distinct: 300, exact: false, missing: 0 })),
    { name: "site", distinct: 4, exact: true, rarest: 50, missing: 0 },
    { name: "kind", distinct: 3, exact: true, rarest: 60, missing: 0 },
    { name: "good", distinct: 2, exact: true, rarest: 100, missing: 0 },
  ],
};
/** Columns that are the numbers of a picture of 2 × 4 × 4. */
const pixels = Array.from({ length: 32 }, (_, i) => `p${i}`);
const source = { type: "table" as const, path: "t.csv" };
const features = { name: "features", type: "numeric" as const, columns: ["a", "b", "c"] };
const site = { name: "site", type: "category" as const, column: "site" };
const good = { name: "good", type: "binary" as const, column: "good" };
const kind = { name: "kind", type: "category" as const, column: "kind" };
const price = { name: "price", type: "numeric" as const, column: "price" };

/** Names that Python keeps, that modules have, or that it cannot take; every layer; first values; a block twice with one set of weights. */
const odd = {
  version: 1,
  name: "2nd try: wine",
  training: { epochs: 1 },
  data: {
    source,
    inputs: [
      { ...features, name: "lambda" },
      { ...site, name: "site-code" },
    ],
    targets: [good, price],
  },
  model: {
    blocks: {
      res: {
        layers: [
          { id: "fc", type: "Linear", outFeatures: 6 },
          { id: "norm", type: "BatchNorm1d", momentum: null },
          { id: "act", type: "GELU", approximate: "tanh" },
          { id: "sum", type: "Add", from: ["input", "act"] },
        ],
      },
    },
    layers: [
      { id: "join", type: "Concat", from: ["lambda", "site-code"] },
      { id: "train", type: "Linear", outFeatures: 6, init: { type: "constant", value: 0.25 }, initBias: "zeros" },
      { id: "r1", type: "Block", block: "res", weights: "shared" },
      { id: "r2", type: "Block", block: "res", weights: "shared" },
      { id: "own", type: "Block", block: "res" },
      { id: "ln", type: "LayerNorm", eps: 0.001, init: { type: "constant", value: 2 } },
      { id: "drop", type: "Dropout", p: 0.1 },
      { id: "l1", type: "LeakyReLU", negativeSlope: 0.2 },
      { id: "l2", type: "ELU", alpha: 0.5 },
      { id: "l3", type: "SELU" },
      { id: "l4", type: "GELU" },
      { id: "l5", type: "Softplus", beta: 2 },
      { id: "l6", type: "Tanh" },
      { id: "l7", type: "Sigmoid" },
      { id: "l8", type: "ReLU" },
      { id: "flat", type: "Flatten" },
      { id: "same", type: "Identity" },
      { id: "soft", type: "Softmax" },
      { id: "log", type: "LogSoftmax", from: ["same"] },
      { id: "sum", type: "Add", from: ["soft", "log", "r1"] },
      { id: "class", type: "Linear", outFeatures: 1, bias: false, init: "xavier_uniform" },
      { id: "price", type: "Linear", outFeatures: 1, from: ["sum"], init: { type: "kaiming_normal", nonlinearity: "relu" } },
    ],
    outputs: [
      { target: "good", from: "class" },
      { target: "price", from: "price" },
    ],
  },
};

/** Every layer over pictures and series, with options that are not PyTorch's defaults. */
const pictures = {
  version: 1,
  name: "pictures",
  training: { epochs: 1 },
  data: { source, inputs: [{ name: "pixels", type: "numeric", columns: pixels }], targets: [price] },
  model: {
    layers: [
      { id: "picture", type: "Unflatten", unflattenedSize: [2, 4, 4] },
      { id: "conv", type: "Conv2d", outChannels: 4, kernelSize: [3, 1], padding: "same", bias: false },
      { id: "norm", type: "BatchNorm2d", eps: 0.001 },
      { id: "a1", type: "ReLU6" },
      { id: "deep", type: "Conv2d", outChannels: 4, kernelSize: 3, stride: 1, padding: 1, dilation: 1, groups: 4, paddingMode: "reflect" },
      { id: "a2", type: "HardSwish" },
      { id: "mean", type: "AdaptiveAvgPool2d" },
      { id: "squeeze", type: "Conv2d", outChannels: 4, kernelSize: 1 },
      { id: "gate", type: "HardSigmoid" },
      { id: "gated", type: "Mul", from: ["a2", "gate"] },
      { id: "row", type: "Flatten", from: ["squeeze"] },
      { id: "again", type: "Mul", from: ["gated", "row"] },
      { id: "drop", type: "Dropout2d", p: 0.2 },
      { id: "groups", type: "GroupNorm", numGroups: 2 },
      { id: "each", type: "InstanceNorm2d", affine: true },
      { id: "a3", type: "SiLU" },
      { id: "wide", type: "Upsample", scaleFactor: 2, mode: "bilinear" },
      { id: "pool", type: "MaxPool2d", kernelSize: 3, stride: 2, padding: 1, ceilMode: true },
      { id: "average", type: "AvgPool2d", kernelSize: [1, 2], countIncludePad: false },
      { id: "shuffle", type: "PixelShuffle", upscaleFactor: 2 },
      { id: "up", type: "ConvTranspose2d", outChannels: 3, kernelSize: 2, stride: 2 },
      { id: "zeros", type: "ZeroPad2d", padding: 1 },
      { id: "mirror", type: "ReflectionPad2d", padding: [1, 0, 1, 0] },
      { id: "edge", type: "ReplicationPad2d", padding: 1 },
      { id: "largest", type: "AdaptiveMaxPool2d", outputSize: [1, 1] },
      { id: "parts", type: "Flatten" },
      { id: "series", type: "Unflatten", unflattenedSize: [1, 3] },
      { id: "conv1", type: "Conv1d", outChannels: 4, kernelSize: 2, padding: 2 },
      { id: "pool1", type: "MaxPool1d", kernelSize: 2, stride: 1 },
      { id: "average1", type: "AvgPool1d", kernelSize: 2 },
      { id: "mean1", type: "AdaptiveAvgPool1d" },
      { id: "flat", type: "Flatten" },
      { id: "out", type: "Linear", outFeatures: 1 },
    ],
    outputs: [{ target: "price", from: "out" }],
  },
};

/** Recurrent layers: what they give is the first of what PyTorch's return, or a part of the second. */
const series = {
  version: 1,
  name: "series",
  training: { epochs: 1 },
  data: { source, inputs: [{ name: "steps", type: "numeric", columns: pixels }], targets: [good, price] },
  model: {
    layers: [
      { id: "series", type: "Unflatten", unflattenedSize: [16, 2] },
      { id: "gru", type: "GRU", hiddenSize: 4, numLayers: 2, dropout: 0.1, bidirectional: true, output: "all" },
      { id: "lstm", type: "LSTM", hiddenSize: 3, output: "all", init: "orthogonal" },
      { id: "end", type: "LSTM", hiddenSize: 3, bias: false, bpttSteps: 5 },
      { id: "ends", type: "LSTM", hiddenSize: 2, bidirectional: true, from: ["lstm"] },
      { id: "rnn", type: "RNN", hiddenSize: 5, nonlinearity: "relu", dropout: 0.5, from: ["gru"] },
      { id: "both", type: "Concat", from: ["end", "ends", "rnn"] },
      { id: "good", type: "Linear", outFeatures: 1 },
      { id: "turned", type: "Permute", dims: [0, 2, 1], from: ["gru"] },
      { id: "back", type: "Permute", dims: [0, 2, 1] },
      { id: "looks", type: "MultiheadAttention", numHeads: 2, causal: true },
      { id: "mixed", type: "TransformerEncoderLayer", numHeads: 4, dimFeedforward: 12, normFirst: true },
      { id: "again", type: "GRU", hiddenSize: 3, bidirectional: true },
      { id: "rows", type: "Unflatten", unflattenedSize: [8, 4], from: ["steps"] },
      { id: "places", type: "PositionalEncoding" },
      { id: "without", type: "Sub", from: ["rows", "places"] },
      { id: "causal", type: "Conv1d", outChannels: 4, kernelSize: 3, dilation: 2, padding: "causal" },
      { id: "edge", type: "Conv1d", outChannels: 2, kernelSize: 2, padding: "causal", paddingMode: "replicate" },
      { id: "here", type: "Select", dim: 2, index: -1 },
      // Whole numbers from 0 to 6, as an index is cut to.
      { id: "indices", type: "ReLU6", from: ["steps"] },
      { id: "words", type: "Embedding", numEmbeddings: 9, embeddingDim: 2, paddingIdx: 3, init: "xavier_uniform", from: ["indices"] },
      { id: "some", type: "Embedding", numEmbeddings: 7, embeddingDim: 1, from: ["indices"] },
      { id: "word", type: "Select", from: ["words"] },
      { id: "letter", type: "Select", index: 0, from: ["some"] },
      { id: "last", type: "Concat", from: ["again", "here", "word", "letter"] },
      { id: "price", type: "Linear", outFeatures: 1 },
    ],
    outputs: [
      { target: "good", from: "good" },
      { target: "price", from: "price" },
    ],
  },
};

/** Two branches compared in every way, of rows and of steps. */
const joined = {
  version: 1,
  name: "joined",
  training: { epochs: 1 },
  data: { source, inputs: [features, { name: "steps", type: "numeric", columns: pixels }, site], targets: [price] },
  model: {
    layers: [
      { id: "left", type: "Linear", outFeatures: 6, from: ["features"] },
      { id: "right", type: "Linear", outFeatures: 6, from: ["site"] },
      { id: "pairs", type: "Bilinear", outFeatures: 4, bias: false, from: ["left", "right"] },
      { id: "dot", type: "DotProduct", from: ["left", "right"] },
      { id: "alike", type: "CosineSimilarity", eps: 0.001, from: ["left", "right"] },
      { id: "apart", type: "PairwiseDistance", p: 1, from: ["left", "right"] },
      { id: "series", type: "Unflatten", unflattenedSize: [16, 2], from: ["steps"] },
      { id: "others", type: "Linear", outFeatures: 2 },
      { id: "step_pairs", type: "Bilinear", outFeatures: 2, from: ["series", "others"] },
      { id: "step_dot", type: "DotProduct", from: ["step_pairs", "others"] },
      { id: "step_alike", type: "CosineSimilarity", dim: 2, from: ["series", "others"] },
      { id: "step_apart", type: "PairwiseDistance", eps: 0.25, from: ["series", "others"] },
      { id: "all", type: "Concat", from: ["pairs", "dot", "alike", "apart", "step_dot", "step_alike", "step_apart"] },
      { id: "price", type: "Linear", outFeatures: 1 },
    ],
    outputs: [{ target: "price", from: "price" }],
  },
};

/** A pretrained network, which reads pictures of a folder. */
const backbone = templates
  .get("efficientnet-lite0")
  .create({
    name: "pets",
    source: { type: "image-folder", path: "pets", levels: ["kind"] },
    inputs: [{ name: "image", type: "image", column: "image", size: [32, 32] }],
    targets: [kind],
  });

const written = (dtype: string, shape: readonly number[], ...values: readonly number[]) => ({ constant: { dtype, shape, values } });
const number = (value: number) => written("float32", [], value);
const whole = (...values: readonly number[]) => written("int64", [values.length], ...values);
const own = (...shape: readonly number[]) => ({ parameter: "weight", shape });

/** Operators by themselves, which imports make: each that PyTorch's source has, in the ways in which it is written otherwise. All read `r`, `[N, 3, 4]`. */
const operators: readonly (readonly [op: string, operands?: readonly unknown[], attributes?: object, from?: readonly string[]])[] = [
  ["Abs"],
  ["Sign"],
  ["Neg"],
  ["Exp"],
  ["Erf"],
  ["Tanh"],
  ["Sigmoid"],
  ["Relu"],
  ["Softplus"],
  ["Identity"],
  ["Sqrt", ["input"], {}, ["Abs"]],
  ["Log", ["input"], {}, ["Exp"]],
  ["Elu", ["input"], { alpha: { float: 0.5 } }],
  ["LeakyRelu"],
  ["HardSigmoid"],
  ["Clip", ["input", number(-0.3), number(0.4)]],
  ["Clip", ["input", null, number(0.4)]],
  ["Add", ["input", own(3, 4)]],
  ["Sub", [number(1.5), "input"]],
  ["Mul", ["input", { buffer: "buffer", shape: [3, 4] }]],
  ["Div", ["input", number(0.25)]],
  ["Pow", ["input", number(2)]],
  ["Sum", ["input", own(4), "input"], {}, ["r", "Abs"]],
  ["Max", ["input", own(3, 4), number(0.1)]],
  ["Min", ["input", own(3, 4)]],
  ["MatMul", ["input", own(4, 2)]],
  ["Flatten"],
  ["Gemm", ["input", own(3, 12), { parameter: "bias", shape: [3] }], { transB: { int: 1 }, alpha: { float: 0.5 } }, ["Flatten"]],
  ["ReduceMean", ["input"], { axes: { ints: [-1] }, keepdims: { int: 0 } }],
  ["ReduceMax", ["input"], { axes: { ints: [1, 2] } }],
  ["ReduceMin", ["input"], { axes: { ints: [2] }, keepdims: { int: 0 } }],
  ["ReduceL2", ["input"], { axes: { ints: [2] } }],
  ["ReduceSumSquare", ["input"], { axes: { ints: [1] } }],
  ["ReduceSum", ["input", whole(1)], { keepdims: { int: 0 } }],
  ["Softmax"],
  ["LogSoftmax", ["input"], { axis: { int: 1 } }],
  ["Transpose", ["input"], { perm: { ints: [0, 2, 1] } }],
  ["Reshape", ["input", whole(0, 2, -1)]],
  ["Concat", ["input", "input"], { axis: { int: -1 } }, ["r", "Abs"]],
  ["Gather", ["input", written("int64", [], -1)], { axis: { int: -1 } }],
  ["Gather", ["input", whole(2, 0, -1)], { axis: { int: 1 } }],
  ["Slice", ["input", whole(1), whole(2 ** 31 - 1), whole(-1), whole(2)]],
  ["Slice", ["input", whole(0, -3), whole(2, -1), whole(1, 2)]],
  ["Unsqueeze", ["input", whole(-1, 1)]],
  ["Squeeze", ["input", whole(-1, 1)], {}, ["Unsqueeze"]],
  ["Expand", ["input", whole(1, 1, 1, 4, 2)], {}, ["Unsqueeze"]],
  ["Tile", ["input", whole(1, 1, 2)]],
  ["Shape"],
  ["Expand", [own(1, 3, 1), "input"], {}, ["Shape"]],
  ["Greater", ["input", number(0)]],
  ["GreaterOrEqual", ["input", own(3, 4)]],
  ["Less", ["input", number(0.3)]],
  ["LessOrEqual", ["input", number(-0.5)]],
  ["Equal", ["input", "input"], {}, ["r", "Relu"]],
  ["And", ["input", "input"], {}, ["Greater", "Less"]],
  ["Or", ["input", "input"], {}, ["GreaterOrEqual", "LessOrEqual"]],
  ["Not", ["input"], {}, ["Equal"]],
  ["Where", ["input", "input", number(0.5)], {}, ["And", "r"]],
  ["Cast", ["input"], { to: { int: 1 } }, ["Or"]],
  ["Where", ["input", "input", own(4)], {}, ["Not", "r"]],
];

/** A network of one input as an import has it. */
interface Imported {
  readonly inputs: readonly { readonly name: string; readonly file: string; readonly type: TensorType }[];
  readonly layers: readonly LayerDraft[];
  readonly output: string;
}

function networkOfOperators(): Imported {
  const times = new Map<string, number>();
  const layers = operators.map(([op, operands = ["input"], attributes = {}, from = ["r"]]): LayerDraft => {
    const n = (times.get(op) ?? 0) + 1;
    times.set(op, n);
    return { id: n === 1 ? op : `${op}${n}`, type: "OnnxOperator", op, from, operands, attributes };
  });
  // Whole numbers and conditions have no part in a weighted sum of their own.
  const parts = layers.filter(({ op }) => !["Shape", "Greater", "GreaterOrEqual", "Less", "LessOrEqual", "Equal", "And", "Or", "Not"].includes(String(op)));
  const flat = parts.map(({ id }): LayerDraft => ({ id: `flat${id}`, type: "Flatten", from: [id] }));
  return {
    inputs: [{ name: "x", file: "x", type: { dtype: "float32", shape: ["N", 12] } }],
    layers: [
      { id: "r", type: "Unflatten", from: ["x"], unflattenedSize: [3, 4] },
      ...layers,
      ...flat,
      { id: "all", type: "Concat", from: flat.map(({ id }) => id) },
      { id: "y", type: "Linear", from: ["all"], outFeatures: 3 },
    ],
    output: "y",
  };
}

function networkOfFile(name: string): Imported {
  const form = normalForm(readForeignModel(join(packageRoot, "tests/fixtures/imported", name)));
  return importedNetwork(form, form.values.get(form.outputs[0]!)!);
}

/** Networks whose values are compared, too. */
const imports: Readonly<Record<string, Imported>> = { operators: networkOfOperators(), attention: networkOfFile("attention.old.onnx") };

const projectOf = (name: string, { layers, output }: Imported, data: object) => ({
  version: 1,
  name,
  training: { epochs: 1 },
  data: { ...data, targets: [kind] },
  model: { layers, outputs: [{ target: "kind", from: output }] },
});

const projects: Readonly<Record<string, object>> = {
  tabular: templates.get("tabular").create({ name: "credit", source, inputs: [features], targets: [good] }),
  "two-input": templates.get("two-input").create({ name: "wine quality", source, inputs: [features, site], targets: [kind] }),
  "two-output": templates.get("two-output").create({ name: "houses", source, inputs: [features, site], targets: [kind, price] }),
  odd,
  pictures,
  series,
  joined,
  "efficientnet-lite0": backbone,
  operators: projectOf("operators", imports["operators"]!, { source, inputs: [{ name: "x", type: "numeric", columns: pixels.slice(0, 12) }] }),
  attention: projectOf("attention", imports["attention"]!, {
    source: { type: "image-folder", path: "pets", levels: ["kind"] },
    inputs: [{ name: "x", type: "image", column: "image", size: [8, 8] }],
  }),
};

function planned(project: object) {
  const plan = planModel({ ...project }, facts);
  expect(plan.problems).toEqual([]);
  const inputs = plan.inputs.map((input) => ({ ...input, shape: input.shape! }));
  return {
    plan,
    source: pytorchSource({
      name: plan.name,
      inputs,
      layers: plan.network!.layers,
      outputs: plan.network!.outputs.map((output, i) => ({ ...output, description: plan.outputs[i]!.description })),
    }),
  };
}

describe.each(Object.entries(projects))("%s", (name, project) => {
  const golden = (
    goldens as Record<string, { class: string; parameters: number; output: number[] | Record<string, number[]>; constant: Record<string, number> }>
  )[name];

  test("is the source that PyTorch was shown", async () => {
    const {
      source: { text },
    } = planned(project);
    await expect(text).toMatchFileSnapshot(join(packageRoot, "tests", "fixtures", "pytorch", "sources", `${name}.py`));
    expect(planned(project).source.text).toBe(text);
  });

  test("has the parameters and the shapes in PyTorch that the plan tells", () => {
    const {
      plan,
      source: { className },
    } = planned(project);
    expect(golden).toMatchObject({ class: className, parameters: plan.parameters });
    const shapes = plan.network!.outputs.map(
      ({ target, from }) => [target, plan.network!.layers.find(({ id }) => id === from)!.output.shape.map((d) => (d === "N" ? 5 : d))] as const,
    );
    expect(golden!.output).toEqual(shapes.length === 1 ? shapes[0]![1] : Object.fromEntries(shapes));
  });
});

test("of a pretrained network takes the weights of its file, and gives the features that it should", () => {
  // In float64, of numbers up to 6.
  expect(goldens["efficientnet-lite0"].difference).toBeLessThan(1e-9);
});

test("weights begin as the project says", () => {
  expect(goldens.odd.constant).toMatchObject({ "train_2.weight": 0.25, "train_2.bias": 0, "ln.weight": 2, "ln.bias": 0 });
});

/** Made up, the same in tests/fixtures/pytorch/generate_sources.py. */
const madeUp = (count: number, of: (i: number) => number) => Array.from({ length: count }, (_, i) => of(i));

test.each(Object.entries(imports))("%s gives in PyTorch what ONNX Runtime gives", async (name, network) => {
  const { values } = (goldens as unknown as Record<string, { values: number[] }>)[name]!;
  const { plan, source: made } = planned(projects[name]!);
  const weights = plan.network!.layers.flatMap(({ owner, definition, config, inputs }) =>
    [...(definition.parameters?.(config, inputs) ?? []), ...(definition.buffers?.(config, inputs) ?? [])].map(({ name: own, shape }) => {
      const { length } = `${made.modules.get(owner)!}.${own}`;
      const data = madeUp(sizeOf(shape), (i) => 0.5 * Math.cos(0.7 * i + length));
      return [`${owner}.${own}`, tensor("float32", data, shape) as Numbers] as const;
    }),
  );
  const graph = graphOf(lowerImport({ ...network, values: new Map(weights), parameters: new Set() } as unknown as ImportedNetwork));
  const session = await fileEngine.compile(graph, { device: "cpu", threads: 1 });
  const [{ type }] = network.inputs as [Imported["inputs"][number]];
  const dims = [5, ...type.shape.slice(1).map(Number)];
  const { output } = await session.run({
    x: tensor(
      "float32",
      madeUp(sizeOf(dims), (i) => Math.sin(0.37 * i)),
      dims,
    ),
  });
  await session.dispose();
  const unit = Math.max(...values.map(Math.abs));
  const apart = values.map((wanted, i) => Math.abs(wanted - (output as { data: Float32Array }).data[i]!) / unit);
  expect([output!.dims.join(), Math.max(...apart) < 1e-5]).toEqual(["5,3", true]);
});

test("every operator that is written was compared", () => {
  expect([...new Set(operators.map(([op]) => op))].sort()).toEqual([...WRITTEN].sort());
});

test("a network with an operator that has no such source is told by a sentence, and planned all the same", () => {
  const layers = [
    { id: "drawn", type: "OnnxOperator", op: "CumSum", from: ["x"], operands: ["input", written("int64", [], 1)] },
    { id: "y", type: "Linear", outFeatures: 3 },
  ];
  const inputs = [{ name: "x", type: "numeric", columns: pixels.slice(0, 12) }];
  const document = {
    version: 1,
    name: "odd",
    training: { epochs: 1 },
    data: { source, inputs, targets: [kind] },
    model: { layers, outputs: [{ target: "kind", from: "y" }] },
  };
  const { problems, pytorch, withoutPytorch } = planOf(document, facts, "");
  expect([problems, pytorch]).toEqual([[], undefined]);
  expect(withoutPytorch).toBe("PyTorch's source of the operator CumSum, as this network has it, is not written yet; take the network away as ONNX");
});

test("every layer is in a source that PyTorch ran", () => {
  const used = new Set(Object.values(projects).flatMap((project) => planned(project).plan.network!.layers.map(({ definition }) => definition.type)));
  expect(layers.types.filter((type) => !used.has(type))).toEqual([]);
});
