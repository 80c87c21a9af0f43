import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { readCard, readModelFacts } from "../../../../src-main/services/models/model-card.js";
import { exportRun } from "../../../../src-main/services/models/exports.js";
import { serveModel } from "../../../../src-main/training/models/served-model.js";
import { TrainingControl } from "../../../../src-main/training/process/control.js";
import { train } from "../../../../src-main/training/train.js";
import { writeCreditProject } from "../../../support/lathe.js";

/** Signs of the first weights, in a file that is still a model. */
function flipped(bytes: Buffer): Buffer {
  const damaged = Buffer.from(bytes);
  const isWeight = (at: number) => [0, 1, 2, 3, 4, 5, 6, 7].every((i) => Math.abs(Math.log10(Math.abs(bytes.readFloatLE(at + 4 * i)))) < 3);
  const first = [...bytes.keys()].find((at) => at + 32 < bytes.length && isWeight(at)) ?? -1;
  for (let i = 0; i < 8; i++) damaged[first + 4 * i + 3]! ^= 0x80;
  return damaged;
}

let home = "";
let run = "";
let model = "";
let whole: Buffer;

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), "lathe-test-"));
  const project = writeCreditProject(home, { epochs: 1, batchSize: 512 });
  await train({ project }, { control: new TrainingControl(), emit: () => undefined, clock: () => performance.now(), now: () => new Date() });
  run = join(project, "runs", "0001");
  model = join(run, "model.onnx");
  whole = readFileSync(model);
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

it("a run's model with other signs answers nobody and is not handed out, and the sentence says how to get it back", async () => {
  writeFileSync(model, flipped(whole));
  const damaged = {
    code: "run.checkpoint",
    message:
      `${model} is not the model that the run's report speaks of (its checksum does not match): it is damaged, or was changed; ` +
      "train --resume 0001 writes it again",
  };
  await expect(serveModel(model, "cpu")).rejects.toMatchObject(damaged);
  expect(() => readCard(model)).toThrow(damaged.message);
  expect(() => readModelFacts(model)).toThrow(damaged.message);
  for (const preprocess of ["inside", "none"] as const)
    await expect(exportRun(run, "onnx", join(run, "..", "..", "out.onnx"), { options: { preprocess } })).rejects.toMatchObject(damaged);

  // Elsewhere, or without a report, nothing is known of it.
  const elsewhere = join(run, "..", "..", "other.onnx");
  writeFileSync(elsewhere, flipped(whole));
  expect(readCard(elsewhere)).toMatchObject({ file: elsewhere });
  renameSync(join(run, "report.json"), join(run, "away.json"));
  expect(readCard(model)).toMatchObject({ file: model });
  renameSync(join(run, "away.json"), join(run, "report.json"));
  writeFileSync(model, whole);
  expect(readCard(model)).toMatchObject({ file: model });
});

it.each([
  ["zeros", "\0".repeat(1000)],
  ["nothing", ""],
  ["null", "null"],
  ["lists in one another", "[".repeat(200_000) + "]".repeat(200_000)],
])("a report of %s is not handed out as one", async (_, content) => {
  const report = join(run, "report.json");
  const written = readFileSync(report);
  writeFileSync(report, content);
  await expect(exportRun(run, "report", join(run, "..", "..", "out.json"))).rejects.toMatchObject({
    code: "run.checkpoint",
    message: `${report} is damaged: it is no report; resume the run, which writes it again`,
  });
  writeFileSync(report, written);
  expect(await exportRun(run, "report", join(run, "..", "..", "out.json"))).toMatchObject({ format: "report" });
});
