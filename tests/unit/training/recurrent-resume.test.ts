import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type LatheError, toLatheError } from "../../../src-main/base/errors.js";
import type { ProjectInput } from "../../../src-main/contract/project.js";
import type { DoneEvent, RunEvent } from "../../../src-main/contract/events.js";
import { TrainingControl } from "../../../src-main/training/process/control.js";
import { train } from "../../../src-main/training/train.js";
import { writeMeters } from "../../support/forecast-project.js";
import { sha256 } from "../../support/lathe.js";
import { temporaryFolder } from "../../support/temporary-folder.js";

/** Trains or resumes. @param until the run is cancelled there */
async function work(project: string, resume: boolean, until?: (event: RunEvent) => boolean): Promise<DoneEvent | LatheError> {
  const control = new TrainingControl();
  const emit = (event: RunEvent) => {
    if (until?.(event)) control.cancel();
  };
  return train({ project, ...(resume ? { resume } : {}) }, { emit, control, clock: () => performance.now(), now: () => new Date() }).catch(toLatheError);
}

const modelOf = (done: DoneEvent | LatheError): string => {
  expect(done).toMatchObject({ ended: "completed" });
  return sha256((done as DoneEvent).model ?? "");
};

type Layer = Pick<ProjectInput["model"]["layers"][number], "type"> & Readonly<Record<string, unknown>>;

type Version = 1 | 2 | 4 | 5;

/** A project whose network is recurrent, and which has begun and trained for no step. */
async function begun(version: Version, layer: Layer, training: Partial<ProjectInput["training"]>): Promise<string> {
  const project = writeMeters(temporaryFolder());
  const file = join(project, "project.json");
  const written = JSON.parse(readFileSync(file, "utf8")) as ProjectInput;
  const layers: ProjectInput["model"]["layers"] = [
    { id: "rnn", ...layer, from: ["past"] },
    { id: "after", type: "Flatten", from: ["ahead"] },
    { id: "both", type: "Concat", from: ["rnn", "after"] },
    ...written.model.layers.slice(3),
  ];
  writeFileSync(file, JSON.stringify({ ...written, model: { ...written.model, layers }, training: { ...written.training, ...training } }));
  expect(await work(project, false, ({ event }) => event === "run")).toMatchObject({ ended: "cancelled" });
  const config = join(project, "runs", "0001", "config.json");
  const text = readFileSync(config, "utf8");
  expect(text).toContain('"version": 5');
  writeFileSync(config, text.replace('"version": 5', `"version": ${version}`));
  return project;
}

describe.each<[type: string, layer: Layer, before: Version, meaning: string, training?: Partial<ProjectInput["training"]>]>([
  ["RNN", { type: "RNN", hiddenSize: 8, numLayers: 2, bidirectional: true }, 1, "left an RNN to the engine's operator"],
  ["LSTM", { type: "LSTM", hiddenSize: 128 }, 2, "computed the gates of an LSTM of many units once more for its gradient"],
  ["GRU, clipped", { type: "GRU", hiddenSize: 8 }, 4, "updated their weights in the graph, with the norm of gradients summed up there", { clipGradNorm: 0.1 }],
])("a run of %s that is resumed gives the bytes of one that was never interrupted", (_, layer, before, meaning, training = {}) => {
  const models = new Map<number, string>();

  it.each<[version: Version, meaning: string]>([
    [5, "as runs begin now"],
    [before, `as those began that ${meaning}`],
  ])("version %i of its configuration: %s", async (version) => {
    const project = await begun(version, layer, training);
    const copy = temporaryFolder();
    cpSync(project, copy, { recursive: true });
    const whole = modelOf(await work(project, true));
    expect(await work(copy, true, (event) => event.event === "epoch" && event.epoch === 1)).toMatchObject({ ended: "cancelled" });
    expect(modelOf(await work(copy, true))).toBe(whole);
    models.set(version, whole);
  });

  it("and the two differ in their last bits", () => {
    expect(models.get(before)).toBeDefined();
    expect(models.get(before)).not.toBe(models.get(5));
  });
});
