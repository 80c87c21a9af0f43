import { symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { systemFolder } from "../../../src-main/base/system-folder.js";
import { temporaryFolder } from "../../support/temporary-folder.js";

it.skipIf(process.platform === "win32")("what lies among the system's own, or leads there by links, is told from files", () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "file"), "");
  const link = (name: string, to: string) => symlinkSync(to, join(folder, name));
  link("stdin", "/dev/stdin");
  link("twice", "stdin");
  link("fd", "/proc/self/fd/0");
  link("round", "round");
  link("plain", "file");
  expect(
    ["/dev/stdin", "/dev/null", "/proc/self/fd/0", "/dev/shm/../zero", join(folder, "stdin"), join(folder, "twice"), join(folder, "fd")].map(systemFolder),
  ).toEqual(["/dev", "/dev", "/proc", "/dev", "/dev", "/dev", "/proc"]);
  expect(
    [join(folder, "file"), join(folder, "plain"), join(folder, "round"), join(folder, "none"), "/dev/shm/table.csv", "/device/table.csv", "/"].map(
      systemFolder,
    ),
  ).toEqual(Array.from({ length: 7 }));
});
