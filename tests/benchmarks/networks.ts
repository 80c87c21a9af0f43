import { Random } from "../../src-main/base/random.js";
import { learnAs } from "../../src-main/contract/learning-ways.js";
import { holdings } from "../../src-main/layers/holdings.js";
import type { ModelSpec } from "../../src-main/contract/model.js";
import { type ProjectInput, parseProject } from "../../src-main/contract/project.js";
import { type Shape, sizeOf, tensor } from "../../src-main/onnx/types.js";
import { pictureNetworks } from "../../src-main/services/templates/networks/index.js";
import { pictureModel } from "../../src-main/services/templates/networks/network.js";
import { laidTraining } from "../../src-main/training/combining/index.js";
import { layOut } from "../../src-main/training/network/layout.js";
import { planNetwork } from "../../src-main/training/network/network.js";
import type { TargetSpec, TrainingSpec } from "../../src-main/training/network/specification.js";
import type { TrainingBatch } from "../../src-main/training/trainer.js";

/**
 * 9-16-8-1 with batch norm and ELU; 512-1024-1024-10 with ReLU; the two-block CNN on pictures of 64 × 64 and the small ResNet on 96 × 96, both of 7 classes;
 * EfficientNet-Lite0 on 96 × 96 that is fine-tuned as a whole but for its batch norms;
 * two recurrent layers of 32 to 256 units over 96 steps of one number, and a Linear; the two networks of `bench glyphs` that join and fork, on 64 × 64 in gray,
 * with 28 alphabets and 392 characters.
 */
export type NetworkName = "small" | "large" | "cnn" | "resnet" | "lite0" | JoinedName | RecurrentName;
type JoinedName = "two-input" | "two-output";
type RecurrentName = `${"rnn" | "gru" | "lstm"}-${32 | 64 | 128 | 256}`;

const recurrentNames: readonly RecurrentName[] = ([32, 64, 128, 256] as const).flatMap((units) => [`rnn-${units}`, `gru-${units}`, `lstm-${units}`] as const);
export const networkNames: readonly NetworkName[] = ["small", "large", "cnn", "resnet", "lite0", "two-input", "two-output", ...recurrentNames];

export interface StepCase {
  readonly network: NetworkName;
  readonly batch: number;
  /** How many a round times. */
  readonly steps: number;
}

const stepCases: readonly StepCase[] = [
  { network: "small", batch: 2, steps: 500 },
  { network: "small", batch: 32, steps: 500 },
  { network: "small", batch: 256, steps: 500 },
  { network: "large", batch: 128, steps: 20 },
  { network: "cnn", batch: 32, steps: 10 },
  { network: "resnet", batch: 32, steps: 5 },
  { network: "lite0", batch: 16, steps: 3 },
  { network: "two-input", batch: 32, steps: 60 },
  { network: "two-output", batch: 32, steps: 60 },
  ...recurrentNames.map((network): StepCase => ({ network, batch: 32, steps: network.endsWith("256") ? 5 : 20 })),
];

/** Steps to time: of the networks that the command line names, or of all. */
export function chosenCases(): readonly StepCase[] {
  const named = process.argv.slice(2).filter((word) => stepCases.some(({ network }) => network === word));
  return named.length === 0 ? stepCases : stepCases.filter(({ network }) => named.includes(network));
}

/** What one sample is: shapes of its inputs, and how many classes its targets have; 1 is yes or no. */
interface SampleShape {
  readonly inputs: Readonly<Record<string, readonly number[]>>;
  readonly targets: Readonly<Record<string, number>>;
}

const DATA: Readonly<Record<NetworkName, SampleShape>> = {
  small: { inputs: { x: [9] }, targets: { y: 1 } },
  large: { inputs: { x: [512] }, targets: { y: 10 } },
  cnn: { inputs: { x: [3, 64, 64] }, targets: { y: 7 } },
  resnet: { inputs: { x: [3, 96, 96] }, targets: { y: 7 } },
  lite0: { inputs: { x: [3, 96, 96] }, targets: { y: 7 } },
  "two-input": { inputs: { x: [1, 64, 64], alphabet: [28] }, targets: { character: 392 } },
  "two-output": { inputs: { x: [1, 64, 64] }, targets: { alphabet: 28, character: 392 } },
  ...(Object.fromEntries(recurrentNames.map((name) => [name, { inputs: { x: [96, 1] }, targets: { y: 1 } }])) as unknown as Record<RecurrentName, SampleShape>),
};

/** The benchmark networks as projects. @param hidden units in the large one's hidden layers. */
export function benchmarkProject(name: NetworkName, hidden = 1024): ProjectInput {
  const { inputs, targets } = DATA[name];
  const model = modelOf(name, hidden);
  const groups = learnAs(model as ModelSpec, [], "all", holdings);
  return {
    version: 1,
    name,
    data: {
      source: { type: "table", path: "none.csv" },
      inputs: Object.keys(inputs).map((input) => ({ name: input, type: "numeric", columns: input === "x" ? "rest" : [input] })),
      targets: Object.entries(targets).map(([target, classes]) => ({ name: target, type: classes === 1 ? "binary" : "category", column: `${target} told` })),
    },
    model,
    training: { epochs: 1, optimizer: { type: "Adam", lr: 0.005 }, ...(groups ? { groups: [...groups] } : {}) },
  };
}

