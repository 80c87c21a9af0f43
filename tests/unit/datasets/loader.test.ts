import { randomBytes } from "node:crypto";
import { copyFileSync, mkdirSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it, onTestFinished } from "vitest";
import { Random } from "../../../src-main/base/random.js";
import { EpochReader } from "../../../src-main/datasets/epoch-reader.js";
import { type Batch, type Loader, type LoaderOptions, type PreparedData, createLoader } from "../../../src-main/datasets/index.js";
import { RecordWriter } from "../../../src-main/datasets/record-file.js";
import { storedSamples } from "../../support/records.js";
import { temporaryFolder } from "../../support/temporary-folder.js";
import { dataOf, prepare, writeTable } from "../../support/tables.js";

/** 200 rows: an input [row, row²], a class and a yes or no; 140 of them to train on. */
async function prepareRows(): Promise<PreparedData> {
  const folder = temporaryFolder();
  writeTable(folder, "t.csv", `a,b,c,y\n${Array.from({ length: 200 }, (_, i) => `${i + 1},${(i + 1) ** 2},${["x", "y", "z"][i % 3]},${i % 2}`).join("\n")}\n`);
  return prepare(
    folder,
    dataOf("t.csv", {
      inputs: [{ name: "f", type: "numeric", columns: ["a", "b"], normalize: "none" }],
      targets: [
        { name: "c", type: "category", column: "c" },
        { name: "y", type: "binary", column: "y" },
      ],
      split: { stratify: false },
    }),
  );
}

function open(options: Omit<LoaderOptions, "seed"> & { readonly seed?: number }): Loader {
  const loader = createLoader({ seed: 7, ...options });
  onTestFinished(() => loader.dispose());
  return loader;
}

/** A batch's values, copied: its memory is used again. */
function copy({ size, tensors }: Batch) {
  return { size, tensors: Object.fromEntries(Object.entries(tensors).map(([name, t]) => [name, { dtype: t.dtype, dims: [...t.dims], data: [...t.data] }])) };
}

async function take(loader: Loader, epoch: number, from = 0, steps = loader.stepsPerEpoch - from) {
  loader.start(epoch, from);
  const batches: ReturnType<typeof copy>[] = [];
  for (let step = 0; step < steps; step++) batches.push(copy(await loader.next()));
  return batches;
}

const rowsOf = (batches: readonly ReturnType<typeof copy>[]) => batches.flatMap(({ tensors }) => tensors["f"]!.data.filter((_, i) => i % 2 === 0));

