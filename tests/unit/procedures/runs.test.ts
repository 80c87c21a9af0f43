import { appendFileSync, existsSync, lstatSync, mkdirSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, test } from "vitest";
import { toLatheError } from "../../../src-main/base/errors.js";
import { readProjectFile } from "../../../src-main/contract/project-file.js";
import type { ExportResult } from "../../../src-main/contract/results.js";
import { runSettings } from "../../../src-main/contract/run-views.js";
import { decodeModel } from "../../../src-main/onnx/protobuf.js";
import { lathe } from "../../support/lathe.js";
import { judgedProject } from "../../support/judged-project.js";

let judged: Awaited<ReturnType<typeof judgedProject>>;
beforeAll(async () => {
  judged = await judgedProject();
});
afterAll(() => judged.close());

/** Whatever way a call fails. */
const refusal = async (call: () => unknown) =>
  toLatheError(
    await (async () => {
      await call();
    })().then(
      () => undefined,
      (thrown: unknown) => thrown,
    ),
  );

describe("a run", () => {
  it("is given a name and a note, which stay, and loses them", async () => {
    const {
      procedures: { runs },
      run,
      folder,
      context,
    } = judged;
    expect(await runs.describe({ ...run, name: "  first try " }, context)).toMatchObject({ run: "0001", name: "first try", model: true });
    await runs.describe({ ...run, note: "wider\nnext" }, context);
    expect((await runs.list({ project: run.project }, context))[0]).toMatchObject({ name: "first try", note: "wider\nnext" });
    expect(await runs.describe({ ...run, name: "" }, context)).not.toHaveProperty("name");
    writeFileSync(join(folder, "label.json"), "{ cut o");
    expect((await runs.list({ project: run.project }, context))[0]).not.toHaveProperty("note");
  });

  it("is not in the list where its folder is a link, and that link is told, by its place in the project", async () => {
    const {
      procedures: { runs },
      run: { project },
      folder,
      context,
    } = judged;
    const link = join(folder, "..", "0099");
    expect(await runs.links({ project }, context)).toEqual([]);
    symlinkSync(folder, link, "junction");
    try {
      expect(await runs.links({ project }, context)).toEqual([link]);
      expect((await runs.list({ project }, context)).map(({ run }) => run)).toEqual(["0001"]);
    } finally {
      rmSync(link);
    }
  });

  it("tells its settings as frozen, and the end of its log where that is long", async () => {
    const {
      procedures: { runs },
      run,
      folder,
      context,
    } = judged;
    expect(runSettings.parse(await runs.settings(run, context))).toMatchObject({
      engine: "onnxruntime",
      device: "cpu",
      seed: 42,
      project: { name: "judged", training: { epochs: 6 } },
    });
    const whole = await runs.log(run, context);
    expect(whole).toMatchObject({ text: readFileSync(join(folder, "log.txt"), "utf8"), omitted: 0 });
    appendFileSync(join(folder, "log.txt"), "a line of a long log, with é\n".repeat(20_000));
    const { text, omitted } = await runs.log(run, context);
    expect(text.startsWith("a line of")).toBe(true);
    expect(Buffer.byteLength(text) + omitted).toBe(Buffer.byteLength(readFileSync(join(folder, "log.txt"))));
  });

  it("becomes a project of its own, which reads the same data", async () => {
    const {
      procedures: { projects },
      run,
      root,
      project,
      context,
    } = judged;
    const { project: made } = await projects.createFromRun({ ...run, name: "Again" }, context);
    expect(made).toMatchObject({ path: join(root, "Again"), name: "Again", runs: 0 });
    const { project: copy, folder } = await readProjectFile(made.path);
    expect(join(folder, copy.data.source.path)).toBe(join(project, "table.csv"));
    expect(copy.training.epochs).toBe(6);
  });

  it("goes to the trash and comes back whole; a new one does not take its number", async () => {
    const {
      procedures: { runs },
      run,
      folder,
      project,
      context,
    } = judged;
    const before = await runs.list({ project }, context);
    await runs.trash({ project, runs: [run.run] }, context);
    expect(await runs.list({ project }, context)).toEqual([]);
    expect(existsSync(folder)).toBe(false);
    expect(await runs.trashed({ project }, context)).toMatchObject([{ run: "0001", status: "completed" }]);
    const { code, stderr } = await lathe("train", project, "--epochs", "1", "--json");
    expect(code, stderr).toBe(0);
    expect((await runs.list({ project }, context)).map((summary) => summary.run)).toEqual(["0002"]);
    await runs.restore({ project, runs: [run.run] }, context);
    expect((await runs.list({ project }, context))[1]).toEqual(before[0]);
    expect(await refusal(() => runs.restore({ project, runs: [run.run] }, context))).toMatchObject({ code: "run.missing" });
    await runs.trash({ project, runs: ["0002"] }, context);
    await runs.emptyTrash({ project }, context);
    expect(await runs.trashed({ project }, context)).toEqual([]);
    expect(await refusal(() => runs.trash({ project, runs: ["0002"] }, context))).toMatchObject({ code: "run.missing" });
  });

  it("under way stays where it is", async () => {
    const {
      procedures: { runs, training },
      run,
      folder,
      project,
      context,
    } = judged;
    writeFileSync(join(folder, "lock"), JSON.stringify({ pid: 1, host: "another machine", since: "2026-11-29T12:30:05.123Z" }));
    // Nobody here can stop it, so it is told who can, and what to do where nobody is left.
    const holder =
      /being trained.* by process 1 on another machine since 2026-11-29 12:30:05 UTC \(.*lock; where no such process is left there, delete that file\)/;
    expect(await refusal(() => runs.trash({ project, runs: [run.run] }, context))).toMatchObject({ code: "run.state", message: expect.stringMatching(holder) });
    expect(await refusal(() => training.stop(run, context))).toMatchObject({ code: "run.state", message: expect.stringMatching(holder) });
    // One of this machine that another window, or the command line, trains: the parent of this process lives as long.
    writeFileSync(join(folder, "lock"), JSON.stringify({ pid: process.ppid, host: hostname(), since: "2026-11-29T12:30:05.123Z" }));
    const local = new RegExp(`being trained.* by process ${process.ppid} since 2026-11-29 12:30:05 UTC \\(.*lock\\)`);
    expect(await refusal(() => runs.trash({ project, runs: [run.run] }, context))).toMatchObject({ code: "run.state", message: expect.stringMatching(local) });
    expect(await refusal(() => training.stop(run, context))).toMatchObject({ code: "run.state", message: expect.stringMatching(local) });
    writeFileSync(join(folder, "lock"), "");
  });
});

