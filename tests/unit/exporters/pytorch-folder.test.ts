import { execFile } from "node:child_process";
import { appendFileSync, existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { packageRoot } from "../../../src-main/base/entries.js";
import type { RunEvent } from "../../../src-main/contract/events.js";
import { runReport } from "../../../src-main/contract/report.js";
import { exportRun, verifyExport } from "../../../src-main/services/models/exports.js";
import { findPython } from "../../../src-main/training/exporting/ask-python.js";
import { exportFiles } from "../../../src-main/training/exporting/export-files.js";
import { TrainingControl } from "../../../src-main/training/process/control.js";
import { launchHere } from "../../support/engine-here.js";
import { judgedProject } from "../../support/judged-project.js";
import { lathe } from "../../support/lathe.js";

const run = promisify(execFile);
const python = (await findPython()) ?? "";
if (python === "") console.log("exported PyTorch folders are not run: no Python with PyTorch and NumPy; set LATHE_TORCH_PYTHON, or install python3-torch");

interface Checked {
  readonly metrics: Readonly<Record<"validation" | "test", Readonly<Record<string, number>>>>;
  readonly gradient: number | null;
  readonly seeds: readonly number[];
}
const check = async (folder: string, stepped: string) => {
  const script = join(packageRoot, "tests", "fixtures", "pytorch", "check_folder.py");
  const { stdout } = await run(python, ["-B", script, folder, stepped]);
  return JSON.parse(stdout.trim().split("\n").at(-1)!) as Checked;
};

let judged: Awaited<ReturnType<typeof judgedProject>>;
let folder: string;
let exported: Awaited<ReturnType<typeof exportRun>>;
beforeAll(async () => {
  judged = await judgedProject();
  folder = join(judged.root, "out", "torch");
  exported = await exportRun(judged.folder, "pytorch", folder, { launch: launchHere });
}, 180_000);
afterAll(() => judged.close());

const reportOf = (id: string) => runReport.parse(JSON.parse(readFileSync(join(judged.project, "runs", id, "report.json"), "utf8")));

test("a run becomes a folder, whose certificate says nothing of where the data lie", () => {
  expect(readdirSync(folder).sort()).toEqual(
    ["certificate.json", "data.py", "metrics.py", "model.py", "predict.py", "preprocessing.json", "README.md"]
      .concat(["requirements.txt", "split", "train.py", "weights.safetensors"])
      .sort(),
  );
  expect(readFileSync(join(folder, "certificate.json"), "utf8")).not.toContain(judged.project);
  expect(readFileSync(join(folder, "requirements.txt"), "utf8")).toBe("torch>=2.0\nnumpy>=1.24\n");
  expect(exported.bytes).toBeGreaterThan(10_000);
});

describe.skipIf(python === "")("in PyTorch", () => {
  test("it answers as the trainer did, before it is handed out and when that is repeated", async () => {
    const { rows } = judged.report.data;
    expect(exported.certificate.compared).toMatchObject({ by: "python", samples: rows.validation, split: "validation", tolerance: 1e-5 });
    expect(exported.certificate.compared!.maxDifference).toBeLessThan(1e-5);
    const data = join(judged.project, "table.csv");
    const verified = await verifyExport({ file: folder, data, python }, () => undefined, { launch: launchHere });
    expect(verified).toMatchObject({ data: "same", changed: [], compared: { by: "python", samples: rows.validation } });
    // Nobody's program is run unless one says so.
    const looked = await verifyExport({ file: folder, data }, () => undefined, { launch: launchHere });
    expect(looked).toMatchObject({ data: "same", changed: [], unrun: "its Python was not run: --python names a program that may run it" });
  }, 120_000);

  test("predict.py writes the columns of predict, and the same cells", async () => {
    const table = join(judged.project, "table.csv");
    const [ours, theirs] = [join(judged.root, "ours.csv"), join(judged.root, "theirs.csv")];
    expect((await lathe("predict", join(judged.folder, "model.onnx"), table, "--out", ours)).code).toBe(0);
    await run(python, ["-B", join(folder, "predict.py"), table, "--out", theirs]);
    const cells = (path: string) =>
      readFileSync(path, "utf8")
        .trim()
        .split("\n")
        .map((line) => line.match(/"(?:[^"]|"")*"|[^,]+/g)!);
    const [mine, other] = [cells(ours), cells(theirs)];
    expect(other[0]).toEqual(mine[0]);
    expect(other.length).toBe(mine.length);
    const apart = mine.slice(1).flatMap((line, i) =>
      line.flatMap((cell, k) => {
        const wanted = Number(cell);
        const got = other[i + 1]![k];
        return Number.isNaN(wanted)
          ? got === cell
            ? []
            : [[i, k, cell, got]]
          : Math.abs(Number(got) - wanted) <= 1e-5 * Math.max(1, Math.abs(wanted))
            ? []
            : [[i, k, cell, got]];
      }),
    );
    expect(apart).toEqual([]);
  }, 120_000);

  test("its metrics are ours, its first gradient is ours, and its training ends where ours does, as seeds differ", async () => {
    const file = join(judged.project, "project.json");
    const project = JSON.parse(readFileSync(file, "utf8")) as { training: object };
    // One step over all rows at rate 1 moves each weight by its gradient.
    const step = { ...project.training, epochs: 1, batchSize: 4096, optimizer: { type: "SGD", lr: 1 } };
    writeFileSync(file, JSON.stringify({ ...project, training: step }));
    expect((await lathe("train", judged.project, "--from", "0001", "--json")).code).toBe(0);
    writeFileSync(file, JSON.stringify(project));
    const stepped = join(judged.root, "out", "stepped");
    await exportRun(join(judged.project, "runs", "0002"), "pytorch", stepped, { launch: launchHere });
    const { metrics, gradient, seeds } = await check(folder, stepped);
    const report = reportOf("0001");
    for (const part of ["validation", "test"] as const)
      for (const [name, value] of Object.entries(metrics[part]))
        expect([part, name, Math.abs(value - report[part]!.metrics[name]!) <= 1e-5 * Math.max(1, Math.abs(value))]).toEqual([part, name, true]);
    expect(Object.keys(metrics.test).filter((name) => name !== "loss").length).toBeGreaterThan(12);
    expect(gradient).toBeLessThan(1e-4);
    const mean = seeds.reduce((sum, loss) => sum + loss) / seeds.length;
    const deviation = Math.sqrt(seeds.reduce((sum, loss) => sum + (loss - mean) ** 2, 0) / (seeds.length - 1));
    console.log(`validation loss: ours ${report.validation!.metrics["loss"]}, PyTorch's of five seeds ${mean} ± ${deviation}; gradient ${gradient}`);
    expect(Math.abs(report.validation!.metrics["loss"]! - mean)).toBeLessThan(4 * deviation);
  }, 300_000);

  test("a folder whose answers are others is refused", async () => {
    const spoilt = join(judged.root, "out", "spoilt");
    await exportRun(judged.folder, "pytorch", spoilt, { launch: launchHere });
    const model = join(spoilt, "model.py");
    writeFileSync(model, readFileSync(model, "utf8").replace("torch.sigmoid(", "0.9 * torch.sigmoid("));
    const data = join(judged.project, "table.csv");
    await expect(verifyExport({ file: spoilt, data, python }, () => undefined, { launch: launchHere })).rejects.toMatchObject({
      code: "export.parity",
      message: expect.stringContaining("the answers of predict.py differ from the trainer's by up to") as string,
    });
    expect(await verifyExport({ file: spoilt, data }, () => undefined, { launch: launchHere })).toMatchObject({ changed: ["model.py"] });
  }, 120_000);
});

describe("without a Python that has PyTorch", () => {
  const named = process.env["LATHE_TORCH_PYTHON"];
  beforeAll(() => void (process.env["LATHE_TORCH_PYTHON"] = join(judged.root, "no-such-python")));
  afterAll(() => {
    if (named === undefined) delete process.env["LATHE_TORCH_PYTHON"];
    else process.env["LATHE_TORCH_PYTHON"] = named;
  });

  test("it is handed out with that said, into an empty folder, and never into one that holds something", async () => {
    const out = join(judged.root, "out", "uncompared");
    mkdirSync(out);
    const { certificate } = await exportRun(judged.folder, "pytorch", out, { launch: launchHere });
    expect(certificate.compared).toBeUndefined();
    expect(certificate.uncompared).toMatch(/^not compared: there is no Python with PyTorch and NumPy here to run it/);
    await expect(exportRun(judged.folder, "pytorch", out, { launch: launchHere })).rejects.toMatchObject({ code: "export.exists" });
  });

  test("one that is called off when all but its certificate is written leaves nothing", async () => {
    const control = new TrainingControl();
    const out = join(judged.root, "out", "called-off");
    const request = { run: judged.folder, format: "pytorch", options: {}, out, temporary: `${out}.part`, keepExisting: true };
    const stages: string[] = [];
    const emit = (event: RunEvent) => {
      if (event.event !== "stage") return;
      stages.push(event.stage);
      if (event.stage === "writing the export") {
        expect(existsSync(join(`${out}.part`, "train.py"))).toBe(true);
        control.cancel();
      }
    };
    await expect(exportFiles(request, { control, emit, clock: () => 0, now: () => new Date() })).rejects.toMatchObject({ code: "cancelled" });
    expect(stages.at(-1)).toBe("writing the export");
    expect(readdirSync(join(judged.root, "out")).filter((name) => name.startsWith("called-off"))).toEqual([]);
  });
});

test("of a table that changed since nothing is written", async () => {
  const table = join(judged.project, "table.csv");
  const before = readFileSync(table);
  appendFileSync(table, "1,2,red,no,1,small,3,4\n");
  const out = join(judged.root, "out", "changed");
  await expect(exportRun(judged.folder, "pytorch", out, { launch: launchHere })).rejects.toMatchObject({ code: "data.changed" });
  expect(existsSync(out)).toBe(false);
  writeFileSync(table, before);
});