describe("the loader", () => {
  it("gives every row of the part once an epoch, with its targets, as the graph takes them", async () => {
    const prepared = await prepareRows();
    const loader = open({ prepared, split: "train", batchSize: 32, shuffle: true });
    expect(loader.stepsPerEpoch).toBe(5);
    const batches = await take(loader, 1);
    expect(batches.map((b) => b.size)).toEqual([32, 32, 32, 32, 12]);
    expect([...rowsOf(batches)].sort((a, b) => Number(a) - Number(b))).toEqual(storedSamples(prepared, "train").map((s) => s.row));
    for (const { size, tensors } of batches) {
      expect(tensors["f"]).toMatchObject({ dtype: "float32", dims: [size, 2] });
      expect(tensors["target.c"]).toMatchObject({ dtype: "int64", dims: [size] });
      expect(tensors["target.y"]).toMatchObject({ dtype: "float32", dims: [size, 1] });
      for (let r = 0; r < size; r++) {
        const row = Number(tensors["f"]!.data[r * 2]);
        expect(tensors["f"]!.data[r * 2 + 1]).toBe(row ** 2);
        expect(tensors["target.c"]!.data[r]).toBe(BigInt((row - 1) % 3));
        expect(tensors["target.y"]!.data[r]).toBe((row - 1) % 2);
      }
    }
  });

  it("keeps the order of the file where it does not shuffle, epoch after epoch", async () => {
    const prepared = await prepareRows();
    const loader = open({ prepared, split: "validation", batchSize: 7, shuffle: false });
    const rows = storedSamples(prepared, "validation").map((s) => s.row);
    for (const epoch of [1, 1, 2]) expect(rowsOf(await take(loader, epoch))).toEqual(rows);
  });

  it("drops a last batch that is not full, where asked to", async () => {
    const loader = open({ prepared: await prepareRows(), split: "train", batchSize: 32, shuffle: true, dropLast: true });
    expect((await take(loader, 1)).map((b) => b.size)).toEqual([32, 32, 32, 32]);
  });

  it("gives the same batches for the same seed, others for another seed or epoch", async () => {
    const prepared = await prepareRows();
    const options = { prepared, split: "train", batchSize: 16, shuffle: true } as const;
    const [first, second, other] = [open(options), open(options), open({ ...options, seed: 8 })];
    const epoch = await take(first, 1);
    expect(await take(second, 1)).toEqual(epoch);
    expect(await take(second, 2)).not.toEqual(epoch);
    expect(await take(second, 1)).toEqual(epoch);
    expect(await take(other, 1)).not.toEqual(epoch);
    const order = new Random(7, "shuffle", 1).shuffle(Uint32Array.from({ length: 140 }, (_, i) => i));
    const rows = storedSamples(prepared, "train").map((s) => s.row);
    expect(rowsOf(epoch)).toEqual(Array.from(order, (i) => rows[i]));
  });

  it.each([
    ["in memory", undefined],
    ["larger than the budget", 700],
  ] as const)("resumes in mid-epoch with the same batches, %s", async (_, memoryBudget) => {
    const prepared = await prepareRows();
    const options = {
      prepared,
      split: "train",
      batchSize: 16,
      shuffle: true,
      uniforms: [{ name: "u", width: 3 }],
      ...(memoryBudget === undefined ? {} : { memoryBudget }),
    } as const;
    const straight = open(options);
    const whole = [await take(straight, 1), await take(straight, 2), await take(straight, 3)];
    for (const [epoch, step] of [
      [2, 4],
      [1, 8],
      [3, 0],
      [2, 1],
      [2, 9],
    ] as const) {
      const fresh = open(options);
      expect(await take(fresh, epoch, step)).toEqual(whole[epoch - 1]!.slice(step));
      await fresh.dispose();
      // And one that is in the middle of something else, its ring full of other batches.
      expect(await take(straight, epoch, step)).toEqual(whole[epoch - 1]!.slice(step));
    }
  });

  it("draws uniforms by name, epoch and step, alike for any history", async () => {
    const loader = open({
      prepared: await prepareRows(),
      split: "train",
      batchSize: 32,
      shuffle: true,
      uniforms: [
        { name: "uniform.a", width: 5 },
        { name: "uniform.b", width: 6, shape: [2, 3] },
      ],
    });
    const batches = await take(loader, 4);
    batches.forEach(({ size, tensors }, step) => {
      for (const [name, axes] of [
        ["uniform.a", [5]],
        ["uniform.b", [2, 3]],
      ] as const) {
        const width = axes.reduce((a, b) => a * b, 1);
        expect(tensors[name]!.dims).toEqual([size, ...axes]);
        expect(tensors[name]!.data).toEqual([...new Random(7, "uniform", name, 4, step).fillUniform(new Float32Array(size * width))]);
      }
    });
  });

  it("keeps a batch untouched until next has been called twice more", async () => {
    const loader = open({ prepared: await prepareRows(), split: "train", batchSize: 10, shuffle: true });
    loader.start(1, 0);
    const held = await loader.next();
    const before = copy(held);
    await loader.next();
    await loader.next();
    expect(copy(held)).toEqual(before);
    // The same few tensors come again, so that an engine may keep its views of them.
    const tensors = new Set<unknown>();
    for (let k = 0; k < 11; k++) tensors.add((await loader.next()).tensors["f"]);
    expect(tensors.size).toBe(3);
  });

  it("hands batches over without a turn of the event loop once the ring is full", async () => {
    const loader = open({ prepared: await prepareRows(), split: "train", batchSize: 32, shuffle: true });
    loader.start(1, 0);
    const takeForty = async () => {
      for (let k = 0; k < 40; k++) {
        const batch = loader.next();
        if (!(batch instanceof Promise)) continue;
        await batch;
        return false;
      }
      return true;
    };
    await expect.poll(takeForty).toBe(true);
  });

  it("refuses a batch larger than the part where only full batches count", async () => {
    const prepared = await prepareRows();
    expect(() => createLoader({ prepared, split: "train", batchSize: 500, shuffle: true, seed: 1, dropLast: true })).toThrow(
      "batch size 500 is larger than the 140 rows of the train part; make it smaller",
    );
    expect(() => createLoader({ prepared, split: "train", batchSize: 0, shuffle: true, seed: 1 })).toThrow("got batch size 0, expected a whole number from 1");
  });

  it("says so, in either thread, when the sample file is gone or cut", async () => {
    const prepared = await prepareRows();
    const loader = open({ prepared, split: "train", batchSize: 16, shuffle: true, memoryBudget: 700 });
    // The worker has the file open and reads it window by window.
    loader.start(1, 0);
    await loader.next();
    truncateSync(prepared.files.train, 200);
    await expect(
      (async () => {
        for (let k = 0; k < 2000; k++) await loader.next();
      })(),
    ).rejects.toThrow("became shorter while it was read; prepare the data again");
    expect(() => createLoader({ prepared, split: "train", batchSize: 16, shuffle: true, seed: 1 })).toThrow("is damaged (it is 200 bytes long");
    rmSync(prepared.files.train);
    expect(() => createLoader({ prepared, split: "train", batchSize: 16, shuffle: true, seed: 1 })).toThrow("is damaged (ENOENT");
  });

  it("tells what its thread fails with whole, however long it is, with its code", async () => {
    // The path is longer than any piece of shared memory for messages would be.
    const folder = Array.from({ length: 15 }, (_, i) => String(i).padStart(200, "d")).reduce((path, name) => join(path, name), temporaryFolder());
    const prepared = await prepareRows();
    mkdirSync(folder, { recursive: true });
    const train = join(folder, "train.records");
    copyFileSync(prepared.files.train, train);
    const loader = open({ prepared: { ...prepared, files: { ...prepared.files, train } }, split: "train", batchSize: 16, shuffle: true, memoryBudget: 700 });
    loader.start(1, 0);
    await loader.next();
    truncateSync(train, 200);
    const failure: unknown = await (async () => {
      for (let k = 0; k < 2000; k++) await loader.next();
    })().catch((thrown: unknown) => thrown);
    expect(failure).toMatchObject({ code: "data.unreadable", message: expect.stringContaining(train) });
    // And again whoever asks again.
    expect(() => loader.next()).toThrow("became shorter while it was read");
  });

  it("is told at once where its thread dies without a word, as where memory runs out", async () => {
    const loader = open({
      prepared: await prepareRows(),
      split: "train",
      batchSize: 32,
      shuffle: true,
      limits: { maxOldGenerationSizeMb: 1, maxYoungGenerationSizeMb: 1 },
    });
    const begin = performance.now();
    await expect(
      (async () => {
        for (let k = 0; k < 2000; k++) await loader.next();
      })(),
    ).rejects.toMatchObject({ code: "training.batch", message: expect.stringMatching(/ran out of memory; make training\.batchSize smaller than 32/) });
    // A thread that is waited for in vain is given up after 120 s; this one is heard as it ends. A busy machine may take some seconds to start it.
    expect(performance.now() - begin).toBeLessThan(60_000);
  });
});

