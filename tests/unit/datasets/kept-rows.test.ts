import { readdirSync, rmSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { type KeptRows, type Loader, type LoaderOptions, type PreparedData, createLoader, makeKept, findKept } from "../../../src-main/datasets/index.js";
import { keptDraw } from "../../../src-main/datasets/kept-draws.js";
import { storedSamples } from "../../support/records.js";
import { temporaryFolder } from "../../support/temporary-folder.js";
import { dataOf, prepare, writeTable } from "../../support/tables.js";

const SEED = 7;
const key = "ab".repeat(32);

/** 400 rows: an input that is the row's number, and one that the network does not ask for; 280 of them to train on. */
async function prepareRows(folder: string): Promise<PreparedData> {
  writeTable(folder, "t.csv", `a,b,y\n${Array.from({ length: 400 }, (_, i) => `${i + 1},0,${i % 2}`).join("\n")}\n`);
  return prepare(
    folder,
    dataOf("t.csv", {
      inputs: ["a", "b"].map((column) => ({ name: column, type: "numeric", columns: [column], normalize: "none" })),
      targets: [{ name: "y", type: "category", column: "y" }],
      split: { stratify: false },
    }),
  );
}

/** Three numbers of each sample: its row, and with which draw it was made; the first is a tensor of its own. */
function keep(folder: string, prepared: PreparedData, draws: number): Promise<KeptRows> {
  return makeKept(join(folder, "cache"), { key, words: 3, counts: prepared.counts, draws }, async (split, draw, write) => {
    const rows = storedSamples(prepared, split).flatMap(({ row }) => [row, draw, -row]);
    for (let at = 0; at < rows.length; at += 30) await write(Float32Array.from(rows.slice(at, at + 30)));
  });
}

function open(options: Omit<LoaderOptions, "seed">): Loader {
  const loader = createLoader({ seed: SEED, ...options });
  onTestFinished(() => loader.dispose());
  return loader;
}

/** Of an epoch, for each sample: its row as its record tells it, its row as it was kept, and its draw. */
async function epochOf(loader: Loader, epoch: number, from = 0): Promise<readonly (readonly number[])[]> {
  loader.start(epoch, from);
  const seen: number[][] = [];
  for (let step = from; step < loader.stepsPerEpoch; step++) {
    const { size, tensors } = await loader.next();
    expect(Object.keys(tensors).sort()).toEqual(["a", "kept one", "kept two", "target.y"]);
    expect([tensors["kept one"]!.dims, tensors["kept two"]!.dims]).toEqual([
      [size, 1],
      [size, 2],
    ]);
    for (let i = 0; i < size; i++) {
      const [a, one, two] = ["a", "kept one", "kept two"].map((name) => tensors[name]!.data as Float32Array);
      expect(two![2 * i + 1]).toBe(-one![i]!);
      seen.push([a![i]!, one![i]!, two![2 * i]!]);
    }
  }
  return seen;
}

function keptOf(rows: KeptRows): Pick<LoaderOptions, "omit" | "kept"> {
  const tensors = [
    { name: "kept one", axes: [1] },
    { name: "kept two", axes: [2] },
  ];
  return { omit: new Set(["b"]), kept: { rows, tensors, of: new Set(["b"]) } };
}

describe("rows that are kept beside the records", () => {
  it("come with their samples, whatever the order and however little memory there is", async () => {
    const folder = temporaryFolder();
    const prepared = await prepareRows(folder);
    const kept = keptOf(await keep(folder, prepared, 1));
    for (const memoryBudget of [1 << 20, 40 * (prepared.words + 3) * 4])
      for (const shuffle of [true, false]) {
        const seen = await epochOf(open({ prepared, split: "train", batchSize: 32, shuffle, memoryBudget, ...kept }), 2);
        expect(seen.map(([row]) => row)).toEqual(seen.map(([, own]) => own));
        expect(new Set(seen.map(([row]) => row)).size).toBe(prepared.counts.train);
      }
    const test = await epochOf(open({ prepared, split: "test", batchSize: 32, shuffle: false, ...kept }), 1);
    expect(test.map(([row, own]) => row === own)).toEqual(test.map(() => true));
  });

  it("come with what is drawn beside a sample", async () => {
    const folder = temporaryFolder();
    const prepared = await prepareRows(folder);
    const drawn = { draws: "triplets", target: "y" } as const;
    const seen = await epochOf(open({ prepared, split: "train", batchSize: 16, shuffle: true, drawn, ...keptOf(await keep(folder, prepared, 4)) }), 6);
    expect(seen).toHaveLength(3 * prepared.counts.train);
    expect(seen.every(([row, own]) => row === own)).toBe(true);
  });

  it("are of another draw in each epoch of a round, from anywhere in it", async () => {
    const folder = temporaryFolder();
    const prepared = await prepareRows(folder);
    const options = { prepared, split: "train", batchSize: 32, shuffle: true, ...keptOf(await keep(folder, prepared, 4)) } as const;
    const loader = open(options);
    const rounds: Map<number, number[]>[] = [];
    for (const round of [0, 1]) {
      const draws = new Map<number, number[]>();
      for (let epoch = 4 * round + 1; epoch <= 4 * round + 4; epoch++)
        for (const [row, , draw] of await epochOf(loader, epoch)) draws.set(row!, [...(draws.get(row!) ?? []), draw!]);
      rounds.push(draws);
      for (const of of draws.values()) expect([...of].sort()).toEqual([0, 1, 2, 3]);
    }
    expect([...rounds[0]!.values()].every((draws) => draws.join() === "0,1,2,3")).toBe(true);
    expect(new Set([...rounds[1]!.values()].map(([first]) => first)).size).toBe(4);
    const sixth = await epochOf(loader, 6);
    expect(await epochOf(open(options), 6, 3)).toEqual(sixth.slice(96));
    for (const [row, , draw] of sixth) expect(draw).toBe(keptDraw(4, SEED, 6, row!));
  });

  it("are not found half, nor under another shape", async () => {
    const folder = temporaryFolder();
    const prepared = await prepareRows(folder);
    const shape = { key, words: 3, counts: prepared.counts, draws: 2 };
    const failing = makeKept(join(folder, "cache"), shape, () => Promise.reject(new Error("no power")));
    await expect(failing).rejects.toThrow("no power");
    expect(await findKept(join(folder, "cache"), shape)).toBeUndefined();
    expect(readdirSync(join(folder, "cache", "features"))).toEqual([]);
    const rows = await keep(folder, prepared, 2);
    expect(await findKept(join(folder, "cache"), shape)).toEqual(rows);
    expect(await findKept(join(folder, "cache"), { ...shape, words: 4 })).toBeUndefined();
    expect(await findKept(join(folder, "cache"), { ...shape, draws: 3 })).toBeUndefined();
  });

  it("are let go of where others are newer, but not while they are used", async () => {
    const [cache, shape] = [join(temporaryFolder(), "cache"), { words: 3, counts: { train: 1, validation: 0, test: 0 }, draws: 1 }];
    const named = (k: number) => ({ ...shape, key: String(k).repeat(64) });
    for (let k = 1; k <= 8; k++) {
      const { files } = await makeKept(cache, named(k), (_split, _draw, write) => write(new Float32Array(3)));
      // This process uses all that it made; as if it had ended.
      for (const name of readdirSync(join(files.train[0]!, ".."))) if (name.startsWith("used-by-") && k > 1) rmSync(join(files.train[0]!, "..", name));
    }
    const left = readdirSync(join(cache, "features")).filter((name) => name.length === 64);
    expect(left).toHaveLength(6);
    expect(left).toContain("1".repeat(64));
  });

  it("take no more than so many bytes together, but those in use", async () => {
    const [cache, shape] = [join(temporaryFolder(), "cache"), { words: 1000, counts: { train: 1, validation: 0, test: 0 }, draws: 1 }];
    for (let k = 1; k <= 4; k++) {
      const { files } = await makeKept(cache, { ...shape, key: String(k).repeat(64) }, (_split, _draw, write) => write(new Float32Array(1000)), 10_000);
      const folder = join(files.train[0]!, "..");
      utimesSync(join(folder, "prepared.json"), k, k);
      for (const name of readdirSync(folder)) if (name.startsWith("used-by-") && k !== 2) rmSync(join(folder, name));
    }
    const left = readdirSync(join(cache, "features")).filter((name) => name.length === 64);
    // Two fit: the last, and the second, which is used; the third was not.
    expect(left.map((name) => name[0]).sort()).toEqual(["2", "4"]);
  });
});
