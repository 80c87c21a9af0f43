import { type FSWatcher, readdirSync, watch, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { packageRoot } from "../../src-main/base/entries.js";
import { creditTable, killAll, lathe, startLathe, startNode, writeCreditProject } from "../support/lathe.js";
import { temporaryFolder } from "../support/temporary-folder.js";

const cli = join(packageRoot, "out", "main", "cli.js");

describe("the temporary files of a command that was killed", () => {
  it.each([
    ["inspect", "{}"],
    ["new", "{}/made", "--data", creditTable],
  ])("are taken away by the next: lathe %s", async (...args) => {
    const place = temporaryFolder();
    const project = writeCreditProject(temporaryFolder(), { epochs: 1 });
    const start = (name: string) =>
      startNode([cli, ...args.map((arg) => arg.replace("{}", project).replace("made", name)), "--json"], undefined, {
        env: { ...process.env, TMPDIR: place, TEMP: place },
      });
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

describe("the half of a file of predictions that a killed command left", () => {
  it("is taken away by whoever writes the same file next, and nobody else's is", { tags: ["long"] }, async () => {
    const place = temporaryFolder();
    const project = writeCreditProject(join(place, "credit"), { epochs: 1, engine: "onnxruntime" });
    const { code: trained, stderr } = await lathe("train", project, "--json");
    expect(trained, stderr).toBe(0);
    const out = join(place, "answers.csv");
    const predict = () => startLathe(["predict", project, creditTable, "--out", out, "--json"]);
    const parts = () => readdirSync(place).filter((name) => name.startsWith("answers.csv.part-"));
    const killed = predict();
    const watcher: FSWatcher = watch(place, () => {
      if (parts().length > 0) killAll(killed);
    });
    const { code } = await killed.result;
    watcher.close();
    expect(code, "it ended before it was killed").toBeNull();
    expect(parts()).toHaveLength(1);
    writeFileSync(join(place, "answers.csv.part-2"), "mine");
    expect((await predict().result).code).toBe(0);
    expect(readdirSync(place).sort()).toEqual(["answers.csv", "answers.csv.part-2", "credit"]);
  });
});

function folders(place: string): readonly string[] {
  return readdirSync(place).filter((name) => name.startsWith("lathe-"));
}
