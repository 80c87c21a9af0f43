import { appendFileSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { exportRun, verifyExport } from "../../../../src-main/services/models/exports.js";
import { TrainingControl } from "../../../../src-main/training/process/control.js";
import { exportFiles } from "../../../../src-main/training/exporting/export-files.js";
import { launchHere } from "../../../support/engine-here.js";
import { judgedProject } from "../../../support/judged-project.js";
import { fullDisk } from "../../../support/full-disk.js";

let judged: Awaited<ReturnType<typeof judgedProject>>;
beforeAll(async () => {
  judged = await judgedProject();
});
afterAll(() => judged.close());

const exported = (format: string, name: string, options = {}) =>
  exportRun(judged.folder, format, join(judged.root, "out", name), { options, launch: launchHere }).then(({ path }) => path);
const verified = (file: string, data = join(judged.project, "table.csv")) => verifyExport({ file, data }, () => undefined, { launch: launchHere });

describe("a certificate is repeated", () => {
  it.each([
    ["the model", "onnx", {}],
    ["the model without preprocessing", "onnx", { preprocess: "none" }],
  ])("of %s: the data are those of the run, and the file answers as the trainer did", async (_, format, options) => {
    const file = await exported(format, `whole-${JSON.stringify(options).length}.onnx`, options);
    const { data, changed, compared, certificate } = await verified(file);
    expect([data, changed, certificate.run]).toEqual(["same", [], "0001"]);
    expect(compared).toMatchObject({ with: "the trainer", samples: judged.report.data.rows.validation, split: "validation", tolerance: 1e-5 });
    expect(compared?.maxDifference).toBeLessThan(1e-5);
    expect(JSON.stringify(certificate)).not.toContain(judged.project);
  });

  it("of the report: the data, and that its figures are as they were", async () => {
    const file = await exported("report", "report.json");
    expect(await verified(file)).toMatchObject({ data: "same", changed: [], certificate: { format: "report" } });
    writeFileSync(file, readFileSync(file, "utf8").replace('"bestEpoch": ', '"bestEpoch": 1'));
    expect(await verified(file)).toMatchObject({ changed: ["report"] });
  });

  it("and refused where the data are others, where the model is, and where there is none", async () => {
    const file = await exported("onnx", "spoilt.onnx");
    const other = join(judged.root, "other.csv");
    writeFileSync(other, readFileSync(join(judged.project, "table.csv")));
    expect(await verified(file, other)).toMatchObject({ data: "same" });
    appendFileSync(other, "1,2,red,no,1,small,3,4\n");
    await expect(verified(file, other)).rejects.toMatchObject({
      code: "data.changed",
      message: expect.stringContaining("is not what run 0001 learnt from") as string,
    });
    // One weight of the network, and its sign.
    const bytes = readFileSync(file);
    const isWeight = (at: number) => [0, 1, 2, 3, 4, 5, 6, 7].every((i) => Math.abs(Math.log10(Math.abs(bytes.readFloatLE(at + 4 * i)))) < 3);
    const weight = [...bytes.keys()].find((at) => at + 32 < bytes.length && isWeight(at)) ?? 0;
    for (let k = 0; k < 32; k += 4) bytes[weight + k + 3]! ^= 0x80;
    writeFileSync(file, bytes);
    await expect(verified(file)).rejects.toMatchObject({
      code: "export.parity",
      message: expect.stringContaining("differ from the trainer's by up to") as string,
    });
    await expect(verified(join(judged.folder, "model.onnx"))).rejects.toMatchObject({
      code: "export.format",
      message: expect.stringContaining("has no certificate") as string,
    });
  });
});

describe("an export that comes to nothing leaves nothing", () => {
  const out = (name: string) => join(judged.root, "none", name);

  it("where it is cancelled half way", async () => {
    const control = new TrainingControl();
    const request = { run: judged.folder, format: "onnx", options: {}, out: out("half.onnx"), temporary: out("half.part"), keepExisting: false };
    const setting = { control, emit: () => control.cancel(), clock: () => 0, now: () => new Date() };
    await expect(exportFiles(request, setting)).rejects.toMatchObject({ code: "cancelled" });
    const abort = new AbortController();
    const running = exportRun(judged.folder, "onnx", join(judged.root, "out", "called-off.onnx"), {
      launch: launchHere,
      signal: abort.signal,
      onEvent: () => abort.abort(),
    });
    await expect(running).rejects.toMatchObject({ code: "cancelled" });
    expect(readdirSync(join(judged.root, "out")).filter((name) => /called-off|part/.test(name))).toEqual([]);
  });

  it("where the disk is full", async ({ skip }) => {
    const disk = fullDisk() ?? skip("a full disk is mounted by root on Linux only");
    await expect(exportRun(judged.folder, "onnx", join(disk, "model.onnx"), { launch: launchHere })).rejects.toMatchObject({
      code: "run.storage",
      message: expect.stringMatching(/model\.onnx cannot be written: the disk is full.* Nothing was written$/) as string,
    });
    expect(readdirSync(disk)).toEqual(["filling"]);
  });

  it("where a folder on the way is a file", async () => {
    const wanted = join(judged.project, "table.csv", "model.onnx");
    await expect(exportRun(judged.folder, "onnx", wanted, { launch: launchHere })).rejects.toMatchObject({
      code: "run.storage",
      message: expect.stringMatching(/table\.csv\/model\.onnx cannot be written.*Nothing was written$/) as string,
    });
  });

  it("where an option is another format's, or a value is none of its own", async () => {
    await expect(exported("report", "x.json", { preprocess: "none" })).rejects.toMatchObject({
      code: "usage",
      message: "--preprocess is for the format onnx; report has no such option",
    });
    await expect(exported("onnx", "x.onnx", { preprocess: "some" })).rejects.toMatchObject({ message: "--preprocess is some, expected inside or none" });
  });
});