type Asked = Parameters<(typeof judged)["streams"]["export"]>[0];
const exported = ({ replace = false, options = {}, ...asked }: Omit<Asked, "replace" | "options"> & Partial<Asked>) =>
  new Promise<ExportResult>((resolve, reject) => {
    let result: ExportResult | undefined;
    void judged.streams.export(
      { ...asked, replace, options },
      {
        next(event) {
          if (event.event === "result") result = event.value;
        },
        end: (error?: unknown) => (error === undefined && result ? resolve(result) : reject(toLatheError(error))),
      },
      judged.context,
    );
  });

describe("an export", () => {
  it("writes what the run made, and not over a file unless told to", async () => {
    const {
      procedures: { exports },
      run,
      folder,
      root,
      context,
    } = judged;
    expect((await exports.formats({}, context)).map(({ format, extension }) => [format, extension])).toEqual([
      ["onnx", "onnx"],
      ["pytorch", undefined],
      ["report", "json"],
    ]);
    const out = join(root, "taken", "model.onnx");
    const { parity, model, data } = judged.report;
    const result = await exported({ ...run, format: "onnx", out });
    const bytes = readFileSync(out);
    expect(result).toMatchObject({ path: out, bytes: bytes.length });
    // The run's own bytes, and its certificate behind them.
    expect(bytes.subarray(0, model.bytes).equals(readFileSync(join(folder, "model.onnx")))).toBe(true);
    expect(JSON.parse(decodeModel(bytes).metadata.get("lathe.certificate") ?? "")).toMatchObject({
      run: "0001",
      model: model.sha256,
      data: { fingerprint: data.fingerprint, seed: judged.report.seed },
      compared: { with: "the trainer", samples: parity.rows, split: "validation", maxDifference: parity.maxDifference, tolerance: 1e-5 },
      files: { onnx: model.sha256 },
    });
    expect(await refusal(() => exported({ ...run, format: "report", out }))).toMatchObject({ code: "export.exists" });
    await exported({ ...run, format: "report", out, replace: true });
    expect(JSON.parse(readFileSync(out, "utf8"))).toMatchObject({ run: "0001", certificate: { format: "report" } });
    // A name without an ending gets the format's.
    expect(await exported({ ...run, format: "onnx", out: join(root, "taken", "plain") })).toMatchObject({ path: join(root, "taken", "plain.onnx") });
    expect(readdirSync(join(root, "taken")).sort()).toEqual(["model.onnx", "plain.onnx"]);
    expect(await refusal(() => exported({ ...run, format: "pickle", out, replace: true }))).toMatchObject({ code: "export.format" });
    expect(await refusal(() => exported({ ...run, format: "onnx", out: join(folder, "config.json"), replace: true }))).toMatchObject({ code: "usage" });
    const [link, precious] = [join(root, "taken", "link.onnx"), join(root, "taken", "precious.txt")];
    writeFileSync(precious, "mine");
    symlinkSync(precious, link);
    expect(await refusal(() => exported({ ...run, format: "onnx", out: link, replace: true }))).toMatchObject({
      code: "usage",
      message: expect.stringContaining("is a link") as string,
    });
    expect([lstatSync(link).isSymbolicLink(), readFileSync(precious, "utf8")]).toEqual([true, "mine"]);
  });

  it("has a card that says how it is fed", async () => {
    const {
      procedures: { exports },
      run,
      context,
    } = judged;
    const card = await exports.card(run, context);
    expect(card.inputs).toMatchObject([
      { name: "features", dtype: "float32", shape: ["N", 2], description: "columns size, weight; NaN where a value is missing" },
      { name: "colour", dtype: "string" },
      { name: "old", dtype: "string" },
    ]);
    expect(card.outputs.map(({ name, shape }) => [name, shape])).toEqual([
      ["good", ["N", 1]],
      ["kind", ["N", 3]],
      ["value", ["N", 2]],
    ]);
    expect(card.outputs[0]!.description).toBe("probability of 1");
    expect(card.bytes).toBe(judged.report.model.bytes);
  });
});

