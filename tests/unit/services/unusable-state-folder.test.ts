import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it, onTestFinished, vi } from "vitest";
import { createRouter } from "../../../src-main/procedures/index.js";
import { createStudio } from "../../../src-main/services/studio.js";
import { launchHere } from "../../support/engine-here.js";
import { writeCreditProject } from "../../support/lathe.js";
import { temporaryFolder } from "../../support/temporary-folder.js";

/** Ways in which the folder that holds settings and the list of projects cannot be written. A test may be root's, to whom permissions mean nothing. */
const ways: Readonly<Record<string, (home: string) => void>> = {
  "a file in its place": (home) => writeFileSync(home, ""),
  "a file above it": (home) => writeFileSync(join(home, ".."), ""),
  "folders where its files are to be": (home) => {
    for (const name of ["recent-projects.json", "settings.json"]) mkdirSync(join(home, name, "inside"), { recursive: true });
  },
  "on a full disk": (home) => {
    mkdirSync(home);
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=4k", "tmpfs", home], { stdio: "ignore" });
    onTestFinished(() => void execFileSync("umount", [home]));
    writeFileSync(join(home, "ballast"), Buffer.alloc(4096));
  },
};

it.each(Object.keys(ways))(
  "a state folder that cannot be written (%s) keeps no project shut: it opens, trains and predicts, and a warning says why it is not remembered",
  async (way) => {
    const root = temporaryFolder();
    const home = join(root, way === "a file above it" ? "file/home" : "home");
    try {
      ways[way]?.(home);
    } catch (thrown) {
      console.log(`not tried: this machine lets nobody mount a disk of 4 kB (${String(thrown)})`);
      return;
    }
    const warn = vi.spyOn(console, "warn").mockImplementation(() => undefined);
    onTestFinished(() => warn.mockRestore());
    const project = writeCreditProject(join(root, "credit"), { epochs: 1, engine: "onnxruntime", device: "cpu", threads: 1 });
    const studio = createStudio({ allowedFolders: [root], home, launch: launchHere, projectsFolder: join(root, "projects") });
    onTestFinished(async () => {
      studio.prediction.close();
      await studio.tables.close();
    });
    const { procedures: ask } = createRouter(studio, { host: "server" });
    const context = { signal: new AbortController().signal };

    expect(await ask.projects.open({ project }, context)).toMatchObject({ path: project, name: "credit" });
    expect(warn).toHaveBeenCalledWith(expect.stringMatching(/^Lathe: the list of projects .* cannot be written: .*; the project opens all the same$/));
    expect(await ask.projects.list({}, context)).toEqual([]);
    expect(await ask.data.rows({ project, offset: 0, limit: 5, filters: [] }, context)).toMatchObject({ rows: expect.any(Array) });
    const run = await ask.training.start({ project }, context);
    await new Promise<void>(
      (resolve, reject) => void studio.runs.follow(run, (event) => event.event === "failed" && reject(new Error(event.error.message)), resolve),
    );
    const { fields } = await ask.prediction.form(run, context);
    expect(await ask.prediction.one({ ...run, values: Object.fromEntries(fields.map(({ column, typical }) => [column, typical])) }, context)).toMatchObject({
      targets: [{ name: "Good" }],
    });
    expect(
      (
        await ask.projects.create(
          { data: join(project, "credit.csv"), folder: join(root, "made"), name: "made", template: "tabular", targets: ["Good"], ignore: [] },
          context,
        )
      ).project,
    ).toMatchObject({ name: "made" });
    expect((await ask.projects.createSample({ sample: "credit" }, context)).project.path).toContain(join(root, "projects"));
    expect(await ask.app.settings({}, context)).toMatchObject({ theme: "system" });
    await expect(ask.app.changeSettings({ theme: "dark" }, context)).rejects.toMatchObject({
      code: "run.storage",
      message: expect.stringMatching(/^the settings .* cannot be written: /),
    });
  },
);
