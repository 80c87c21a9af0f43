import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { toLatheError } from "../../../../src-main/base/errors.js";
import type { RunEvent } from "../../../../src-main/contract/events.js";
import type { ProjectInput } from "../../../../src-main/contract/project.js";
import { runReport } from "../../../../src-main/contract/report.js";
import { findLearningRate } from "../../../../src-main/training/find-learning-rate.js";
import { backtest } from "../../../../src-main/training/backtest/backtest.js";
import { TrainingControl } from "../../../../src-main/training/process/control.js";
import { RunFolder } from "../../../../src-main/training/runs/run-folder.js";
import { train } from "../../../../src-main/training/train.js";
import { epochsOf } from "../../../support/epochs-of.js";
import { HORIZON, writeMeters } from "../../../support/forecast-project.js";
import { blobProject, makePictures } from "../../../support/picture-project.js";
import { temporaryFolder } from "../../../support/temporary-folder.js";
import { tensorflowUnderTest } from "../../../support/tensorflow.js";

/** All but the head. */
const FROZEN = [{ layers: ["conv*", "norm*"], frozen: true }];
const AUGMENT = [{ type: "RandomHorizontalFlip" }, { type: "RandomAffine", degrees: 20, translate: [0.1, 0.1] as [number, number] }];
const usual = { engine: "onnxruntime", device: "cpu", threads: 1, batchSize: 8, epochs: 3, optimizer: { type: "Adam", lr: 0.01 }, groups: FROZEN } as const;

interface Wished {
  readonly training?: Partial<ProjectInput["training"]>;
  readonly augment?: typeof AUGMENT;
  readonly split?: object;
  readonly layers?: ProjectInput["model"]["layers"];
}

/** Makes a project of a few pictures, or writes its file anew. */
function write(folder: string, { training = {}, augment, split, layers }: Wished = {}): string {
  if (!existsSync(join(folder, "pictures"))) makePictures(join(folder, "pictures"), 9);
  const made = blobProject("colour", 12, { ...usual, ...training });
  const inputs = made.data.inputs.map((input) => ({ ...input, ...(augment ? { augment } : {}) }));
  const project = { ...made, data: { ...made.data, inputs, ...(split ? { split } : {}) }, model: { ...made.model, layers: layers ?? made.model.layers } };
  writeFileSync(join(folder, "project.json"), JSON.stringify(project));
  return folder;
}

/** @param hear steers the run by what it says */
async function run(project: string, resume = false, hear: (event: RunEvent, control: TrainingControl) => void = () => undefined) {
  const events: RunEvent[] = [];
  const control = new TrainingControl();
  const emit = (event: RunEvent) => {
    events.push(event);
    hear(event, control);
  };
  const done = await train({ project, ...(resume ? { resume } : {}) }, { emit, control, clock: () => performance.now(), now: () => new Date() });
  const folder = RunFolder.open(project, done.run);
  return { events, done, folder, epochs: epochsOf(folder), computed: computedIn(events), model: () => readFileSync(folder.file("model.onnx")) };
}

/** Samples that were computed beforehand. */
function computedIn(events: readonly RunEvent[]): number {
  return events.reduce((most, event) => (event.event === "stage" && event.stage === "computing features" ? Math.max(most, event.done) : most), 0);
}

const said = (events: readonly RunEvent[]) => events.flatMap((event) => (event.event === "log" && event.level === "info" ? [event.message] : []));
const features = (project: string) => join(project, ".lathe", "cache", "features");
const entries = (project: string) => readdirSync(features(project)).filter((name) => /^[0-9a-f]{64}$/.test(name));

function expectSameLosses(kept: Awaited<ReturnType<typeof run>>, whole: Awaited<ReturnType<typeof run>>, epochs: number): void {
  for (let k = 0; k < epochs; k++)
    for (const part of ["train", "validation"] as const) {
      const [ours, theirs] = [kept.epochs[k]![part]["loss"]!, whole.epochs[k]![part]["loss"]!];
      expect(Math.abs(ours - theirs), `epoch ${k + 1}, ${part}: ${ours} and ${theirs}`).toBeLessThanOrEqual(1e-5 * Math.abs(theirs));
    }
}

