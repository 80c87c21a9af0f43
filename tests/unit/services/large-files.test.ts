import { appendFileSync, closeSync, openSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { toLatheError } from "../../../src-main/base/errors.js";
import { createRouter } from "../../../src-main/procedures/index.js";
import { createStudio } from "../../../src-main/services/studio.js";
import { plausibleEpochs, temporaryFolder, writeRun, writeTestProject } from "../../support/run-on-disk.js";

// Files that claim to be long and hold nothing: on most file systems they cost no disk, and reading one would cost all memory.

function studioOf() {
  const root = temporaryFolder("large");
  const project = writeTestProject(join(root, "p"), "p");
  const run = writeRun(project, "0001", { epochs: plausibleEpochs(2), report: {} });
  const studio = createStudio({ allowedFolders: [root], home: join(root, "state") });
  onTestFinished(() => studio.close(0));
  const { procedures } = createRouter(studio, { host: "server" });
  return { project, run, procedures, context: { signal: new AbortController().signal } };
}

describe("a file of many gigabytes is refused for its size", () => {
  it("project.json", async () => {
    const { project, procedures, context } = studioOf();
    truncateSync(join(project, "project.json"), 5e9);
    const expected = {
      code: "project.unsafe",
      message: expect.stringMatching(/project\.json has 4768 MB, more than the 16 that Lathe reads of such a file/) as unknown,
    };
    await expect(procedures.projects.open({ project }, context)).rejects.toMatchObject(expected);
    await expect(procedures.projects.read({ project }, context)).rejects.toMatchObject(expected);
    await expect(procedures.data.rows({ project, offset: 0, limit: 1 } as never, context)).rejects.toMatchObject(expected);
  });

  it.each(["report.json", "config.json", "model.onnx", "label.json", "metrics.jsonl"])("%s of a run", async (name) => {
    const { project, run, procedures, context } = studioOf();
    const path = join(run, name);
    closeSync(openSync(path, "a"));
    truncateSync(path, 5e9);
    const before = process.memoryUsage().rss;
    const codes = new Set<string>();
    for (const ask of [
      () => procedures.runs.list({ project }, context),
      () => procedures.evaluation.report({ project, run: "0001" }, context),
      () => procedures.exports.card({ project, run: "0001" }, context),
      () => procedures.prediction.form({ project, run: "0001" }, context),
    ])
      await Promise.resolve(ask()).catch((thrown: unknown) => codes.add(toLatheError(thrown).code));
    expect([...codes]).not.toContain("internal");
    expect((process.memoryUsage().rss - before) / (1 << 20)).toBeLessThan(500);
  });
});

describe("what is short to write and long to understand is refused before it is parsed", () => {
  const many = (count: number) => `[${"{},".repeat(count)}0]`;

  it("a document of a million values", async () => {
    const { project, procedures, context } = studioOf();
    writeFileSync(join(project, "project.json"), `{"version":1,"zz":${many(1_000_000)}}`);
    const expected = {
      code: "project.unsafe",
      message: expect.stringMatching(/project\.json holds about 2,000,00\d values, expected at most 500,000/) as unknown,
    };
    await expect(procedures.projects.open({ project }, context)).rejects.toMatchObject(expected);
    await expect(procedures.projects.read({ project }, context)).rejects.toMatchObject(expected);
  });

  it("a document 2,000 levels deep, and a run's files", async () => {
    const { project, run, procedures, context } = studioOf();
    const deep = `${"[".repeat(2000)}${"]".repeat(2000)}`;
    for (const name of ["label.json", "report.json", "config.json", "error.json"]) writeFileSync(join(run, name), `{"x":${deep}}`);
    expect(await procedures.runs.list({ project }, context)).toMatchObject([{ run: "0001" }]);
    writeFileSync(join(project, "project.json"), `{"version":1,"zz":${deep}}`);
    const expected = {
      code: "project.invalid",
      message: expect.stringMatching(/project\.json: line 1, column \d+: got more than 100 brackets that are open at once/) as unknown,
    };
    await expect(procedures.projects.read({ project }, context)).rejects.toMatchObject(expected);
    expect(await procedures.projects.open({ project }, context)).toMatchObject({ problem: expected });
  });

  it("a run's label, report, settings and error", async () => {
    const { project, run, procedures, context } = studioOf();
    for (const name of ["label.json", "report.json", "config.json", "error.json"]) writeFileSync(join(run, name), `{"x":${many(3_000_001)}}`);
    expect(await procedures.runs.list({ project }, context)).toMatchObject([{ run: "0001" }]);
  });

  it("an epoch of a hundred thousand figures", async () => {
    const { project, run, procedures, context } = studioOf();
    const figures = Object.fromEntries(Array.from({ length: 100_000 }, (_, i) => [`m${i}`, 1]));
    appendFileSync(join(run, "metrics.jsonl"), `${JSON.stringify({ ...plausibleEpochs(3)[2], train: figures })}\n`);
    expect(await procedures.runs.metrics({ project, run: "0001" }, context)).toMatchObject({ damagedLines: 1, epochs: [{ epoch: 1 }, { epoch: 2 }] });
  });
});
