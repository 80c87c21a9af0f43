import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { Random } from "../../../src-main/base/random.js";
import type { EpochEvent } from "../../../src-main/contract/events.js";
import type { ProjectInput } from "../../../src-main/contract/project.js";
import type { RunReport } from "../../../src-main/contract/report.js";
import { TrainingControl } from "../../../src-main/training/process/control.js";
import { readProjectFile } from "../../../src-main/contract/project-file.js";
import { chooseEngine } from "../../../src-main/engines/index.js";
import { names } from "../../../src-main/training/network/specification.js";
import { floats } from "../../../src-main/training/trainer.js";
import { openWorkbench } from "../../../src-main/training/workbench.js";
import { train } from "../../../src-main/training/train.js";
import { expectClose } from "../../support/close.js";
import { temporaryFolder } from "../../support/temporary-folder.js";
import { randomBatch, trainerOf, trainingSpec } from "../../support/training-spec.js";

const WEIGHTS = { kind: 2, size: 0.5, member: 1.5 };

/** Three things to predict from three numbers; one of the first columns' block is frozen. */
function writeProject(training: Partial<ProjectInput["training"]>, more: Partial<ProjectInput["model"]> = {}): string {
  const folder = temporaryFolder();
  const random = new Random(7, "combining");
  const rows = Array.from({ length: 200 }, () => {
    const [a, b, c] = [random.normal(), random.normal(), random.normal()];
    return [a, b, c, a + b > 0.5 ? "high" : a < 0 ? "low" : "middle", 3 * a - b + 0.1 * random.normal(), c > -0.9 ? "no" : "yes"].join();
  });
  writeFileSync(join(folder, "rows.csv"), ["a,b,c,kind,size,member", ...rows, ""].join("\n"));
  const project: ProjectInput = {
    version: 1,
    name: "three",
    data: {
      source: { type: "table", path: "rows.csv" },
      inputs: [{ name: "x", type: "numeric", columns: ["a", "b", "c"] }],
      targets: [
        { name: "kind", type: "category", column: "kind" },
        { name: "size", type: "numeric", column: "size" },
        { name: "member", type: "binary", column: "member" },
      ],
      split: { validation: 0.2, test: 0.2 },
    },
    model: {
      layers: [
        { id: "fc1", type: "Linear", outFeatures: 8 },
        { id: "bn1", type: "BatchNorm1d" },
        { id: "act1", type: "ReLU" },
        { id: "fc2", type: "Linear", outFeatures: 8 },
        { id: "act2", type: "ReLU" },
        { id: "kind", type: "Linear", outFeatures: "classes" },
        { id: "size", type: "Linear", from: ["act2"], outFeatures: 1 },
        { id: "member", type: "Linear", from: ["act2"], outFeatures: 1 },
      ],
      outputs: ["kind", "size", "member"].map((target) => ({ target, from: target })),
      ...more,
    },
    training: {
      epochs: 8,
      batchSize: 16,
      engine: "onnxruntime",
      device: "cpu",
      threads: 1,
      optimizer: { type: "Adam", lr: 0.02 },
      losses: {
        kind: { type: "CrossEntropyLoss", weight: WEIGHTS.kind },
        size: { type: "MSELoss", weight: WEIGHTS.size },
        member: { type: "BCEWithLogitsLoss", weight: WEIGHTS.member },
      },
      ...training,
    },
  };
  writeFileSync(join(folder, "project.json"), JSON.stringify(project));
  return folder;
}

async function run(folder: string): Promise<{ readonly epochs: readonly EpochEvent[]; readonly report: RunReport }> {
  const setting = { emit: () => undefined, control: new TrainingControl(), clock: () => performance.now(), now: () => new Date() };
  const done = await train({ project: folder }, setting);
  expect(done.ended).toBe("completed");
  const read = (name: string) => readFileSync(join(folder, "runs", done.run, name), "utf8");
  return {
    epochs: read("metrics.jsonl")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as EpochEvent),
    report: JSON.parse(read("report.json")) as RunReport,
  };
}

const targets = ["kind", "size", "member"] as const;
const CONSTANT: Readonly<Record<string, (weights: typeof WEIGHTS) => typeof WEIGHTS>> = {
  sum: (weights) => weights,
  average: ({ kind, size, member }) => ({ kind: kind / 4, size: size / 4, member: member / 4 }),
};
/** s of each target, from the factor that is told: wᵢ·cᵢ·e^(-s). */
const variancesOf = (factors: readonly number[]) => targets.map((target, i) => -Math.log(factors[i]! / (WEIGHTS[target] * (target === "size" ? 0.5 : 1))));

