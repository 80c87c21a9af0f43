import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { temporaryFolder } from "./temporary-folder.js";

/** A disk that may only be read once it is filled; undefined where none can be mounted (needs root on Linux). */
export async function readOnlyDisk(fill: (disk: string) => void | Promise<void>): Promise<string | undefined> {
  const disk = join(temporaryFolder(), "disk");
  mkdirSync(disk);
  if (spawnSync("mount", ["-t", "tmpfs", "-o", "size=4m", "tmpfs", disk]).status !== 0) return undefined;
  onTestFinished(() => void spawnSync("umount", [disk]));
  await fill(disk);
  if (spawnSync("mount", ["-o", "remount,ro", disk]).status !== 0) return undefined;
  return disk;
}
