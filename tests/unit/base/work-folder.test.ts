import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, it } from "vitest";
import { makeWorkFolder, sweepLeftBehind, workName } from "../../../src-main/base/work-folder.js";
import { temporaryFolder } from "../../support/temporary-folder.js";

const before = process.env["TMPDIR"];
afterEach(() => {
  if (before === undefined) delete process.env["TMPDIR"];
  else process.env["TMPDIR"] = before;
});

/** The id of a process that has gone. */
async function gone(): Promise<number> {
  const child = spawn(process.execPath, ["-e", ""]);
  await once(child, "exit");
  return child.pid ?? 0;
}

/** A name as another process would give. */
const nameOf = (pid: number, started = "1") => workName("lathe-work").replace(/-(\d+)-(\d+)-/, `-${pid}-${started}-`);

it.skipIf(process.platform === "win32")("a folder of a process that has gone is taken away by whoever makes the next, and no other is", async () => {
  const place = temporaryFolder();
  process.env["TMPDIR"] = place;
  expect(tmpdir()).toBe(place);
  const mine = makeWorkFolder();
  const dead = join(place, nameOf(await gone()));
  mkdirSync(join(dead, "work"), { recursive: true });
  writeFileSync(join(dead, "work", "spill"), "much");
  const home = temporaryFolder();
  writeFileSync(join(home, "letter"), "mine");
  symlinkSync(home, join(place, nameOf(await gone())));
  const others = [
    "lathe-work-notes",
    "lathe-3f2a",
    nameOf(await gone()).replace(/-[0-9a-f]{8}-/, "-00000000-"),
    nameOf(await gone()).replace("lathe-work", "other"),
  ];
  for (const name of others) mkdirSync(join(place, name));
  symlinkSync(home, join(mine, "way out"));

  const second = makeWorkFolder();
  expect(existsSync(dead)).toBe(false);
  for (const stays of [mine, second, ...others.map((name) => join(place, name))]) expect(existsSync(stays), stays).toBe(true);
  expect(readdirSync(home)).toEqual(["letter"]);
});

it.runIf(process.platform === "linux")("an id that was given to another process since then does not keep a folder", () => {
  const place = temporaryFolder();
  // This process did not begin in the first tick of the machine's clock.
  const name = nameOf(process.pid, "1");
  mkdirSync(join(place, name));
  sweepLeftBehind(place, "lathe-work");
  expect(existsSync(join(place, name))).toBe(false);
});

it("where no temporary files can be written, it is said where and what to do", () => {
  const place = temporaryFolder();
  writeFileSync(join(place, "file"), "");
  process.env["TMPDIR"] = join(place, "file");
  process.env["TEMP"] = join(place, "file");
  expect(() => makeWorkFolder()).toThrow(
    expect.objectContaining({
      code: "run.storage",
      message: expect.stringMatching(/file cannot be written: .*Lathe's temporary files are kept there; another folder can be named in TMPDIR$/),
    }),
  );
});
