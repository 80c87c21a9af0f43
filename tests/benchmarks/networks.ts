import { Random } from "../../src-main/base/random.js";
import { tensor } from "../../src-main/onnx/types.js";
import type { TrainingBatch } from "../../src-main/training/trainer.js";
import { planNetwork } from "../../src-main/training/network.js";
import { layOut } from "../../src-main/training/layout.js";
import type { TargetSpec, TrainingSpec } from "../../src-main/training/specification.js";
import { type ProjectInput, parseProject } from "../../src-main/contract/project.js";

/** The benchmark networks as projects: 9-16-8-1 with batch norm and ELU, 512-1024-1024-10 with ReLU. @param hidden units in the large one's hidden layers. */
export function benchmarkProject(name: "small" | "large", hidden = 1024): ProjectInput {
  const small = name === "small";
  const layers = small
    ? [
        { id: "fc1", type: "Linear", outFeatures: 16 }, { id: "bn1", type: "BatchNorm1d" }, { id: "act1", type: "ELU" },
        { id: "fc2", type: "Linear", outFeatures: 8 }, { id: "bn2", type: "BatchNorm1d" }, { id: "act2", type: "ELU" },
        { id: "fc3", type: "Linear", outFeatures: 1 },
      ]
    : [
        { id: "fc1", type: "Linear", outFeatures: hidden }, { id: "act1", type: "ReLU" },
        { id: "fc2", type: "Linear", outFeatures: hidden }, { id: "act2", type: "ReLU" },
        { id: "fc3", type: "Linear", outFeatures: 10 },
      ];
  return {
    version: 1, name,
    data: {
      source: { type: "table", path: "none.csv" },
      inputs: [{ name: "x", type: "numeric", columns: "rest" }],
      targets: [{ name: "y", type: small ? "binary" : "category", column: "y" }],
    },
    model: { layers, outputs: [{ target: "y", from: "fc3" }] },
    training: { epochs: 1, optimizer: { type: "Adam", lr: 0.005 } },
  };
}

/** The same, ready for a trainer. */
export function benchmarkSpec(name: "small" | "large", hidden = 1024): TrainingSpec {
  const small = name === "small";
  const width = small ? 9 : 512;
  const project = parseProject(benchmarkProject(name, hidden));
  const targets: readonly TargetSpec[] = [{ name: "y", kind: small ? "binary" : "category", width: small ? 1 : 10 }];
  const inputs = new Map([["x", { dtype: "float32" as const, shape: ["N", width] }]]);
  const plan = planNetwork(project.model, ["x"], new Map([["y", small ? 1 : 10]]));
  return { plan, layout: layOut(plan, inputs), inputs, targets, training: project.training, classWeights: new Map() };
}

/** A batch of noise with answers. */
export function randomBatch(network: "small" | "large", size: number): TrainingBatch {
  const random = new Random(1, "benchmark");
  const width = network === "small" ? 9 : 512;
  const x = tensor("float32", Array.from({ length: size * width }, () => random.normal()), [size, width]);
  const y = network === "small"
    ? tensor("float32", Array.from({ length: size }, () => random.below(2)), [size, 1])
    : tensor("int64", Array.from({ length: size }, () => random.below(10)), [size]);
  return { size, tensors: { x, "target.y": y } };
}
