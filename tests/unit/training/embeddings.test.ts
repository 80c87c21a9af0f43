import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Random } from "../../../src-main/base/random.js";
import type { DoneEvent, RunEvent } from "../../../src-main/contract/events.js";
import type { ProjectInput } from "../../../src-main/contract/project.js";
import { LatheError } from "../../../src-main/base/errors.js";
import { parseProject } from "../../../src-main/contract/project.js";
import { evaluateModel } from "../../../src-main/training/models/evaluate-model.js";
import { predictTable } from "../../../src-main/training/models/predict-table.js";
import { TrainingControl } from "../../../src-main/training/process/control.js";
import { train } from "../../../src-main/training/train.js";
import { auditTable } from "../../../src-main/datasets/audit.js";
import { storedSamples } from "../../support/records.js";
import { dataOf, prepare, writeTable } from "../../support/tables.js";
import { temporaryFolder } from "../../support/temporary-folder.js";

const KINDS = 12;

/**
 * Samples of 12 kinds: two numbers tell the kind, four more are noise, ten times as large, so that neighbours by all six numbers are neighbours by chance.
 */
function writeKinds(folder: string, rows = 360): void {
  const random = new Random(5);
  const line = (i: number) => {
    const kind = i % KINDS;
    const angle = (2 * Math.PI * kind) / KINDS;
    const own = [Math.cos(angle) + 0.05 * random.normal(), Math.sin(angle) + 0.05 * random.normal()];
    return [...own, ...Array.from({ length: 4 }, () => 10 * random.normal()), `kind ${kind}`].join();
  };
  writeFileSync(join(folder, "kinds.csv"), `a,b,c,d,e,f,kind\n${Array.from({ length: rows }, (_, i) => line(i)).join("\n")}\n`);
}

function writeProject(loss: string, options: Partial<ProjectInput["training"]> = {}): string {
  const folder = temporaryFolder();
  writeKinds(folder);
  const project: ProjectInput = {
    version: 1,
    name: "kinds",
    data: {
      source: { type: "table", path: "kinds.csv" },
      inputs: [{ name: "x", type: "numeric", columns: ["a", "b", "c", "d", "e", "f"], normalize: "none" }],
      targets: [{ name: "place", type: "embedding", column: "kind", dimensions: 3 }],
    },
    model: { layers: [{ id: "out", type: "Linear", outFeatures: "classes" }], outputs: [{ target: "place", from: "out" }] },
    training: {
      epochs: 30,
      batchSize: 16,
      optimizer: { type: "Adam", lr: 0.02 },
      losses: { place: { type: loss, weight: 2 } },
      engine: "onnxruntime",
      device: "cpu",
      checkpointSeconds: 0,
      ...options,
    },
  };
  writeFileSync(join(folder, "project.json"), JSON.stringify(project));
  return folder;
}

async function run(project: string, options: { readonly resume?: boolean; readonly cancelAfter?: number } = {}) {
  const control = new TrainingControl();
  const events: RunEvent[] = [];
  let steps = 0;
  const emit = (event: RunEvent) => {
    events.push(event);
    if (event.event === "step" && ++steps === options.cancelAfter) control.cancel();
  };
  const done = await train(
    { project, ...(options.resume ? { resume: true } : {}) },
    { emit, control, clock: () => steps * 1000 + events.length * 300, now: () => new Date() },
  );
  return { done, events };
}

const metric = (done: DoneEvent, name: string) => Number(done.test[name]);