function modelOf(name: NetworkName, hidden: number): ProjectInput["model"] {
  const outputs = [{ target: "y", from: "fc3" }];
  switch (name) {
    case "small":
      return {
        layers: [
          { id: "fc1", type: "Linear", outFeatures: 16 },
          { id: "bn1", type: "BatchNorm1d" },
          { id: "act1", type: "ELU" },
          { id: "fc2", type: "Linear", outFeatures: 8 },
          { id: "bn2", type: "BatchNorm1d" },
          { id: "act2", type: "ELU" },
          { id: "fc3", type: "Linear", outFeatures: 1 },
        ],
        outputs,
      };
    case "large":
      return {
        layers: [
          { id: "fc1", type: "Linear", outFeatures: hidden },
          { id: "act1", type: "ReLU" },
          { id: "fc2", type: "Linear", outFeatures: hidden },
          { id: "act2", type: "ReLU" },
          { id: "fc3", type: "Linear", outFeatures: 10 },
        ],
        outputs,
      };
    case "cnn":
    case "resnet":
    case "lite0":
      return pictureModel(pictureNetworks.get({ cnn: "two-block-cnn", resnet: "small-resnet", lite0: "efficientnet-lite0" }[name]), (id) => id, {
        picture: "x",
        others: [],
        targets: [{ name: "y", outFeatures: "classes" }],
      });
    case "two-input":
    case "two-output":
      return glyphModel(name, "x");
    default: {
      const [cell = "", units] = name.split("-");
      return {
        layers: [
          { id: "series", type: cell.toUpperCase(), hiddenSize: Number(units), numLayers: 2 },
          { id: "fc3", type: "Linear", outFeatures: 1 },
        ],
        outputs,
      };
    }
  }
}

/** The course's networks on glyphs, described in `pytorch_glyphs.py`. @param picture the input that is one */
export function glyphModel(network: JoinedName, picture: string): ProjectInput["model"] {
  const trunk: ProjectInput["model"]["layers"] = [
    { id: "conv", type: "Conv2d", from: [picture], outChannels: 16, kernelSize: 3, padding: 1 },
    { id: "pool", type: "MaxPool2d", kernelSize: 2 },
    { id: "act", type: "ELU" },
    { id: "flat", type: "Flatten" },
    { id: "fc", type: "Linear", outFeatures: 128 },
  ];
  const answer = (target: string, from: string) => ({ id: `out_${target}`, type: "Linear", from: [from], outFeatures: "classes" });
  if (network === "two-output")
    return {
      layers: [...trunk, answer("alphabet", "fc"), answer("character", "fc")],
      outputs: ["alphabet", "character"].map((target) => ({ target, from: `out_${target}` })),
    };
  return {
    layers: [
      ...trunk,
      { id: "fc_alphabet", type: "Linear", from: ["alphabet"], outFeatures: 8 },
      { id: "act_alphabet", type: "ELU" },
      { id: "join", type: "Concat", from: ["fc", "act_alphabet"] },
      answer("character", "join"),
    ],
    outputs: [{ target: "character", from: "out_character" }],
  };
}

/** The same, ready for a trainer. */
export function benchmarkSpec(name: NetworkName, hidden = 1024): TrainingSpec {
  const sample = DATA[name];
  const project = parseProject(benchmarkProject(name, hidden));
  const classes = Object.entries(sample.targets);
  const targets = classes.map(([target, width]): TargetSpec => ({ name: target, kind: width === 1 ? "binary" : "category", width }));
  const inputs = new Map(Object.entries(sample.inputs).map(([input, shape]) => [input, { dtype: "float32" as const, shape: ["N", ...shape] as Shape }]));
  const plan = planNetwork(project.model, [...inputs.keys()], new Map(classes), { groups: project.training.groups });
  return { plan, layout: layOut(plan, inputs, laidTraining(project.training, targets)), inputs, targets, training: project.training, balanced: new Map() };
}

/** A batch of noise with answers. */
export function randomBatch(network: NetworkName, size: number): TrainingBatch {
  const random = new Random(1, "benchmark");
  const { inputs, targets } = DATA[network];
  const draw = (shape: readonly number[], next: () => number) => Array.from({ length: sizeOf(shape) }, next);
  const tensors: Record<string, TrainingBatch["tensors"][string]> = {};
  for (const [input, shape] of Object.entries(inputs))
    tensors[input] = tensor(
      "float32",
      draw([size, ...shape], () => random.normal()),
      [size, ...shape],
    );
  for (const [target, classes] of Object.entries(targets))
    tensors[`target.${target}`] =
      classes === 1
        ? tensor(
            "float32",
            draw([size, 1], () => random.below(2)),
            [size, 1],
          )
        : tensor(
            "int64",
            draw([size], () => random.below(classes)),
            [size],
          );
  return { size, tensors };
}
