import { Random } from "../../src-main/base/random.js";
import { type ProjectInput, parseProject } from "../../src-main/contract/project.js";
import { type Shape, sizeOf, tensor } from "../../src-main/onnx/types.js";
import { pictureNetworks } from "../../src-main/services/templates/networks/index.js";
import { pictureModel } from "../../src-main/services/templates/networks/network.js";
import { layOut } from "../../src-main/training/network/layout.js";
import { planNetwork } from "../../src-main/training/network/network.js";
import type { TargetSpec, TrainingSpec } from "../../src-main/training/network/specification.js";
import type { TrainingBatch } from "../../src-main/training/trainer.js";

/**
 * 9-16-8-1 with batch norm and ELU; 512-1024-1024-10 with ReLU; the two-block CNN on pictures of 64 × 64 and the small ResNet on 96 × 96, both of 7 classes;
 * two recurrent layers of 32 to 256 units over 96 steps of one number, and a Linear.
 */
export type NetworkName = "small" | "large" | "cnn" | "resnet" | RecurrentName;
type RecurrentName = `${"rnn" | "gru" | "lstm"}-${32 | 64 | 128 | 256}`;

const recurrentNames: readonly RecurrentName[] = ([32, 64, 128, 256] as const).flatMap((units) => [`rnn-${units}`, `gru-${units}`, `lstm-${units}`] as const);
export const networkNames: readonly NetworkName[] = ["small", "large", "cnn", "resnet", ...recurrentNames];

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
  ...recurrentNames.map((network): StepCase => ({ network, batch: 32, steps: network.endsWith("256") ? 5 : 20 })),
];

/** Steps to time: of the networks that the command line names, or of all. */
export function chosenCases(): readonly StepCase[] {
  const named = process.argv.slice(2);
  return named.length === 0 ? stepCases : stepCases.filter(({ network }) => named.includes(network));
}

/** What one sample is, and how many classes there are; 1 is yes or no. */
const DATA: Readonly<Record<NetworkName, { readonly shape: readonly number[]; readonly classes: number }>> = {
  small: { shape: [9], classes: 1 },
  large: { shape: [512], classes: 10 },
  cnn: { shape: [3, 64, 64], classes: 7 },
  resnet: { shape: [3, 96, 96], classes: 7 },
  ...(Object.fromEntries(recurrentNames.map((name) => [name, { shape: [96, 1], classes: 1 }])) as Record<RecurrentName, { shape: [96, 1]; classes: 1 }>),
};

/** The benchmark networks as projects. @param hidden units in the large one's hidden layers. */
export function benchmarkProject(name: NetworkName, hidden = 1024): ProjectInput {
  const yesOrNo = DATA[name].classes === 1;
  return {
    version: 1,
    name,
    data: {
      source: { type: "table", path: "none.csv" },
      inputs: [{ name: "x", type: "numeric", columns: "rest" }],
      targets: [{ name: "y", type: yesOrNo ? "binary" : "category", column: "y" }],
    },
    model: modelOf(name, hidden),
    training: { epochs: 1, optimizer: { type: "Adam", lr: 0.005 } },
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
      return pictureModel(pictureNetworks.get(name === "cnn" ? "two-block-cnn" : "small-resnet"), (id) => id, {
        picture: "x",
        others: [],
        targets: [{ name: "y", outFeatures: "classes" }],
      });
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

/** The same, ready for a trainer. */
export function benchmarkSpec(name: NetworkName, hidden = 1024): TrainingSpec {
  const { shape, classes } = DATA[name];
  const project = parseProject(benchmarkProject(name, hidden));
  const targets: readonly TargetSpec[] = [{ name: "y", kind: classes === 1 ? "binary" : "category", width: classes }];
  const inputs = new Map([["x", { dtype: "float32" as const, shape: ["N", ...shape] as Shape }]]);
  const plan = planNetwork(project.model, ["x"], new Map([["y", classes]]));
  return { plan, layout: layOut(plan, inputs), inputs, targets, training: project.training, classWeights: new Map() };
}

/** A batch of noise with answers. */
export function randomBatch(network: NetworkName, size: number): TrainingBatch {
  const random = new Random(1, "benchmark");
  const { shape, classes } = DATA[network];
  const x = tensor(
    "float32",
    Array.from({ length: size * sizeOf(shape) }, () => random.normal()),
    [size, ...shape],
  );
  const y =
    classes === 1
      ? tensor(
          "float32",
          Array.from({ length: size }, () => random.below(2)),
          [size, 1],
        )
      : tensor(
          "int64",
          Array.from({ length: size }, () => random.below(classes)),
          [size],
        );
  return { size, tensors: { x, "target.y": y } };
}