describe("the order of an epoch", () => {
  const fingerprint = randomBytes(32).toString("hex");

  /** A file of `count` records [index, -index]. */
  async function indexFile(folder: string, count: number): Promise<string> {
    const path = join(folder, "index.records");
    const writer = await RecordWriter.create(path, 2);
    for (let i = 0; i < count; i++) {
      if (writer.full) await writer.flush();
      const at = writer.record();
      writer.floats[at] = i;
      writer.floats[at + 1] = -i;
    }
    await writer.finish(fingerprint);
    return path;
  }

  function readEpoch(reader: EpochReader, epoch: number, from: number, piece: number): number[] {
    const order: number[] = [];
    reader.seek(epoch, from);
    while (from + order.length < reader.count) {
      const { floats, bases, from: first, count } = reader.take(Math.min(piece, reader.count - from - order.length));
      for (let i = first; i < first + count; i++) order.push(floats[bases[i]!]!);
    }
    return order;
  }

  it("is a permutation for any size, budget and way of asking, and can be entered anywhere", async () => {
    const folder = temporaryFolder();
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 400 }),
        fc.integer({ min: 8, max: 4000 }),
        fc.integer({ min: 1, max: 50 }),
        fc.boolean(),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        async (count, memoryBudget, piece, shuffle, where) => {
          const reader = new EpochReader({ path: await indexFile(folder, count), fingerprint, shuffle, seed: 5, memoryBudget });
          const order = readEpoch(reader, 2, 0, piece);
          expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, i) => i));
          if (!shuffle) expect(order).toEqual([...order].sort((a, b) => a - b));
          const from = Math.floor(where * count);
          expect(readEpoch(reader, 2, from, 1)).toEqual(order.slice(from));
          readEpoch(reader, 3, from, piece);
          expect(readEpoch(reader, 2, from, 7)).toEqual(order.slice(from));
          reader.close();
        },
      ),
      { numRuns: 60 },
    );
  });

  it("above the budget still carries rows far from where they stood", async () => {
    const reader = new EpochReader({ path: await indexFile(temporaryFolder(), 5000), fingerprint, shuffle: true, seed: 5, memoryBudget: 8 * 500 });
    const order = readEpoch(reader, 1, 0, 100);
    reader.close();
    const distance = order.reduce((sum, row, i) => sum + Math.abs(row - i), 0) / order.length;
    // A perfect shuffle moves a row by a third of the length on average.
    expect(distance).toBeGreaterThan(5000 / 4);
    const sameWindow = order.slice(1).filter((row, i) => Math.abs(row - order[i]!) === 1).length;
    expect(sameWindow).toBeLessThan(100);
  });

  it("brings what records refer to, several places each, of samples that share what they have in common", async () => {
    const folder = temporaryFolder();
    // A series of 60 rows of two channels; a window is 4 rows, and begins at any row.
    const series = Float32Array.from({ length: 120 }, (_, i) => i);
    const store = join(folder, "series");
    writeFileSync(store, new Uint8Array(series.buffer));
    const path = join(folder, "references");
    const writer = await RecordWriter.create(path, 3);
    // Each of 50 records refers to two windows: neither beside each other, nor in the records' order.
    const places = (row: number) => [(row * 17) % 57, (row * 31 + 5) % 57];
    for (let row = 0; row < 50; row++) {
      if (writer.full) await writer.flush();
      const at = writer.record();
      writer.integers.set([...places(row), row], at);
    }
    await writer.finish(fingerprint);
    for (const memoryBudget of [1 << 20, 500]) {
      const reader = new EpochReader({
        path,
        fingerprint,
        shuffle: true,
        seed: 5,
        memoryBudget,
        stores: [{ path: store, bytes: 32, step: 8, offset: 0, count: 2 }],
      });
      reader.seek(1, 0);
      const seen: number[] = [];
      while (seen.length < 50) {
        const {
          integers,
          bases,
          from,
          count,
          stored: [stored],
        } = reader.take(50 - seen.length);
        const { bytes, at } = stored!;
        const values = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
        for (let i = from; i < from + count; i++) {
          const base = bases[i]!;
          const row = integers[base + 2]!;
          seen.push(row);
          expect([...values.subarray(at(base) / 4, at(base) / 4 + 16)]).toEqual(places(row).flatMap((place) => [...series.subarray(place * 2, place * 2 + 8)]));
        }
      }
      reader.close();
      expect(seen.sort((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, i) => i));
    }
  });
});