describe("features that are computed once", () => {
  it.each(["onnxruntime", "tensorflow"] as const)("train the head as computing all in every epoch does, with %s", async (engine) => {
    if (engine === "tensorflow") await tensorflowUnderTest();
    const folder = temporaryFolder();
    const kept = await run(write(folder, { training: { engine } }));
    const whole = await run(write(folder, { training: { engine, keepFeatures: false } }));
    expect([kept.computed, whole.computed]).toEqual([36, 0]);
    expectSameLosses(kept, whole, 3);
    const [ours, theirs] = [kept, whole].map(({ folder: { path } }) => runReport.parse(JSON.parse(readFileSync(join(path, "report.json"), "utf8"))));
    expect(ours!.test!.metrics["colour.loss"]).toBeCloseTo(theirs!.test!.metrics["colour.loss"]!, 5);
    expect(ours!.test!.confusion).toEqual(theirs!.test!.confusion);
    expect(ours!.parity.passed).toBe(true);
    expect([ours, theirs].map((report) => report!.training.keptFeatures)).toEqual([{ upTo: ["flat"], numbers: 12, draws: 1 }, undefined]);
    expect(said(kept.events)).not.toContain("that was computed before, and is taken from the cache");
    expect(said(kept.events)).toContain("what is frozen, up to flat, is computed once: 12 numbers a sample, 1 MB");
    expect(kept.epochs[0]!.layers["conv1"]).toEqual({ frozen: true });
    expect(kept.epochs[0]!.layers["out"]!.gradientNorm).toBeCloseTo(whole.epochs[0]!.layers["out"]!.gradientNorm!, 5);
  });

  it("are drawn as the first four epochs would change the pictures, where four are asked for, and later ones take these again", async () => {
    const folder = temporaryFolder();
    const training = { epochs: 5, featureDraws: 4 };
    const kept = await run(write(folder, { augment: AUGMENT, training }));
    const whole = await run(write(folder, { augment: AUGMENT, training: { ...training, keepFeatures: false } }));
    const { train: count, validation, test } = kept.events.find((event) => event.event === "run")!.samples;
    expect(kept.computed).toBe(4 * count + validation + test);
    expectSameLosses(kept, whole, 4);
    expect(kept.epochs[4]!.train["loss"]).not.toBe(whole.epochs[4]!.train["loss"]);
    expect(said(kept.events).join()).toContain("of each training sample 4 draws of its augmentation are kept, which epochs take in turn");
  });

  it("are of the pictures as they are, where no draws are asked for, and that is said", async () => {
    const folder = temporaryFolder();
    const plain = await run(write(folder));
    const changed = await run(write(folder, { augment: AUGMENT }));
    expect(changed.epochs.map(({ train }) => train)).toEqual(plain.epochs.map(({ train }) => train));
    expect([said(plain.events), said(changed.events)].map((told) => told.join().includes("read as they are, without their augmentation"))).toEqual([
      false,
      true,
    ]);
  });

  it("go together with the picture that the rest reads beside them", async () => {
    const layers = [
      { id: "conv1", type: "Conv2d", from: ["image"], outChannels: 4, kernelSize: 3 },
      { id: "gap1", type: "AdaptiveAvgPool2d", outputSize: 2 },
      { id: "flat1", type: "Flatten" },
      { id: "own", type: "Conv2d", from: ["image"], outChannels: 3, kernelSize: 3 },
      { id: "gap2", type: "AdaptiveAvgPool2d", outputSize: 2 },
      { id: "flat2", type: "Flatten" },
      { id: "join", type: "Concat", from: ["flat1", "flat2"] },
      { id: "out", type: "Linear", outFeatures: "classes" },
    ];
    const folder = temporaryFolder();
    const training = { epochs: 4, featureDraws: 4, groups: [{ layers: ["conv1"], frozen: true }] };
    const kept = await run(write(folder, { augment: AUGMENT, training, layers }));
    const whole = await run(write(folder, { augment: AUGMENT, training: { ...training, keepFeatures: false }, layers }));
    expect(said(kept.events).join()).toContain("up to flat1, is computed once: 16 numbers");
    expectSameLosses(kept, whole, 4);
  });

  it("are found again by another head, optimizer, number of epochs and batch size, and not by another beginning", async () => {
    const folder = temporaryFolder();
    const first = await run(write(folder));
    const made = blobProject("colour", 12, usual).model.layers;
    const head = [...made.slice(0, -1), { id: "hidden", type: "Linear", outFeatures: 7 }, { id: "act", type: "ReLU" }, made.at(-1)!];
    const other = { epochs: 2, batchSize: 5, optimizer: { type: "SGD", lr: 0.1 } };
    const second = await run(write(folder, { layers: head, training: other }));
    expect([first.computed, second.computed, entries(folder).length]).toEqual([36, 0, 1]);
    // Why its epochs take no time stands in its log, too.
    expect(readFileSync(second.folder.file("log.txt"), "utf8")).toContain("that was computed before, and is taken from the cache");
    // Every weight has a stream of its own.
    const third = await run(write(folder, { layers: made.map((layer) => (layer.id === "conv2" ? { ...layer, outChannels: 13 } : layer)) }));
    const fourth = await run(write(folder, { augment: AUGMENT, training: { featureDraws: 2 } }));
    expect([third.computed > 0, fourth.computed > 0, entries(folder).length]).toEqual([true, true, 3]);
  });

  it("lead a resumed run to the same bytes, whatever became of them meanwhile", async () => {
    const wished = { augment: AUGMENT, training: { epochs: 6, checkpointSeconds: 0, featureDraws: 4 } };
    const undisturbed = await run(write(temporaryFolder(), wished));
    const figures = ({ epochs }: typeof undisturbed) => epochs.map(({ seconds: _seconds, ...epoch }) => epoch);
    const damage = (folder: string) => {
      const file = join(features(folder), entries(folder)[0]!, "train-2.records");
      const bytes = readFileSync(file);
      bytes[bytes.length - 3]! ^= 1;
      writeFileSync(file, bytes);
    };
    for (const [meanwhile, again] of [
      [() => undefined, false],
      [(folder: string) => rmSync(features(folder), { recursive: true }), true],
      [damage, true],
    ] as const) {
      const folder = write(temporaryFolder(), wished);
      // In the middle of the second round of draws.
      const cut = await run(folder, false, (event, control) => {
        if (event.event === "epoch" && event.epoch === 5) control.cancel();
      });
      expect(cut.done.ended).toBe("cancelled");
      meanwhile(folder);
      const resumed = await run(folder, true);
      expect(resumed.computed > 0).toBe(again);
      expect(resumed.model().equals(undisturbed.model())).toBe(true);
      expect(figures(resumed)).toEqual(figures(undisturbed));
    }
  });

  it("are not what a run of before they were kept resumes with", async () => {
    const folder = write(temporaryFolder(), { training: { epochs: 2, keepFeatures: false } });
    const cut = await run(folder, false, (event, control) => {
      if (event.event === "epoch" && event.epoch === 1) control.cancel();
    });
    // As such a run was written: nothing said of features, neither that they are kept nor that they are not.
    const config = JSON.parse(readFileSync(cut.folder.file("config.json"), "utf8")) as { project: { training: { keepFeatures?: boolean } } };
    delete config.project.training.keepFeatures;
    writeFileSync(cut.folder.file("config.json"), JSON.stringify(config));
    const resumed = await run(folder, true);
    expect([resumed.done.ended, resumed.computed]).toEqual(["completed", 0]);
  });

  it("judge augmented training rows as they are, where there are no others", async () => {
    const { done, folder } = await run(write(temporaryFolder(), { augment: AUGMENT, split: { validation: 0, test: 0 } }));
    const { parity } = runReport.parse(JSON.parse(readFileSync(folder.file("report.json"), "utf8")));
    expect([done.ended, parity.passed, parity.split]).toEqual(["completed", true, "train"]);
  });

  it("are called off without a trace", async () => {
    const folder = write(temporaryFolder());
    const failure = await run(folder, false, (event, control) => {
      if (event.event === "stage" && event.stage === "computing features") control.cancel();
    }).catch(toLatheError);
    expect(failure).toMatchObject({ code: "cancelled" });
    expect(readdirSync(features(folder))).toEqual([]);
    expect(existsSync(join(folder, "runs"))).toBe(false);
  });

  it("say where they cannot be kept", async () => {
    const folder = write(temporaryFolder());
    mkdirSync(join(folder, ".lathe", "cache"), { recursive: true });
    writeFileSync(features(folder), "in the way");
    expect(await run(folder).catch(toLatheError)).toMatchObject({ code: "run.storage" });
  });

  it("are made of the windows of a series, beside what the rest reads of it, and in each fold of a backtest", async () => {
    const forecasts: unknown[] = [];
    const losses: (number | null | undefined)[][] = [];
    for (const keepFeatures of [true, false]) {
      const folder = writeMeters(temporaryFolder(), { epochs: 1 });
      const made = JSON.parse(readFileSync(join(folder, "project.json"), "utf8")) as ProjectInput;
      const layers = [
        { id: "gru", type: "GRU", from: ["past"], hiddenSize: 6 },
        { id: "after", type: "Flatten", from: ["ahead"] },
        { id: "both", type: "Concat", from: ["gru", "after"] },
        { id: "out", type: "Linear", outFeatures: HORIZON },
      ];
      const training = { ...made.training, keepFeatures, groups: [{ layers: ["gru"], frozen: true }] };
      writeFileSync(join(folder, "project.json"), JSON.stringify({ ...made, model: { ...made.model, layers }, training }));
      const { epochs, folder: of, computed } = await run(folder);
      expect(computed > 0).toBe(keepFeatures);
      losses.push([epochs[0]!.train["loss"], epochs[0]!.validation["loss"]]);
      const events: RunEvent[] = [];
      const setting = {
        emit: (event: RunEvent) => void events.push(event),
        control: new TrainingControl(),
        clock: () => performance.now(),
        now: () => new Date(),
      };
      const { overall } = await backtest({ run: of.path, folds: 2 }, setting);
      forecasts.push(overall);
      expect(events.some((event) => event.event === "stage" && event.stage === "fold 2 of 2: computing features")).toBe(keepFeatures);
    }
    losses[0]!.forEach((loss, k) => expect(loss).toBeCloseTo(losses[1]![k]!, 5));
    const numbers = (value: unknown) => (JSON.stringify(value).match(/-?\d[\d.e-]*/g) ?? []).map(Number);
    const [kept, whole] = forecasts.map(numbers);
    expect(kept!.length).toBeGreaterThan(10);
    kept!.forEach((figure, k) => expect(Math.abs(figure - whole![k]!)).toBeLessThanOrEqual(1e-3 * Math.max(1, Math.abs(figure))));
  });

  it("find a learning rate", async () => {
    const folder = write(temporaryFolder());
    const events: RunEvent[] = [];
    const setting = {
      emit: (event: RunEvent) => void events.push(event),
      control: new TrainingControl(),
      clock: () => performance.now(),
      now: () => new Date(),
    };
    const found = await findLearningRate({ project: folder }, setting);
    expect(computedIn(events)).toBe(36);
    write(folder, { training: { keepFeatures: false } });
    const whole = await findLearningRate({ project: folder }, setting);
    expect(found.points.length).toBe(whole.points.length);
    found.points.slice(0, 20).forEach(({ loss }, i) => expect(loss).toBeCloseTo(whole.points[i]!.loss, 5));
  });
});
