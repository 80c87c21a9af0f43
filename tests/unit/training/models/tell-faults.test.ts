import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { parseProject } from "../../../../src-main/contract/project.js";
import { faultsOfModel } from "../../../../src-main/training/models/tell-faults.js";
import { temporaryFolder } from "../../../support/temporary-folder.js";

/** A run's folder as an earlier version left it. @returns the place of its model */
function runOf(last: string): string {
  const run = temporaryFolder();
  const project = parseProject({
    version: 1,
    name: "old",
    data: {
      source: { type: "table", path: "t.csv" },
      inputs: [{ name: "x", type: "numeric", columns: "rest" }],
      targets: [{ name: "y", type: "category", column: "y" }],
    },
    model: {
      layers: [
        { id: "fc", type: "Linear", outFeatures: "classes" },
        { id: "last", type: last },
      ],
      outputs: [{ target: "y", from: "last" }],
    },
    training: { epochs: 1, optimizer: { type: "Adam", lr: 0.01 }, losses: { y: { type: "CrossEntropyLoss" } } },
  });
  const rest = { lathe: "0", created: "", projectFolder: run, engine: "onnxruntime", engineVersion: "1", device: "cpu", reason: "", threads: 1 };
  writeFileSync(join(run, "config.json"), JSON.stringify({ version: 1, ...rest, dataFingerprint: "", project }));
  return join(run, "model.onnx");
}

it("doubts the model of a run whose network has a fault that is refused by now", () => {
  expect(faultsOfModel(runOf("Softmax"))).toEqual([
    expect.stringMatching(
      /^doubt what this model says, for its network could not learn as it should: .*Softmax.*CrossEntropyLoss.*Mend the project, and train anew$/,
    ),
  ]);
});

it("says nothing of a sound network, of one that is only unusual, and of a file in no run's folder", () => {
  expect(faultsOfModel(runOf("Identity"))).toEqual([]);
  expect(faultsOfModel(runOf("Tanh"))).toEqual([]);
  expect(faultsOfModel(join(temporaryFolder(), "model.onnx"))).toEqual([]);
});

it("says nothing where the run's settings cannot be read", () => {
  const model = runOf("Softmax");
  writeFileSync(join(model, "..", "config.json"), "{");
  expect(faultsOfModel(model)).toEqual([]);
});
