import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it, vi } from "vitest";
import { takeLock } from "../../../src-main/base/lock.mjs";
import { toLatheError } from "../../../src-main/base/errors.js";
import { Database } from "../../../src-main/datasets/sources/database.js";
import { inWorkFolder } from "../../../src-main/base/work-folder.js";
import { RunFolder } from "../../../src-main/training/runs/run-folder.js";
import { fullDisk } from "../../support/full-disk.js";

const refusal = async (work: () => unknown) => {
  try {
    await work();
  } catch (thrown) {
    return toLatheError(thrown);
  }
  throw new Error("it was done");
};

it("a full disk: what could not be begun leaves nothing behind, and says so in words of ours", async ({ skip }) => {
  const disk = fullDisk();
  if (disk === undefined) return skip("no disk can be mounted here; that needs root on Linux");

  expect(() => takeLock(join(disk, "lock"))).toThrow("ENOSPC");
  expect(readdirSync(disk)).toEqual(["filling"]);

  mkdirSync(join(disk, "runs"));
  expect(await refusal(() => RunFolder.create(disk))).toMatchObject({
    code: "run.storage",
    message: `${join(disk, "runs", "0001", "lock")} cannot be written: the disk is full; free some space. No run was made`,
  });
  expect(readdirSync(join(disk, "runs"))).toEqual([]);

  vi.stubEnv("TMPDIR", disk);
  expect(await refusal(() => inWorkFolder((folder) => Database.open(folder, { large: true })))).toMatchObject({
    code: "run.storage",
    message: `${disk} cannot be written: the disk is full; free some space. Lathe's temporary files are kept there; another folder can be named in TMPDIR`,
  });
  vi.unstubAllEnvs();
  expect(readdirSync(disk).sort()).toEqual(["filling", "runs"]);
  writeFileSync(join(disk, "name"), "");
  expect(existsSync(join(disk, "name"))).toBe(true);
});
