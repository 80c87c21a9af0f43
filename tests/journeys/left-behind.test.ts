import { type FSWatcher, readdirSync, watch } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { packageRoot } from "../../src-main/base/entries.js";
import { creditTable, killAll, startNode, writeCreditProject } from "../support/lathe.js";
import { temporaryFolder } from "../support/temporary-folder.js";

const cli = join(packageRoot, "out", "main", "cli.js");

describe("the temporary files of a command that was killed", () => {
  it.each([["inspect", "{}"], ["new", "{}/made", "--data", creditTable]])("are taken away by the next: lathe %s", async (...args) => {
    const place = temporaryFolder();
    const project = writeCreditProject(temporaryFolder(), { epochs: 1 });
    const start = (name: string) => startNode([cli, ...args.map((arg) => arg.replace("{}", project).replace("made", name)), "--json"], undefined, { env: { ...process.env, TMPDIR: place, TEMP: place } });
    const killed = start("first");
    const watcher: FSWatcher = watch(place, () => {
      if (folders(place).length > 0) killAll(killed);
    });
    const { code } = await killed.result;
    watcher.close();
    expect(code, "it ended before it was killed").toBeNull();
    expect(folders(place)).toHaveLength(1);
    const { code: after, stderr } = await start("second").result;
    expect(after, stderr).toBe(0);
    expect(folders(place)).toEqual([]);
  });
});

function folders(place: string): readonly string[] {
  return readdirSync(place).filter((name) => name.startsWith("lathe-"));
}
