import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { temporaryFolder } from "./temporary-folder.js";

/** Bytes of such a disk: a page, the least there is. */
const PAGE = 4096;

/** A disk on which names can be made and not a byte be written; undefined where none can be mounted (needs root on Linux). */
export function fullDisk(): string | undefined {
  const disk = join(temporaryFolder(), "disk");
  mkdirSync(disk);
  if (spawnSync("mount", ["-t", "tmpfs", "-o", `size=${PAGE}`, "tmpfs", disk]).status !== 0) return undefined;
  onTestFinished(() => void spawnSync("umount", [disk]));
  writeFileSync(join(disk, "filling"), Buffer.alloc(PAGE));
  return disk;
}