describe("samples that a loss compares", () => {
  const classOf = (row: number) => (row - 1) % 3;
  const drawn = (draws: "pairs" | "triplets", options: Partial<LoaderOptions> = {}) => ({
    drawn: { draws, target: "c" },
    batchSize: 32,
    shuffle: true,
    ...options,
  });

  it("are followed by one of their class and one of another, rows and targets alike", async () => {
    const prepared = await prepareRows();
    const loader = open({ prepared, split: "train", ...drawn("triplets") });
    expect(loader.stepsPerEpoch).toBe(5);
    const batches = await take(loader, 1);
    expect(batches.map((b) => b.size)).toEqual([96, 96, 96, 96, 36]);
    const rows = rowsOf(batches).map(Number);
    const triplets = Array.from({ length: 140 }, (_, i) => rows.slice(i * 3, i * 3 + 3));
    expect(triplets.map(([anchor]) => anchor!).sort((a, b) => a - b)).toEqual(storedSamples(prepared, "train").map((s) => s.row));
    for (const [anchor, positive, negative] of triplets as [number, number, number][]) {
      expect(positive).not.toBe(anchor);
      expect(classOf(positive)).toBe(classOf(anchor));
      expect(classOf(negative)).not.toBe(classOf(anchor));
    }
    expect(batches.flatMap(({ tensors }) => tensors["target.c"]!.data.map(Number))).toEqual(rows.map(classOf));
    expect(new Set(triplets.map(([, positive]) => positive)).size, "many different ones are drawn").toBeGreaterThan(70);
  });

  it("are half of pairs of one class, half of two", async () => {
    const loader = open({ prepared: await prepareRows(), split: "train", ...drawn("pairs") });
    const rows = [...rowsOf(await take(loader, 1)), ...rowsOf(await take(loader, 2)), ...rowsOf(await take(loader, 3))].map(Number);
    const same = Array.from({ length: 420 }, (_, i) => classOf(rows[i * 2]!) === classOf(rows[i * 2 + 1]!));
    // 210 of 420 are expected, with a deviation of 10.
    expect(Math.abs(same.filter(Boolean).length - 210)).toBeLessThan(45);
  });

  it("are drawn anew in every epoch, and the same wherever it is entered", async () => {
    const prepared = await prepareRows();
    const whole = open({ prepared, split: "train", ...drawn("triplets") });
    const [first, second] = [await take(whole, 1), await take(whole, 2)];
    expect(second).not.toEqual(first);
    expect(await take(open({ prepared, split: "train", ...drawn("triplets") }), 2, 3)).toEqual(second.slice(3));
    expect(await take(open({ prepared, split: "train", ...drawn("triplets", { shuffle: false }) }), 1)).not.toEqual(first);
  });

  it("come from what is in memory at a time, where that is not all", async () => {
    const prepared = await prepareRows();
    const small = drawn("triplets", { memoryBudget: 40 * prepared.words * 4 });
    const batches = await take(open({ prepared, split: "train", ...small }), 1);
    const rows = rowsOf(batches).map(Number);
    for (let i = 0; i < 140; i++) {
      expect(classOf(rows[i * 3 + 1]!)).toBe(classOf(rows[i * 3]!));
      expect(classOf(rows[i * 3 + 2]!)).not.toBe(classOf(rows[i * 3]!));
    }
    expect(await take(open({ prepared, split: "train", ...small }), 1, 2)).toEqual(batches.slice(2));
  });

  it("are refused where all are of one class", async () => {
    const folder = temporaryFolder();
    writeTable(folder, "t.csv", `a,c\n${Array.from({ length: 30 }, (_, i) => `${i},${i < 28 ? "x" : "y"}`).join("\n")}\n`);
    const prepared = await prepare(
      folder,
      dataOf("t.csv", {
        inputs: [{ name: "f", type: "numeric", columns: ["a"], normalize: "none" }],
        targets: [{ name: "c", type: "category", column: "c" }],
        split: { by: "time", column: "a", test: 0.1 },
      }),
    );
    const loader = open({ prepared, split: "train", ...drawn("triplets", { batchSize: 4 }) });
    await expect(async () => loader.next()).rejects.toThrow(/are of one class, so that none can be compared with another class/);
  });
});
