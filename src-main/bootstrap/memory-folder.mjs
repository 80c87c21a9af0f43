import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { freemem } from "node:os";
import { join } from "node:path";
import { holderOf, noteProgram } from "../base/lock.mjs";
import { say } from "./shared.mjs";

/** Bytes that are to be free, many times what tests have in such folders at once. */
const LEAST = 4 * 2 ** 30;
/** Of a file system in memory (statfs(2), TMPFS_MAGIC). */
const TMPFS = 0x01021994;

const NAME = "lathe-tests-";
/** Whose it is. */
const NOTE = ".holder";

/**
 * A folder in memory for the temporary folders of tests: what a run saves it writes through to the disk, and tests train by the hundred. It goes when this
 * process ends; that of one that was killed goes when the next asks.
 * @param place where the system keeps such folders
 * @returns its path; undefined where there is none, it has too little room, or no program may run in it
 */
export function memoryFolder(place = "/dev/shm") {
  let folder;
  try {
    const { type, bavail, bsize } = statfsSync(place);
    if (type !== TMPFS || Math.min(bavail * bsize, freemem()) < LEAST) return undefined;
    sweep(place);
    folder = mkdtempSync(join(place, NAME));
    // As the folder of temporary files itself: tests try what somebody else may look at.
    chmodSync(folder, 0o755);
    noteProgram(join(folder, NOTE), process.pid);
    process.on("exit", () => remove(folder));
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => process.exit(1));
    const probe = join(folder, "probe");
    writeFileSync(probe, "#!/bin/sh\n", { mode: 0o755 });
    const runs = spawnSync(probe).status === 0;
    if (runs) rmSync(probe);
    else remove(folder);
    return runs ? folder : undefined;
  } catch {
    return undefined;
  }
}

function sweep(place) {
  for (const name of readdirSync(place).filter((name) => name.startsWith(NAME))) {
    const note = join(place, name, NOTE);
    if (existsSync(note) && !holderOf(note)) remove(join(place, name));
  }
}

/** What is still in use, a disk that a test mounted say, is left to the next who asks. */
function remove(folder) {
  try {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  } catch (error) {
    say(`${folder} could not be removed: ${error.message}`);
  }
}