describe.each([["TripletMarginLoss", []] as const, ["ContrastiveLoss", ["long"]] as const])("%s", (loss, tags) => {
  it("brings samples of a kind together, whatever else they are, in the exported file too", { tags: [...tags] }, async () => {
    const project = writeProject(loss);
    const { done } = await run(project);
    expect(metric(done, "place.precisionAt1.chance")).toBeCloseTo(1 / KINDS, 1);
    expect(metric(done, "place.precisionAt1")).toBeGreaterThan(0.5);
    // The loss that is told is its part times the weight.
    expect(metric(done, "loss")).toBeCloseTo(2 * metric(done, "place.loss"), 6);

    const [data, out] = [join(project, "kinds.csv"), join(project, "out.csv")];
    const work = { emit: () => undefined, control: new TrainingControl(), clock: () => performance.now(), now: () => new Date() };
    const { samples, metrics } = await evaluateModel({ model: done.model ?? "", data }, work);
    expect(samples).toBe(360);
    expect(metrics["place.precisionAt1"]).toBeGreaterThan(0.5);
    await predictTable({ model: done.model ?? "", data, out }, work);
    const [head, ...lines] = readFileSync(out, "utf8").trim().split("\n");
    expect(head).toBe("sample,place:1,place:2,place:3");
    expect(lines).toHaveLength(360);
    // Rows 1 and 13 are of one kind, 1 and 7 of opposite ones.
    const point = (row: number) => (lines[row - 1] ?? "").split(",").slice(1).map(Number);
    const apart = (one: number, other: number) => Math.hypot(...point(one).map((value, k) => value - (point(other)[k] ?? 0)));
    expect(apart(1, 13)).toBeLessThan(apart(1, 7));
  });

  it("trains to the same bytes where it was stopped and resumed, in mid-epoch and at an epoch's end", { tags: [...tags] }, async () => {
    const options = { epochs: 3 };
    const whole = await run(writeProject(loss, options));
    const project = writeProject(loss, options);
    expect((await run(project, { cancelAfter: 5 })).done.ended).toBe("cancelled");
    const resumed = await run(project, { resume: true });
    expect(resumed.events.find(({ event }) => event === "run")).toMatchObject({ resumedFrom: { step: expect.any(Number) as number } });
    expect(readFileSync(resumed.done.model ?? "")).toEqual(readFileSync(whole.done.model ?? ""));
  });
});

describe("classes that training never saw", () => {
  const dataWith = (more: object) =>
    dataOf("t.csv", { inputs: [{ name: "x", type: "numeric", columns: ["x"] }], targets: [{ name: "place", type: "embedding", column: "kind" }], ...more });
  const kinds = (folder: string, name: string, from: number) =>
    writeTable(folder, name, `x,kind\n${Array.from({ length: 40 }, (_, i) => `${i},kind ${from + Math.floor(i / 4)}`).join("\n")}\n`);
  const warned = (warnings: readonly { readonly code: string }[]) => warnings.filter(({ code }) => code === "data.classes");

  it("are what a split by group is for, and no fault", async () => {
    const folder = temporaryFolder();
    kinds(folder, "t.csv", 0);
    const data = dataWith({ split: { by: "group", column: "kind", validation: 0.2, test: 0.2 } });
    expect(warned((await prepare(folder, data)).audit.warnings)).toEqual([]);
    expect(warned((await auditTable({ folder, data, seed: 1, workFolder: folder })).problems)).toEqual([]);
  });

  it("are judged in a test file, each as one of its own", async () => {
    const folder = temporaryFolder();
    kinds(folder, "t.csv", 0);
    kinds(folder, "test.csv", 8);
    const prepared = await prepare(folder, dataWith({ source: { type: "table", path: "t.csv", test: "test.csv" } }));
    expect(prepared.counts.test).toBe(40);
    const classes = storedSamples(prepared, "test").map(({ integers }) => integers[1]);
    expect(classes).toEqual(Array.from({ length: 40 }, (_, i) => 8 + Math.floor(i / 4)));
    expect(warned(prepared.audit.warnings)).toEqual([]);
  });
});

it("only one loss of a network may draw what it compares", () => {
  const targets = ["one", "two"].map((name) => ({ name, type: "embedding", column: "kind" }));
  const project = {
    version: 1,
    name: "two",
    data: { source: { type: "table", path: "t.csv" }, inputs: [{ name: "x", type: "numeric", columns: ["a"] }], targets },
    model: { layers: [{ id: "out", type: "Linear", outFeatures: 32 }], outputs: targets.map(({ name }) => ({ target: name, from: "out" })) },
    training: { epochs: 1 },
  };
  expect(() => parseProject(project)).toThrow(LatheError);
  expect(() => parseProject(project)).toThrow(/training\.losses\.two: got "TripletMarginLoss", which compares samples, as that of one does/);
});