test("no way leads out of the folders that may be used, whatever the parameter", async () => {
  const { procedures, run, root, project, context } = judged;
  const outside = join(root, "..", "elsewhere");
  symlinkSync("/etc", join(root, "way-out"));
  const { projects, files, exports, runs, training, data, model, evaluation, prediction } = procedures;
  for (const path of ["/etc/passwd", outside, `${root}/../elsewhere`, join(root, "way-out", "passwd"), "relative", `${root}/a\0b`]) {
    const elsewhere = { project: path, run: "0001" };
    const calls: readonly (() => unknown)[] = [
      () => projects.open({ project: path }, context),
      () => projects.read({ project: path }, context),
      () => projects.write({ project: path, document: {}, revision: "" }, context),
      () => projects.propose({ data: path }, context),
      () => projects.createFromRun(elsewhere, context),
      () => projects.create({ data: path, folder: join(root, "n"), name: "n", template: "tabular", targets: ["good"], ignore: [] }, context),
      () => projects.create({ data: join(project, "table.csv"), folder: path, name: "n", template: "tabular", targets: ["good"], ignore: [] }, context),
      () =>
        projects.create(
          { data: join(project, "table.csv"), test: path, folder: join(root, "n"), name: "n", template: "tabular", targets: ["good"], ignore: [] },
          context,
        ),
      () => files.list({ folder: path }, context),
      () => files.makeFolder({ folder: path, name: "n" }, context),
      () => exported({ ...run, format: "onnx", out: path, replace: true }),
      () => exports.card(elsewhere, context),
      () => runs.list({ project: path }, context),
      () => runs.settings(elsewhere, context),
      () => runs.log(elsewhere, context),
      () => runs.describe({ ...elsewhere, name: "n" }, context),
      () => runs.trash({ project: path, runs: ["0001"] }, context),
      () => runs.restore({ project: path, runs: ["0001"] }, context),
      () => runs.trashed({ project: path }, context),
      () => runs.emptyTrash({ project: path }, context),
      () => training.start({ project: path }, context),
      () => training.stop(elsewhere, context),
      () => model.plan({ project: path, document: {} }, context),
      () => model.preset({ project: path, document: {}, preset: "tabular" }, context),
      () => data.rows({ project: path, offset: 0, limit: 1, filters: [] }, context),
      () => evaluation.report(elsewhere, context),
      () => prediction.form(elsewhere, context),
      () => prediction.one({ ...elsewhere, values: {} }, context),
    ];
    for (const [i, call] of calls.entries()) expect({ path, i, code: (await refusal(call)).code }).toEqual({ path, i, code: "rpc.refused" });
  }
  expect(existsSync(join(root, "n"))).toBe(false);
  expect(existsSync(outside)).toBe(false);
});

