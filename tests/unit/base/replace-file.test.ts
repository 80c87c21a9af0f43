import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { replaceFile } from "../../../src-main/base/replace-file.js";
import { packageRoot } from "../../../src-main/base/entries.js";
import { bundle } from "../../../src-main/bootstrap/bundle.mjs";
import { temporaryFolder } from "../../support/temporary-folder.js";

it.skipIf(process.platform === "win32")("what a killed process left of a file is taken away by the next that writes it, and nothing else", async () => {
  const folder = temporaryFolder();
  const path = join(folder, "project.json");
  writeFileSync(path, "before");
  writeFileSync(join(folder, "project.json.part-2"), "mine");
  const left = () => readdirSync(folder).filter((name) => !["project.json", "project.json.part-2"].includes(name));
  const built = temporaryFolder();
  await bundle(join(packageRoot, "src-main", "base"), ["replace-file"], built);
  // Killed between the writing and the renaming.
  writeFileSync(join(built, "killed.mjs"), `import fs from "node:fs/promises"; import { syncBuiltinESMExports } from "node:module"; fs.rename = () => process.kill(process.pid, "SIGKILL"); syncBuiltinESMExports();
    const { replaceFile } = await import("./replace-file.js"); await replaceFile(process.argv[2], "half");`);
  const { signal, stderr } = spawnSync(process.execPath, [join(built, "killed.mjs"), path], { encoding: "utf8" });
  expect(signal, stderr).toBe("SIGKILL");
  expect(left()).toHaveLength(1);
  await replaceFile(path, "after");
  expect([left(), readFileSync(path, "utf8"), existsSync(join(folder, "project.json.part-2"))]).toEqual([[], "after", true]);
});
