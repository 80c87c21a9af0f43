import { randomBytes } from "node:crypto";
import type * as fs from "node:fs";
import { truncateSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { EpochReader } from "../../../src-main/datasets/epoch-reader.js";
import { pixelStatistics } from "../../../src-main/datasets/pictures/pixel-statistics.js";
import { RecordWriter, checkRecords, readRowNumbers } from "../../../src-main/datasets/record-file.js";
import { temporaryFolder } from "../../support/temporary-folder.js";

/** Bytes that the system gives at once, which is allowed to give fewer than asked for, as network drives do. */
const AT_ONCE = 7;

vi.mock("node:fs", async (original) => {
  const real = await original<typeof fs>();
  const readSync = (file: number, into: NodeJS.ArrayBufferView, at: number, length: number, position: number) =>
    real.readSync(file, into, at, Math.min(length, AT_ONCE), position);
  return { ...real, readSync };
});

const fingerprint = randomBytes(32).toString("hex");

/** Records of an input [i], a target [-i], and the row's number 2i. */
async function writeRecords(count: number): Promise<string> {
  const path = join(temporaryFolder(), "train.records");
  const writer = await RecordWriter.create(path, 3);
  for (let i = 0; i < count; i++) {
    if (writer.full) await writer.flush();
    const at = writer.record();
    writer.floats[at] = i;
    writer.floats[at + 1] = -i;
    writer.integers[at + 2] = 2 * i;
  }
  await writer.finish(fingerprint);
  return path;
}

type Read = (this: FileHandle, into: Uint8Array, at: number, length: number, position: number) => Promise<{ readonly bytesRead: number }>;

async function givesFew(path: string): Promise<void> {
  const file = await open(path);
  const handles = Object.getPrototypeOf(file) as { read: Read };
  await file.close();
  const { read } = handles;
  vi.spyOn(handles, "read").mockImplementation(function (this: FileHandle, into, at, length, position) {
    return read.call(this, into, at, Math.min(length, AT_ONCE), position);
  });
}

afterEach(() => vi.restoreAllMocks());

describe("files of samples, where the system gives a few bytes at a time", () => {
  const rows = Array.from({ length: 100 }, (_, i) => 2 * i);

  it("tell their rows, are found whole, and are read whole", async () => {
    const path = await writeRecords(100);
    await givesFew(path);
    expect([...readRowNumbers(path, fingerprint)]).toEqual(rows);
    expect(await checkRecords(path, fingerprint)).toMatchObject({ count: 100, words: 3 });
    const reader = new EpochReader({ path, fingerprint, shuffle: false, seed: 1, memoryBudget: 1 << 20, stores: [] });
    reader.seek(1, 0);
    const { integers, bases } = reader.take(100);
    expect(Array.from(bases.subarray(0, 100), (base) => integers[base + 2])).toEqual(rows);
    reader.close();
  });

  it("give the statistics of all pixels, and no statistics where pixels are gone", async () => {
    const path = join(temporaryFolder(), "pixels");
    const pixels = Uint8Array.from({ length: 2 * 48 }, (_, i) => (i < 48 ? 255 : 0));
    const file = await open(path, "w");
    await file.write(pixels);
    await file.close();
    await givesFew(path);
    const prepared = { stores: { x: { path, generation: "", bytes: 48 } }, placeOf: (_name: string, _source: unknown, picture: string) => Number(picture) };
    const statistics = () => pixelStatistics(prepared, {} as never, { name: "x", color: "gray" } as never, ["0", "1"]);
    expect(await statistics()).toEqual({ mean: [0.5], deviation: [0.5] });
    truncateSync(path, 48 + 20);
    await expect(statistics()).rejects.toMatchObject({ code: "data.unreadable", message: `${path} became shorter while it was read; prepare the data again` });
  });
});
