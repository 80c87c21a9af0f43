import { closeSync, openSync, truncateSync } from "node:fs";
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
    const expected = { code: "project.unsafe", message: expect.stringMatching(/project\.json has 4768 MB, more than the 16 that Lathe reads of such a file/) as unknown };
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
      () => procedures.runs.list({ project }, context), () => procedures.evaluation.report({ project, run: "0001" }, context),
      () => procedures.exports.card({ project, run: "0001" }, context), () => procedures.prediction.form({ project, run: "0001" }, context),
    ]) await Promise.resolve(ask()).catch((thrown: unknown) => codes.add(toLatheError(thrown).code));
    expect([...codes]).not.toContain("internal");
    expect((process.memoryUsage().rss - before) / (1 << 20)).toBeLessThan(500);
  });
});
