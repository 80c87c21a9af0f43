import { renameSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { expect, it, vi } from "vitest";
import { createProgram } from "../../../../src-main/cli/program.js";
import { listRuns } from "../../../../src-main/services/runs/list-runs.js";
import { plausibleEpochs, writeRun, writeTestProject } from "../../../support/run-on-disk.js";
import { temporaryFolder } from "../../../support/temporary-folder.js";

/** What a command prints. */
async function printed(...words: string[]): Promise<string> {
  const stdout = vi.spyOn(process.stdout, "write").mockReturnValue(true);
  try {
    await createProgram().parseAsync(words, { from: "user" });
    return stdout.mock.calls.map(([part]) => String(part)).join("");
  } finally {
    stdout.mockRestore();
  }
}

it("runs that are links are not listed, and that is told", async () => {
  const project = writeTestProject(join(temporaryFolder(), "p"), "p");
  writeRun(project, "0001", { epochs: plausibleEpochs(1) });
  symlinkSync(join(project, "runs", "0001"), join(project, "runs", "0002"));
  expect(await listRuns(project)).toMatchObject({ runs: [{ run: "0001" }], links: [join(project, "runs", "0002")] });
  expect(await printed("runs", project)).toMatch(
    /warning: \S+0002 is a link and is not followed, so what it leads to is not listed; put the folder itself in its place\n/,
  );
  renameSync(join(project, "runs"), join(project, "kept"));
  symlinkSync(join(project, "kept"), join(project, "runs"));
  expect(await listRuns(project)).toMatchObject({ runs: [], links: [join(project, "runs")] });
  const said = await printed("runs", project);
  expect(said).toMatch(/runs is a link and is not followed/);
  expect(said).not.toMatch(/no runs yet/);
});
