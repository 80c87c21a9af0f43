import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { packageRoot } from "../../../src-main/base/entries.js";
import { targetColumns } from "../../../src-main/features/index.js";
import { projectJsonSchema } from "../../../src-main/contract/json-schema.js";
import { parseProject } from "../../../src-main/contract/project.js";
import { change, minimalProject } from "./minimal-project.js";

describe("a minimal project is completed", () => {
  const project = parseProject(minimalProject());

  test("with a seed, a split and ways to encode", () => {
    expect(project.seed).toBe(42);
    expect(project.data.inputs).toEqual([{ name: "features", type: "numeric", columns: "rest", normalize: "standard", missing: "mean" }]);
    expect(project.data.split).toEqual({ validation: 0.15, test: 0.15, by: "random", stratify: true });
  });

  test("with training that works without a word about it", () => {
    expect(project.training).toMatchObject({
      epochs: 3,
      batchSize: 32,
      shuffle: true,
      combine: "sum",
      restoreBest: true,
      checkpointSeconds: 10,
      engine: "auto",
      device: "auto",
      threads: "auto",
      optimizer: { type: "Adam", lr: 0.001, betas: [0.9, 0.999] },
    });
  });

  test("with options of layers that PyTorch would use", () => {
    expect(project.model.layers[0]).toMatchObject({ id: "fc1", type: "Linear", outFeatures: 16, bias: true });
  });

  test("and completing it again changes nothing", () => {
    expect(parseProject(project)).toEqual(project);
  });
});

test.each([
  [{ name: "good", type: "binary", column: "Good" }, "BCEWithLogitsLoss"],
  [{ name: "good", type: "category", column: "Good" }, "CrossEntropyLoss"],
  [{ name: "good", type: "numeric", column: "Good" }, "MSELoss"],
])("a target $0.type that names no loss gets %1", (target, loss) => {
  const project = minimalProject();
  change(project, "data.targets.0", target);
  expect(parseProject(project).training.losses["good"]).toMatchObject({ type: loss, weight: 1 });
});

test("a loss that is named is kept, with its weight and its defaults", () => {
  const project = minimalProject();
  change(project, "training.losses.good", { type: "BCEWithLogitsLoss", weight: 2 });
  expect(parseProject(project).training.losses).toEqual({ good: { type: "BCEWithLogitsLoss", weight: 2, posWeight: 1 } });
});

test("the columns of a target, whether one or several", () => {
  expect(targetColumns({ name: "a", type: "numeric", columns: ["x", "y"], normalize: "none" })).toEqual(["x", "y"]);
  expect(targetColumns({ name: "a", type: "numeric", column: "x", normalize: "none" })).toEqual(["x"]);
  expect(targetColumns({ name: "a", type: "category", column: "x" })).toEqual(["x"]);
});

test("a residual block reads its input twice, and blocks stand inside blocks", () => {
  const project = minimalProject();
  change(project, "model.blocks", {
    residual: {
      layers: [
        { id: "fc", type: "Linear", outFeatures: 16 },
        { id: "act", type: "ELU" },
        { id: "sum", type: "Add", from: ["input", "act"] },
      ],
    },
    twice: {
      layers: [
        { id: "one", type: "Block", block: "residual" },
        { id: "two", type: "Block", block: "residual", weights: "shared" },
      ],
    },
  });
  change(project, "model.layers.1", { id: "deep", type: "Block", block: "twice" });
  const { model } = parseProject(project);
  expect(model.layers[1]).toMatchObject({ type: "Block", block: "twice", weights: "own" });
  expect(model.blocks?.["residual"]?.inputs).toEqual(["input"]);
});

test("split.test is not counted where the test has a file of its own", () => {
  const project = minimalProject();
  change(project, "data.source.test", "test.csv");
  change(project, "data.split", { validation: 0.9 });
  expect(parseProject(project).data.split.validation).toBe(0.9);
});

test("resources/project.schema.json is the schema of this version (npm run build writes it)", () => {
  const file = join(packageRoot, "resources", "project.schema.json");
  expect(readFileSync(file, "utf8")).toBe(projectJsonSchema());
});

test("the JSON Schema asks for what a file must have, not for defaults", () => {
  const schema = JSON.parse(projectJsonSchema()) as { required: string[]; additionalProperties: boolean; properties: Record<string, unknown> };
  expect(schema.required).toEqual(["version", "name", "data", "model", "training"]);
  expect(schema.additionalProperties).toBe(false);
  expect(Object.keys(schema.properties)).toContain("seed");
});
