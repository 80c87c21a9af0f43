import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Random } from "../../../../src-main/base/random.js";
import { METADATA } from "../../../../src-main/contract/model-metadata.js";
import { type RunReport, runReport } from "../../../../src-main/contract/report.js";
import { digestOf } from "../../../../src-main/contract/run-model.js";
import { decodeModel } from "../../../../src-main/onnx/protobuf.js";
import { templates } from "../../../../src-main/services/templates/index.js";
import { chooseThreshold, tryThreshold } from "../../../../src-main/training/judging/choose-threshold.js";
import { TrainingControl } from "../../../../src-main/training/process/control.js";
import { predictionsFile, readPredictions } from "../../../../src-main/training/runs/kept-predictions.js";
import { RunFolder } from "../../../../src-main/training/runs/run-folder.js";
import { train } from "../../../../src-main/training/train.js";

// A threshold is chosen after training. The oracle is a run that was trained with it: the same seed gives the same weights.

let root: string;

function write(name: string, training: object = {}): string {
  const folder = join(root, name);
  mkdirSync(folder);
  const random = new Random("thresholds", "table");
  const lines = Array.from({ length: 240 }, () => {
    const [a, b, noise] = [random.normal(), random.normal(), random.normal()];
    return [a, b, a + noise > 0 ? "yes" : "no", b > 0.5 ? "high" : b > -0.5 ? "middle" : "low", a - b + noise > 1 ? 1 : 0, b + noise > 0 ? 1 : 0].join(",");
  });
  writeFileSync(join(folder, "table.csv"), `a,b,bought,level,rain,wind\n${lines.join("\n")}\n`);
  const made = templates.get("two-output").create({
    name: "thresholds",
    source: { type: "table", path: "table.csv" },
    inputs: [{ name: "features", type: "numeric", columns: ["a", "b"] }],
    targets: [
      { name: "bought", type: "binary", column: "bought" },
      { name: "level", type: "category", column: "level" },
      { name: "weather", type: "labels", columns: ["rain", "wind"] },
    ],
  });
  writeFileSync(join(folder, "project.json"), JSON.stringify({ ...made, training: { ...made.training, epochs: 3, engine: "onnxruntime", ...training } }));
  return folder;
}

async function trained(project: string, resume?: string): Promise<RunFolder> {
  const done = await train(
    { project, ...(resume === undefined ? {} : { resume }) },
    { control: new TrainingControl(), clock: () => performance.now(), now: () => new Date(), emit: () => undefined },
  );
  return RunFolder.open(project, done.run);
}

const reportOf = (run: RunFolder): RunReport => runReport.parse(JSON.parse(readFileSync(run.file("report.json"), "utf8")));
const modelOf = (run: RunFolder): Uint8Array => readFileSync(run.file("model.onnx"));
const judgedParts = ({ validation, test: part, thresholds }: RunReport) => ({ validation, test: part, thresholds });

let run: RunFolder;
let before: RunReport;

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "lathe-thresholds-"));
  run = (await trained(write("chosen"))).lock();
  before = reportOf(run);
});
afterAll(() => {
  run.unlock();
  rmSync(root, { recursive: true, force: true });
});

test("a run decides by what is chosen as one does that was trained so: figures, kept predictions, model", async () => {
  chooseThreshold(run, before, { target: "bought", threshold: 0.7 });
  const chosen = chooseThreshold(run, reportOf(run), { target: "weather", label: "wind", threshold: 0.25 });
  const other = await trained(write("other", { thresholds: { bought: 0.7, weather: { wind: 0.25 } } }));
  expect(chosen).toEqual(reportOf(run));
  expect(judgedParts(chosen)).toEqual(judgedParts(reportOf(other)));
  expect(chosen.thresholds).toEqual({ bought: 0.7, weather: { rain: 0.5, wind: 0.25 } });
  expect(chosen.test!.confusion["bought"]).not.toEqual(before.test!.confusion["bought"]);
  expect(chosen.test!.metrics["exactMatch"]).not.toBe(undefined);
  for (const split of ["validation", "test"] as const)
    expect(readPredictions(predictionsFile(run.path, split))).toEqual(readPredictions(predictionsFile(other.path, split)));
  // Of the model's file all is the same but which project it says it is of.
  const [ours, theirs] = [decodeModel(modelOf(run)), decodeModel(modelOf(other))];
  const without = (metadata: ReadonlyMap<string, string>) => [...metadata].filter(([key]) => key !== METADATA.fingerprint);
  expect(without(ours.metadata)).toEqual(without(theirs.metadata));
  expect(modelOf(run).length).toBe(modelOf(other).length);
  expect([chosen.model.sha256, chosen.model.bytes]).toEqual([digestOf(modelOf(run)), modelOf(run).length]);
});

