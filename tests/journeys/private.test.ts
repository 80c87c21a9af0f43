import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { packageRoot } from "../../src-main/base/entries.js";
import { temporaryFolder } from "../support/run-on-disk.js";
import { startNode, writeCreditProject } from "../support/lathe.js";

test("training leaves nothing in the user's home: no identifier, no reports to be sent", async () => {
  const folder = temporaryFolder("private");
  const home = join(folder, "home");
  const state = join(folder, "state");
  mkdirSync(home);
  const project = writeCreditProject(join(folder, "credit"), { epochs: 1 });
  // As on a user's machine: ONNX Runtime keeps quiet by itself where it is told, or where it sees a build server.
  const { ORT_DISABLE_TELEMETRY: _told, CI: _server, ...env } = process.env;
  const { code, stderr } = await startNode([join(packageRoot, "out", "main", "cli.js"), "train", project], undefined, {
    env: { ...env, HOME: home, LATHE_HOME: state },
  }).result;
  expect(code, stderr).toBe(0);
  expect(readdirSync(home)).toEqual([]);
});
