import { spawnSync } from "node:child_process";
import { chmodSync, renameSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { expect, it, vi } from "vitest";
import { createProgram } from "../../../../src-main/cli/program.js";
import { listRuns } from "../../../../src-main/services/runs/list-runs.js";
import { cli } from "../../../support/lathe.js";
import { plausibleEpochs, writeRun, writeTestProject } from "../../../support/run-on-disk.js";
import { temporaryFolder } from "../../../support/temporary-folder.js";

/** What a command prints. */
async function printed(...words: string[]): Promise<string> {
  const stdout = vi.spyOn(process.stdout, "write").mockReturnValue(true);
  try {
    await (await createProgram(words)).parseAsync(words, { from: "user" });
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

/** Someone who is not root: root may look everywhere. */
const stranger = process.getuid?.() === 0 ? ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] : ["env"];
const canBeTried = process.platform !== "win32" && spawnSync(stranger[0] ?? "", ["--version"]).status === 0;

it.skipIf(!canBeTried)(`runs that may not be looked at are not called none${canBeTried ? "" : " (not tried: no setpriv here)"}`, () => {
  const folder = temporaryFolder();
  const project = writeTestProject(join(folder, "p"), "p");
  writeRun(project, "0001", { epochs: plausibleEpochs(1) });
  for (const path of [folder, project]) chmodSync(path, 0o755);
  chmodSync(join(project, "runs"), 0);
  const [program = "node", ...args]: readonly string[] = [...stranger, process.execPath, cli, "runs", project, "--json"];
  const { status, stdout } = spawnSync(program, args, { encoding: "utf8", env: { ...process.env, LATHE_HOME: join(folder, "home") } });
  chmodSync(join(project, "runs"), 0o755);
  expect([status, JSON.parse(stdout)]).toEqual([
    1,
    expect.objectContaining({
      event: "error",
      code: "run.missing",
      message: `${join(project, "runs")} cannot be read: no permission to read it; change its permissions, or those of its folder`,
    }),
  ]);
});
