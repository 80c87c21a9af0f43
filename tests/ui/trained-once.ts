import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "../../src-main/base/entries.js";
import { lathe } from "../support/lathe.js";
import { expect } from "./fixture.js";

/** `npm test` begins with none. */
const kept = join(packageRoot, ".lathe", "test", "trained");

/**
 * Trains a project that has just been written, with the built command line; the second time that one like it is asked for, what came of the first is copied.
 * The studio is what these tests are about, and it is no other for having been trained before.
 * @param runs options of `lathe train`, one list a run.
 */
export async function trainOnce(project: string, runs: readonly (readonly string[])[]): Promise<void> {
  const copy = join(kept, keyOf(project, runs));
  if (!existsSync(copy)) {
    for (const options of runs) {
      const { code, stderr } = await lathe("train", project, ...options);
      expect(code, stderr).toBe(0);
    }
    keep(project, copy);
    return;
  }
  cpSync(copy, project, { recursive: true, preserveTimestamps: true });
  for (const run of readdirSync(join(project, "runs"))) {
    const config = join(project, "runs", run, "config.json");
    if (!existsSync(config)) continue;
    writeFileSync(config, JSON.stringify({ ...(JSON.parse(readFileSync(config, "utf8")) as object), projectFolder: project }, null, 2));
  }
}

/** Complete or not at all: another worker may look for it, or keep the same, at this moment. */
function keep(project: string, copy: string): void {
  const unfinished = `${copy}.${process.pid}`;
  mkdirSync(kept, { recursive: true });
  cpSync(project, unfinished, { recursive: true, preserveTimestamps: true });
  try {
    renameSync(unfinished, copy);
  } catch {
    rmSync(unfinished, { recursive: true, force: true });
  }
}

/** The programs that train, all files of the project, and what it is trained with. */
function keyOf(project: string, runs: readonly (readonly string[])[]): string {
  const hash = createHash("sha256")
    .update(readFileSync(join(packageRoot, "out", "sources.sha256")))
    .update(JSON.stringify(runs));
  for (const entry of readdirSync(project, { recursive: true, withFileTypes: true })
    .filter((e) => e.isFile())
    .map((e) => join(e.parentPath, e.name))
    .sort()) {
    hash.update(entry.slice(project.length)).update(readFileSync(entry));
  }
  return hash.digest("hex").slice(0, 32);
}