test("what is chosen lasts when the run is judged again, to the byte", async () => {
  chooseThreshold(run, reportOf(run), { target: "bought", threshold: 0.62 });
  const [report, model] = [judgedParts(reportOf(run)), modelOf(run)];
  run.unlock();
  // As a process leaves it that is killed between two of the files.
  rmSync(run.file("model.onnx"));
  rmSync(run.file("report.json"));
  await trained(join(run.path, "..", ".."), run.id);
  run.lock();
  expect(judgedParts(reportOf(run))).toEqual(report);
  expect(Buffer.compare(modelOf(run), model)).toBe(0);
});

test("tuned, a threshold has the best F1 of all on the validation rows", () => {
  const report = chooseThreshold(run, reportOf(run), { target: "bought", threshold: "tune" });
  const { targets } = readPredictions(predictionsFile(run.path, "validation"));
  const target = targets.find(({ name }) => name === "bought")!;
  const f1 = (threshold: number) => {
    const [tp, fp, fn] = [0, 0, 0].map((_, kind) =>
      target.outputs.reduce(
        (sum, p, i) =>
          sum + Number([p > threshold && target.truths[i] === 1, p > threshold && target.truths[i] === 0, p <= threshold && target.truths[i] === 1][kind]),
        0,
      ),
    ) as [number, number, number];
    return (2 * tp) / (2 * tp + fp + fn);
  };
  const best = Math.max(...target.outputs.map((p) => f1(p - 1e-6)));
  expect(report.validation!.metrics["bought.f1"]).toBeCloseTo(best, 6);
});

test("a threshold that is tried changes nothing, and tells what it would come to", () => {
  const [report, model] = [reportOf(run), modelOf(run)];
  const predictions = readPredictions(predictionsFile(run.path, "test"));
  const tried = tryThreshold(report.test!, predictions, { target: "weather", label: "rain", threshold: 0.9 }, run.id);
  expect(reportOf(run)).toEqual(report);
  expect(Buffer.compare(modelOf(run), model)).toBe(0);
  expect(chooseThreshold(run, report, { target: "weather", label: "rain", threshold: 0.9 }).test).toEqual(tried);
});

test.each([
  [{ target: "level", threshold: 0.5 }, 'no target "level" that is decided by a threshold; it has bought, weather'],
  [{ target: "weather", label: "hail", threshold: 0.5 }, 'target weather has no label "hail"; it has rain, wind'],
  [{ target: "bought", label: "rain", threshold: 0.5 }, 'target bought has no label "rain"'],
  [{ target: "bought", threshold: 1 }, "got 1, expected a probability between 0 and 1"],
  [{ target: "bought", threshold: Number.NaN }, "got NaN, expected a probability"],
])("%j is refused, and changes nothing", (choice, told) => {
  const [report, model] = [reportOf(run), modelOf(run)];
  expect(() => chooseThreshold(run, report, choice)).toThrow(told);
  expect(reportOf(run)).toEqual(report);
  expect(Buffer.compare(modelOf(run), model)).toBe(0);
});

test("a model that is damaged is not made to look whole", () => {
  const report = reportOf(run);
  const bytes = Uint8Array.from(modelOf(run));
  bytes[bytes.length >> 1]! ^= 1;
  writeFileSync(run.file("model.onnx"), bytes);
  expect(() => chooseThreshold(run, report, { target: "bought", threshold: 0.3 })).toThrow("is damaged, or was changed");
  expect(reportOf(run)).toEqual(report);
});
