import { existsSync, readFileSync, readdirSync, rmSync, statSync, truncateSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { contentHash } from "../../../src-main/datasets/cache.js";
import { prepareData } from "../../../src-main/datasets/index.js";
import { temporaryFolder } from "../../support/temporary-folder.js";
import { compile, dataOf, writeTable } from "../../support/tables.js";

const content = `a,b,y\n${Array.from({ length: 60 }, (_, i) => `${i},${i * i},${i % 2}`).join("\n")}\n`;

/** Prepares, and says whether the table was read for it. */
async function prepareIn(folder: string, options: { readonly seed?: number; readonly path?: string; readonly normalize?: string } = {}) {
  const stages = new Set<string>();
  const prepared = await prepareData({
    folder,
    seed: options.seed ?? 1,
    cacheFolder: join(folder, "cache"),
    compile,
    progress: (stage) => stages.add(stage),
    data: dataOf(options.path ?? "t.csv", { inputs: [{ name: "f", type: "numeric", columns: "rest", normalize: options.normalize ?? "standard" }] }),
  });
  return { prepared, made: stages.has("read"), hashed: stages.has("hash") };
}

function project(): string {
  const folder = temporaryFolder();
  writeTable(folder, "t.csv", content);
  // Older than the time within which a change might go unnoticed.
  utimesSync(join(folder, "t.csv"), new Date(Date.now() - 60_000), new Date(Date.now() - 60_000));
  return folder;
}

describe("the cache of prepared data", () => {
  it("is used again without reading or hashing the table", async () => {
    const folder = project();
    const first = await prepareIn(folder);
    const second = await prepareIn(folder);
    expect([first.made, first.hashed]).toEqual([true, true]);
    expect([second.made, second.hashed]).toEqual([false, false]);
    expect(JSON.stringify(second.prepared)).toBe(JSON.stringify(first.prepared));
  });

  it("is used again for the same content under another name and time", async () => {
    const folder = project();
    const { prepared } = await prepareIn(folder);
    writeTable(folder, "copy.csv", content);
    const copy = await prepareIn(folder, { path: "copy.csv" });
    expect(copy.made).toBe(false);
    expect(copy.prepared.fingerprint).toBe(prepared.fingerprint);
    expect(copy.prepared.source.path).toBe(join(folder, "copy.csv"));
  });

  it("is made anew when the content, the data section or the seed changes", async () => {
    const folder = project();
    const { prepared } = await prepareIn(folder);
    expect((await prepareIn(folder, { seed: 2 })).made).toBe(true);
    expect((await prepareIn(folder, { normalize: "minmax" })).made).toBe(true);
    // The same length, so that only content or time tell.
    writeTable(folder, "t.csv", content.replace("59,3481", "59,3482"));
    const changed = await prepareIn(folder);
    expect(changed.made).toBe(true);
    expect(changed.prepared.fingerprint).not.toBe(prepared.fingerprint);
  });

  it.each([
    ["a sample file cut short", (f: string) => truncateSync(join(f, "train.records"), statSync(join(f, "train.records")).size - 4)],
    ["a sample file that is gone", (f: string) => rmSync(join(f, "test.records"))],
    [
      "a damaged header",
      (f: string) => {
        const bytes = readFileSync(join(f, "validation.records"));
        bytes[20]! ^= 1;
        writeFileSync(join(f, "validation.records"), bytes);
      },
    ],
    [
      "a sample file of other data",
      (f: string) => {
        const bytes = readFileSync(join(f, "validation.records"));
        bytes[30]! ^= 1;
        writeFileSync(join(f, "validation.records"), bytes);
      },
    ],
    [
      "the sign of every number turned",
      (f: string) => {
        const bytes = readFileSync(join(f, "train.records"));
        for (let i = 64 + 3; i < bytes.length; i += 4) bytes[i]! ^= 0x80;
        writeFileSync(join(f, "train.records"), bytes);
      },
    ],
    ["a half-written description", (f: string) => truncateSync(join(f, "prepared.json"), 100)],
    ["no description", (f: string) => rmSync(join(f, "prepared.json"))],
    [
      "a description of another version",
      (f: string) => writeFileSync(join(f, "prepared.json"), readFileSync(join(f, "prepared.json"), "utf8").replace(`"version":1`, `"version":2`)),
    ],
  ])("is made anew after %s", async (_, damage) => {
    const folder = project();
    const { prepared } = await prepareIn(folder);
    const samples = readFileSync(prepared.files.train);
    damage(prepared.folder);
    const again = await prepareIn(folder);
    expect(again.made).toBe(true);
    expect(readFileSync(again.prepared.files.train).equals(samples)).toBe(true);
    expect((await prepareIn(folder)).made).toBe(false);
  });

  it("keeps the five data sets used last, and sweeps up after a crash", async () => {
    const folder = project();
    const cache = join(folder, "cache");
    const entries: string[] = [];
    for (let seed = 1; seed <= 5; seed++) entries.push((await prepareIn(folder, { seed })).prepared.folder);
    entries.forEach((entry, k) => utimesSync(join(entry, "prepared.json"), 1000 + k, 1000 + k));
    // As if other processes had made them, and ended.
    for (const entry of entries) rmSync(join(entry, `used-by-${process.pid}`));
    await prepareIn(folder, { seed: 1 });
    // No process has this number.
    writeTable(cache, "work-99999999-abc", "left behind");
    await prepareIn(folder, { seed: 6 });
    expect(entries.map((entry) => existsSync(entry))).toEqual([true, false, true, true, true]);
    expect(readdirSync(cache).filter((name) => /^(work|new)-/.test(name))).toEqual([]);
  });

  it("keeps a data set that a living process uses, however many come after it", async () => {
    const folder = project();
    const entries: string[] = [];
    for (let seed = 1; seed <= 9; seed++) entries.push((await prepareIn(folder, { seed })).prepared.folder);
    expect(entries.map((entry) => existsSync(join(entry, "train.records")))).toEqual(entries.map(() => true));
  });

  it("waits for no lock of another machine, which came with a copied project", async () => {
    const folder = project();
    const { prepared } = await prepareIn(folder);
    writeFileSync(join(folder, "cache", "entries.lock"), JSON.stringify({ pid: 1, host: "elsewhere" }));
    const start = performance.now();
    const again = await prepareIn(folder);
    expect([again.made, again.prepared.fingerprint]).toEqual([false, prepared.fingerprint]);
    // It waited 10 s each time; without, this takes a fraction of one.
    expect(performance.now() - start).toBeLessThan(8000);
  });

  it("leaves nothing behind when it is cancelled or the data are wrong", async () => {
    const folder = project();
    const cacheFolder = join(folder, "cache");
    const abort = new AbortController();
    await expect(
      prepareData({
        folder,
        seed: 1,
        cacheFolder,
        compile,
        data: dataOf("t.csv"),
        signal: abort.signal,
        progress: (stage) => {
          if (stage === "fit") abort.abort();
        },
      }),
    ).rejects.toMatchObject({ code: "cancelled" });
    writeTable(folder, "bad.csv", `${content}x,1,1\n`);
    await expect(prepareIn(folder, { path: "bad.csv" })).rejects.toMatchObject({ code: "data.value" });
    expect(readdirSync(cacheFolder)).toEqual(["hashes.json"]);
  });

  it("remembers what a file holds for several that ask at once", async () => {
    const folder = project();
    const cache = join(folder, "hashes");
    const answers = await Promise.all(Array.from({ length: 30 }, () => contentHash(cache, join(folder, "t.csv"), () => undefined)));
    expect(new Set(answers).size).toBe(1);
    expect(readdirSync(cache)).toEqual(["hashes.json"]);
  });

  it("says where it cannot write", async () => {
    const folder = project();
    writeTable(folder, "cache", "a file where a folder should be");
    await expect(prepareIn(folder)).rejects.toMatchObject({ code: "run.storage" });
  });
});