describe.each(["sum", "average", "normalized", "uncertainty"] as const)("losses combined by %s", (combine) => {
  it("are told as exactly the formula over the parts that are told, of training, validation and the report", async () => {
    const { epochs, report } = await run(writeProject({ combine }));
    expect(epochs).toHaveLength(8);
    const formula = (metrics: EpochEvent["train"], factors: readonly number[]) => {
      const constants = combine === "uncertainty" ? variancesOf(factors).map((s, i) => (WEIGHTS[targets[i]!] * s) / 2) : [0, 0, 0];
      return targets.reduce((sum, target, i) => sum + factors[i]! * metrics[`${target}.loss`]! + constants[i]!, 0);
    };
    const factorsOf = ({ train }: EpochEvent) => targets.map((target) => train[`${target}.weight`] ?? CONSTANT[combine]!(WEIGHTS)[target]);
    for (const epoch of epochs) {
      for (const part of [epoch.train, epoch.validation]) expectClose([part["loss"]!], [formula(part, factorsOf(epoch))], 1e-12, `epoch ${epoch.epoch}`);
      expect("kind.weight" in epoch.train).toBe(!(combine in CONSTANT));
    }
    const best = epochs[report.training.bestEpoch - 1]!;
    // The report's come of the best epoch's weights, learned factors among them.
    expect(report.validation!.metrics["loss"]).toBe(best.validation["loss"]);
    expectClose([report.test!.metrics["loss"]!], [formula(report.test!.metrics, factorsOf(best))], 1e-12, "test");
    expect(best.validation["loss"]).toBe(Math.min(...epochs.map(({ validation }) => validation["loss"]!)));
    // The network's own parameters: what losses learn is none of it.
    expect(report.model.parameters).toBe(3 * 8 + 8 + 16 + (8 * 8 + 8) + (8 * 3 + 3) + 9 + 9);
    if (combine === "uncertainty") expect(new Set(epochs.map((epoch) => JSON.stringify(factorsOf(epoch)))).size).toBe(8);
  });
});

it("a network with frozen layers and groups trains, and its file answers as the trainer does, with the frozen weights in it", async () => {
  const { epochs, report } = await run(
    writeProject({
      combine: "uncertainty",
      groups: [
        { layers: ["fc1", "bn1"], frozen: true },
        { layers: ["fc*"], lr: 0.5, weightDecay: 0.01 },
        { layers: ["size"], lr: 2 },
      ],
    }),
  );
  expect(epochs.at(-1)!.validation["loss"]!).toBeLessThan(epochs[0]!.validation["loss"]!);
  expect(epochs.at(-1)!.layers["fc1"]).toEqual({ frozen: true });
  expect(report.parity.passed).toBe(true);
  expect(report.model.layers.map(({ parameters }) => parameters)).toEqual([32, 16, 0, 72, 0, 27, 9, 9]);
});

it('posWeight "balanced" is negatives over positives of the training rows', async () => {
  const losses = (posWeight: number | "balanced") => ({
    kind: { type: "CrossEntropyLoss" },
    size: { type: "MSELoss" },
    member: { type: "BCEWithLogitsLoss", posWeight },
  });
  const [balanced, plain] = [await run(writeProject({ losses: losses("balanced") })), await run(writeProject({ losses: losses(1) }))];
  const { no, yes } = await trainingRows();
  const byHand = await run(writeProject({ losses: losses(no / yes) }));
  expect(yes).toBeLessThan(no / 2);
  const told = ({ epochs }: typeof plain) => epochs.map(({ train }) => train["member.loss"]);
  expect(told(balanced)).toEqual(told(byHand));
  expect(told(balanced)).not.toEqual(told(plain));
});

/** Of member, by class, counted in what training reads. */
async function trainingRows(): Promise<{ readonly no: number; readonly yes: number }> {
  const { project, folder } = await readProjectFile(writeProject({}));
  const bench = await openWorkbench({ project, folder, choice: await chooseEngine("onnxruntime", "cpu"), emit: () => undefined });
  const loader = bench.splitLoader("train");
  try {
    loader.start(1, 0);
    let [rows, yes] = [0, 0];
    for (let step = 0; step < loader.stepsPerEpoch; step++) {
      const { size, tensors } = await loader.next();
      rows += size;
      yes += floats(tensors, names.target("member")).reduce((sum, value) => sum + value, 0);
    }
    return { no: rows - yes, yes };
  } finally {
    await loader.dispose();
  }
}

it("the losses' own numbers are no part of the network, and one target may have them too", async () => {
  const spec = trainingSpec({
    inputs: { x: 4 },
    targets: [{ name: "size", kind: "numeric", width: 1 }],
    training: { combine: "uncertainty", losses: { size: { type: "MSELoss", weight: 3 } } },
    model: { layers: [{ id: "fc", type: "Linear", outFeatures: 1 }], outputs: [{ target: "size", from: "fc" }] },
  });
  expect([spec.layout.parameterCount, spec.layout.trainedCount]).toEqual([5, 6]);
  const trainer = await trainerOf(spec);
  onTestFinished(() => trainer.dispose());
  const { loss, losses } = await trainer.step(randomBatch(spec, 8, 0), 1, 0.1, true);
  expectClose([loss], [3 * 0.5 * losses[0]!], 1e-6, "with s = 0");
  expect(trainer.diagnosisEntries.map(({ layer }) => layer)).toEqual(["fc", "fc", "fc", "fc", "fc"]);
  const spoilt = trainer.parameters.slice();
  spoilt[5] = Number.NaN;
  trainer.restore({ ...trainer.state, [names.parameters]: spoilt });
  expect(trainer.brokenOwner).toBe("loss of size");
});
