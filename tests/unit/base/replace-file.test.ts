import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { replaceFile, replaceFileSync } from "../../../src-main/base/replace-file.js";
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
  writeFileSync(
    join(built, "killed.mjs"),
    `import fs from "node:fs/promises"; import { syncBuiltinESMExports } from "node:module"; fs.rename = () => process.kill(process.pid, "SIGKILL"); ` +
      `syncBuiltinESMExports();
    const { replaceFile } = await import("./replace-file.js"); await replaceFile(process.argv[2], "half");`,
  );
  const { signal, stderr } = spawnSync(process.execPath, [join(built, "killed.mjs"), path], { encoding: "utf8" });
  expect(signal, stderr).toBe("SIGKILL");
  expect(left()).toHaveLength(1);
  await replaceFile(path, "after");
  expect([left(), readFileSync(path, "utf8"), existsSync(join(folder, "project.json.part-2"))]).toEqual([[], "after", true]);
});

describe("a file that is written at once", () => {
  const half = [Buffer.from("ha"), Buffer.from("lf")];

  it("is made of its parts, or of a text, with the permissions that were asked for", () => {
    const path = join(temporaryFolder(), "latest.ckpt");
    replaceFileSync(path, half, { mode: 0o600 });
    expect(readFileSync(path, "utf8")).toBe("half");
    if (process.platform !== "win32") expect(statSync(path).mode & 0o777).toBe(0o600);
    replaceFileSync(path, "whole");
    expect(readFileSync(path, "utf8")).toBe("whole");
  });

  it("is whole beside its place before what has to make way does", () => {
    const folder = temporaryFolder();
    const path = join(folder, "latest.ckpt");
    writeFileSync(path, "before");
    let seen: string[] = [];
    replaceFileSync(path, half, {
      written: () =>
        (seen = readdirSync(folder)
          .map((name) => readFileSync(join(folder, name), "utf8"))
          .sort()),
    });
    expect(seen).toEqual(["before", "half"]);
  });

  it("leaves what was there, and nothing beside it, where it fails", () => {
    const folder = temporaryFolder();
    const path = join(folder, "report.json");
    writeFileSync(path, "before");
    const broken = function* () {
      yield Buffer.from("ha");
      throw new Error("no more");
    };
    expect(() => replaceFileSync(path, broken())).toThrow("no more");
    mkdirSync(join(folder, "model.onnx", "x"), { recursive: true });
    expect(() => replaceFileSync(join(folder, "model.onnx"), half)).toThrow(/EISDIR|ENOTEMPTY|EPERM/);
    expect([readdirSync(folder).sort(), readFileSync(path, "utf8")]).toEqual([["model.onnx", "report.json"], "before"]);
  });
});