test("a project, or a run's settings, that name data out of bounds are not trained on", async () => {
  const {
    procedures: { training, projects },
    root,
    project,
    context,
  } = judged;
  const folder = join(root, "sly");
  mkdirSync(join(folder, "runs", "0001"), { recursive: true });
  const { document } = await projects.read({ project }, context);
  const sly = { ...document, data: { ...(document["data"] as object), source: { type: "table", path: "/etc/passwd" } } };
  writeFileSync(join(folder, "project.json"), JSON.stringify(sly));
  writeFileSync(join(folder, "runs", "0001", "config.json"), JSON.stringify({ project: sly }));
  expect(await refusal(() => training.start({ project: folder }, context))).toMatchObject({ code: "rpc.refused" });
  // The command line takes 1 for 0001, and so does the engine.
  for (const resume of ["0001", "1"]) expect(await refusal(() => training.start({ project: folder, resume }, context))).toMatchObject({ code: "rpc.refused" });
  // What cannot be seen through is not resumed.
  writeFileSync(join(folder, "runs", "0001", "config.json"), "{}");
  expect(await refusal(() => training.start({ project: folder, resume: "1" }, context))).toMatchObject({ code: "run.checkpoint" });
});

test("training tells how far it is before it has a folder, is listed while under way, and heeds the user's settings", async () => {
  const {
    procedures: { training, app, runs },
    streams,
    project,
    context,
  } = judged;
  const stages: string[] = [];
  const heard = await streams.preparing({ project }, { next: ({ stage }) => void stages.push(stage), end: () => undefined }, context);
  await app.changeSettings({ threads: 2 }, context);
  writeFileSync(join(project, "table.csv"), `${readFileSync(join(project, "table.csv"), "utf8").trimEnd()}\n`);
  const run = await training.start({ project, epochs: 500, seed: 7 }, context);
  expect(await training.underWay({}, context)).toEqual([run]);
  expect(await runs.settings(run, context)).toMatchObject({ threads: 2, seed: 7 });
  await training.cancel(run, context);
  await expect.poll(async () => training.underWay({}, context)).toEqual([]);
  heard.dispose();
  expect(new Set(stages).size).toBeGreaterThan(0);
  const abort = new AbortController();
  const called = refusal(() => training.start({ project, epochs: 5, seed: 8 }, { signal: abort.signal }));
  abort.abort();
  expect(await called).toMatchObject({ code: "cancelled" });
});
