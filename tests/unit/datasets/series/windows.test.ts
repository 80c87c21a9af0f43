import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { Random } from "../../../../src-main/base/random.js";
import { type DataSpec, dataSchema } from "../../../../src-main/contract/data.js";
import {
  type PreparedData,
  type SkippedRows,
  type Split,
  createLoader,
  readPreparedSeries,
  readTable,
  samplesAtOnce,
  dataFingerprint,
  prepareData,
} from "../../../../src-main/datasets/index.js";
import { compile, prepare, writeTable } from "../../../support/tables.js";
import { seriesFile } from "../../../../src-main/datasets/cache.js";
import { EpochReader } from "../../../../src-main/datasets/epoch-reader.js";
import { HEADER_BYTES } from "../../../../src-main/datasets/record-file.js";
import { temporaryFolder } from "../../../support/temporary-folder.js";

/** Days of two series, `b` without some of them and later, with a value, one known in advance, and a class. */
function rowsOf(random: Random): readonly { readonly day: number; readonly id: string; readonly y: number; readonly promo: number; readonly state: string }[] {
  return ["a", "b"].flatMap((id) =>
    Array.from({ length: 60 }, (_, k) => k + (id === "b" ? 9 : 0))
      .filter((day) => id === "a" || (day !== 30 && day !== 31))
      .map((day) => ({ day, id, y: Math.fround(random.normal() * 5 + day), promo: random.below(2), state: random.below(2) === 0 ? "calm" : "busy" })),
  );
}

const stamp = (day: number) => new Date(Date.UTC(2024, 0, 1 + day)).toISOString().slice(0, 10);

function csvOf(rows: ReturnType<typeof rowsOf>): string {
  return ["day,shop,y,promo,state", ...rows.map(({ day, id, y, promo, state }) => [stamp(day), id, y, promo, state].join(","))].join("\n");
}

function dataOf(path: string, source: object = {}, more: object = {}): DataSpec {
  return dataSchema.parse({
    source: { type: "series", path, time: "day", id: "shop", gaps: "split", known: ["promo"], ...source },
    inputs: [
      { name: "past", type: "window", columns: ["y", "promo"], length: 5 },
      { name: "next", type: "window", columns: ["promo"], length: 0, ahead: 3, normalize: "none" },
    ],
    targets: [
      { name: "y", type: "numeric", column: "y", normalize: "standard", horizon: 3 },
      { name: "state", type: "category", column: "state" },
    ],
    split: { by: "time", validation: 0.2, test: 0.2 },
    ...more,
  });
}

/** Samples as a person would make them, with the rows of the regular table in order of id and day. */
function bruteForce(rows: ReturnType<typeof rowsOf>) {
  const days = rows.map(({ day }) => day).sort((x, y) => y - x);
  const [tests, held] = [Math.round(rows.length * 0.2), Math.round(rows.length * 0.4)];
  const [testFrom, validationFrom] = [days[tests - 1] ?? 0, days[held - 1] ?? 0];
  const partOf = (day: number) => (day >= testFrom ? "test" : day >= validationFrom ? "validation" : "train");
  const training = rows.filter(({ day }) => partOf(day) === "train");
  const samples = rows.flatMap((row, r) => {
    const around = [-4, -3, -2, -1, 0, 1, 2, 3].map((k) => rows[r + k]);
    const whole = around.every((other, k) => other !== undefined && other.id === row.id && other.day === row.day + k - 4);
    if (!whole) return [];
    const all = around.flatMap((other) => (other ? [other] : []));
    const parts = new Set(all.map(({ day }) => partOf(day)));
    return parts.size > 1 ? [] : [{ row: r + 1, part: partOf(row.day), all, state: row.state }];
  });
  const mean = training.reduce((sum, { y }) => sum + y, 0) / training.length;
  const deviation = Math.sqrt(training.reduce((sum, { y }) => sum + (y - mean) ** 2, 0) / training.length);
  return { samples, mean, deviation };
}

async function batchesOf(prepared: PreparedData, split: Split, shuffle = false, memoryBudget = 1 << 20) {
  const loader = createLoader({ prepared, split, batchSize: 7, shuffle, seed: 3, memoryBudget });
  const samples: { readonly past: readonly number[]; readonly next: readonly number[]; readonly y: readonly number[]; readonly state: number }[] = [];
  try {
    for (let step = 0; step < loader.stepsPerEpoch; step++) {
      const { size, tensors } = await loader.next();
      const rowOf = (name: string, i: number, width: number) => Array.from(tensors[name]!.data.slice(i * width, (i + 1) * width), Number);
      expect(tensors["past"]!.dims).toEqual([size, 5, 2]);
      expect(tensors["next"]!.dims).toEqual([size, 3, 1]);
      expect(tensors["target.y"]!.dims).toEqual([size, 3]);
      for (let i = 0; i < size; i++)
        samples.push({ past: rowOf("past", i, 10), next: rowOf("next", i, 3), y: rowOf("target.y", i, 3), state: Number(tensors["target.state"]!.data[i]) });
    }
  } finally {
    await loader.dispose();
  }
  return samples;
}

describe("samples of a series", () => {
  test("are rows around their own, in one part with all of them, as a person would make them; and every other row is told", async () => {
    const folder = temporaryFolder();
    for (const seed of [1, 2, 3]) {
      const rows = rowsOf(new Random("windows", seed));
      const path = writeTable(folder, `t${seed}.csv`, csvOf(rows));
      const prepared = await prepare(folder, dataOf(path));
      const { samples, mean, deviation } = bruteForce(rows);
      const [fittedY] = prepared.fitted.targets;
      expect(fittedY).toMatchObject({ columns: ["y"], horizon: 3 });
      if (fittedY?.type === "numeric") {
        expect(fittedY.shift[0]).toBeCloseTo(mean, 4);
        expect(fittedY.scale[0]).toBeCloseTo(deviation, 4);
      }
      for (const split of ["train", "validation", "test"] as const) {
        const expected = samples.filter(({ part }) => part === split);
        expect(expected.length).toBeGreaterThan(0);
        const got = await batchesOf(prepared, split);
        expect(got.length).toBe(expected.length);
        got.forEach((sample, i) => {
          const { all, state } = expected[i]!;
          expect(sample.past).toEqual(all.slice(0, 5).flatMap(({ y, promo }) => [y, promo]));
          expect(sample.next).toEqual(all.slice(5).map(({ promo }) => promo));
          sample.y.forEach((value, k) => expect(value).toBeCloseTo((all[5 + k]!.y - mean) / deviation, 4));
          expect(sample.state).toBe(state === "busy" ? 0 : 1);
        });
      }
      const { rows: all, used, skipped } = prepared.audit;
      expect(used + skipped.reduce((sum, skip) => sum + skip.rows, 0)).toBe(all);
      expect(all).toBe(rows.length);
    }
  });

  test("are the same whether the series is in memory or read piece by piece, in an order of their own each epoch", async () => {
    const folder = temporaryFolder();
    const path = writeTable(folder, "t.csv", csvOf(rowsOf(new Random("windows", 4))));
    const prepared = await prepare(folder, dataOf(path));
    const keyed = (samples: Awaited<ReturnType<typeof batchesOf>>) => samples.map((sample) => JSON.stringify(sample));
    const inOrder = keyed(await batchesOf(prepared, "train"));
    const pieces = keyed(await batchesOf(prepared, "train", false, 300));
    expect(pieces).toEqual(inOrder);
    const shuffled = keyed(await batchesOf(prepared, "train", true));
    expect(shuffled).not.toEqual(inOrder);
    expect([...shuffled].sort()).toEqual([...inOrder].sort());
    expect([...keyed(await batchesOf(prepared, "train", true, 300))].sort()).toEqual([...inOrder].sort());
  });

  test("are read once more as the exported model takes them, and from another table by what was learnt alone", async () => {
    const folder = temporaryFolder();
    const rows = rowsOf(new Random("windows", 5));
    const path = writeTable(folder, "t.csv", csvOf(rows));
    const prepared = await prepare(folder, dataOf(path));
    const { samples } = bruteForce(rows);
    const again: number[][] = [];
    for await (const { size, inputs, targets } of prepared.readRaw("validation"))
      for (let i = 0; i < size; i++)
        again.push([...Array.from(inputs["past"]!.data.slice(i * 10, i * 10 + 10), Number), ...Array.from(targets["y"]!.data.slice(i * 3, i * 3 + 3), Number)]);
    const expected = samples
      .filter(({ part }) => part === "validation")
      .map(({ all }) => [...all.slice(0, 5).flatMap(({ y, promo }) => [y, promo]), ...all.slice(5).map(({ y }) => y)]);
    expect(again).toEqual(expected);

    // Another order of rows and columns, and one column more.
    const other = [
      "more,state,promo,y,shop,day",
      ...[...rows].reverse().map(({ day, id, y, promo, state }) => ["x", state, promo, y, id, stamp(day)].join(",")),
    ].join("\n");
    const reader = await readTable({ fitted: prepared.fitted, folder, path: writeTable(folder, "other.csv", other), workFolder: folder, targets: "none" });
    const found: string[] = [];
    for await (const { names = [] } of reader) found.push(...names);
    // Windows may reach over the cuts: there is no part here.
    const whole = rows.filter(({ day, id }, r) => [-4, -3, -2, -1, 1, 2, 3].every((k) => rows[r + k]?.id === id && rows[r + k]?.day === day + k));
    expect(found).toEqual(whole.map(({ id, day }) => `${id} ${stamp(day)}`));
    expect(reader.skipped.reduce((sum, skip) => sum + skip.rows, 0) + found.length).toBe(rows.length);

    // A class that training did not know is told, and its rows are not judged.
    const odd = csvOf(rows.map((row, r) => (r % 10 === 0 ? { ...row, state: "odd" } : row)));
    const judged = await readTable({ fitted: prepared.fitted, folder, path: writeTable(folder, "odd.csv", odd), workFolder: folder, targets: "required" });
    let used = 0;
    for await (const { size } of judged) used += size;
    const strange = judged.unknownClasses[0]!;
    expect(strange).toMatchObject({ column: "state", known: ["busy", "calm"] });
    expect([...strange.texts]).toEqual([["odd", strange.rows]]);
    expect(judged.skipped.find(({ reason }) => reason === "unknown class")?.rows).toBe(strange.rows);
    expect(used).toBe(whole.length - strange.rows);
  });

  test("stand at the same moments whether times have an offset in CSV or in JSON, whatever zone the others would be of", async () => {
    const folder = temporaryFolder();
    const hour = (k: number) => new Date(Date.UTC(2024, 2, 30, 20) + k * 3_600_000).toISOString();
    const rows = Array.from({ length: 80 }, (_, k) => ({ day: hour(k).replace("Z", "+00:00"), y: k, promo: k % 2, state: "calm" }));
    const more = { inputs: [{ name: "past", type: "window", columns: ["y"], length: 3 }], targets: [{ name: "y", type: "numeric", column: "y", horizon: 1 }] };
    const timesOf = async (name: string, text: string) => {
      const prepared = await prepare(folder, dataOf(writeTable(folder, name, text), { id: undefined, known: undefined, zone: "Europe/Berlin" }, more));
      return [...readPreparedSeries(prepared).time];
    };
    const csv = ["day,y,promo,state", ...rows.map(({ day, y, promo, state }) => [day, y, promo, state].join(","))].join("\n");
    const expected = rows.map((_, k) => Date.parse(hour(k)) * 1000);
    expect(await timesOf("t.csv", csv)).toEqual(expected);
    expect(await timesOf("t.json", JSON.stringify(rows))).toEqual(expected);
  });

  test("begin a stride apart in each run of rows", async () => {
    const folder = temporaryFolder();
    const rows = rowsOf(new Random("windows", 6));
    const every = await prepare(folder, dataOf(writeTable(folder, "t.csv", csvOf(rows))));
    const third = await prepare(folder, dataOf("t.csv", { stride: 3 }));
    expect(third.counts.train).toBeLessThan(every.counts.train / 2);
    expect(third.audit.skipped.find(({ reason }) => reason === "stride")?.rows).toBeGreaterThan(every.counts.train / 2);
    const all = new Set((await batchesOf(every, "train")).map((sample) => JSON.stringify(sample)));
    for (const sample of await batchesOf(third, "train")) expect(all).toContain(JSON.stringify(sample));
  });

  test("take the memory of the series, and of their numbers, however long windows are", async () => {
    const folder = temporaryFolder();
    const rows = rowsOf(new Random("windows", 9));
    writeTable(folder, "t.csv", csvOf(rows));
    for (const length of [2, 10]) {
      const inputs = [{ name: "past", type: "window", columns: ["y", "promo"], length }];
      const prepared = await prepare(folder, dataOf("t.csv", { gaps: "interpolate" }, { inputs, split: { by: "time", validation: 0, test: 0 } }));
      const [bytes, step] = [length * 8, 8];
      const path = seriesFile(prepared.folder, prepared.inputs[0]!.rows!.file, false);
      const source = { path, bytes, step, start: HEADER_BYTES, offset: prepared.words - 1, count: 1, shift: -length };
      const reader = new EpochReader({ ...prepared, path: prepared.files.train, shuffle: true, seed: 1, memoryBudget: 1 << 20, stores: [source] });
      reader.seek(0, 0);
      const { stored } = reader.take(1);
      reader.close();
      expect(prepared.counts.train).toBeGreaterThan(60);
      // A class and the row's number are in the record of a sample.
      expect(prepared.words).toBe(2);
      expect(stored[0]!.bytes.length).toBeLessThanOrEqual(120 * step);
      expect(stored[0]!.bytes.length).toBeLessThan(prepared.counts.train * bytes);
    }
  });

  test("of a test file of its own are all of its, made regular as the main file is", async () => {
    const folder = temporaryFolder();
    const rows = rowsOf(new Random("windows", 7));
    writeTable(folder, "train.csv", csvOf(rows.filter(({ day }) => day < 50)));
    writeTable(folder, "test.csv", csvOf(rows.filter(({ day }) => day >= 50)));
    const prepared = await prepare(folder, dataOf("train.csv", { test: "test.csv" }));
    const own = rows.filter(({ day }) => day >= 50);
    const whole = own.filter(({ day, id }, r) => [-4, -3, -2, -1, 1, 2, 3].every((k) => own[r + k]?.id === id && own[r + k]?.day === day + k));
    const got = await batchesOf(prepared, "test");
    expect(got.map(({ past }) => past.slice(8))).toEqual(whole.map(({ y, promo }) => [y, promo]));
    const { segment, time, training } = readPreparedSeries(prepared);
    expect(segment.length).toBe(rows.length);
    expect([...time.slice(-1)]).toEqual([Date.UTC(2024, 0, 1 + 68) * 1000]);
    expect([...training.slice(-own.length)].every((mark) => mark === 0)).toBe(true);
  });
});

describe("nothing is learnt from what comes after the training span", () => {
  const partOfBytes = (prepared: PreparedData) => readFileSync(prepared.files.train).subarray(64).toString("base64");
  const rowsFiles = (prepared: PreparedData, samples: number) => {
    const name = readdirSync(prepared.folder).filter((file) => file.startsWith("target-"))[0]!;
    return readFileSync(join(prepared.folder, name))
      .subarray(64, 64 + samples * 4)
      .toString("base64");
  };

  test.each(["interpolate", "forward", "mark", "split"])("with gaps: %s, whatever values after it are, and whether they are there", async (gaps) => {
    const folder = temporaryFolder();
    // One series, so that its training rows are the first; with holes at both sides of the first cut.
    const rows = rowsOf(new Random("leak", gaps)).filter(({ id, day }) => id === "a" && ![7, 20, 33, 34, 35, 50].includes(day));
    const before = await prepare(folder, dataOf(writeTable(folder, "t.csv", csvOf(rows)), { gaps }));
    const { time, training } = readPreparedSeries(before);
    const cut = Math.max(...[...time].filter((_, r) => training[r] === 1));
    const after = (day: number) => Date.UTC(2024, 0, 1 + day) * 1000 > cut;
    const changed = rows.map((row) => (after(row.day) ? { ...row, y: row.y * 1000 - 7, state: "busy" } : row));
    expect(changed.filter((row, r) => row.y !== rows[r]!.y).length).toBeGreaterThan(10);
    const again = await prepare(folder, dataOf(writeTable(folder, "changed.csv", csvOf(changed)), { gaps }));
    expect(again.counts.train).toBe(before.counts.train);
    expect(partOfBytes(again)).toBe(partOfBytes(before));
    const trained = training.reduce((n, mark) => n + mark, 0);
    expect(rowsFiles(again, trained)).toBe(rowsFiles(before, trained));
    const { inputs, targets } = before.fitted;
    expect({ inputs: again.fitted.inputs, targets: again.fitted.targets }).toEqual({ inputs, targets });
    const samples = await batchesOf(before, "train");
    expect(await batchesOf(again, "train")).toEqual(samples);
  });
});

describe("what is not learnt from is told", () => {
  const rows = rowsOf(new Random("windows", 9));

  test("series that begin no sample, by name", async () => {
    const folder = temporaryFolder();
    const short = [...rows, { ...rows[3]!, id: "c" }, { ...rows[4]!, id: "c" }, { ...rows[5]!, id: "d" }];
    const path = writeTable(folder, "t.csv", csvOf(short));
    const { audit } = await prepare(folder, dataOf(path));
    expect(audit.warnings.filter(({ code }) => code === "data.silent").map(({ message }) => message.replace(path, "FILE"))).toEqual([
      'FILE: 2 of 4 series begin no sample, such as "c" (2 rows), "d" (1 row); the model is not trained or judged on them. Shorter windows and horizons fit ' +
        "into more series",
    ]);
    const whole = await prepare(folder, dataOf(writeTable(folder, "whole.csv", csvOf(rows))));
    expect(whole.audit.warnings.filter(({ code }) => code === "data.silent")).toEqual([]);
  });

  test("a part whose values are missing is refused with the column, not with windows alone", async () => {
    const folder = temporaryFolder();
    const lines = csvOf(rows).split("\n");
    const text = lines.map((line, i) => (i > 0 && line >= stamp(45) ? line.replace(/^([^,]+,[^,]+),[^,]*/, "$1,") : line)).join("\n");
    await expect(prepare(folder, dataOf(writeTable(folder, "t.csv", text)))).rejects.toThrow(
      /no sample fits into the validation part .*; \d+ rows begin none, since a value of "y" that it needs is missing: fill it in, or/,
    );
  });
});

test("fewer samples are read at once the longer their windows are", async () => {
  const folder = temporaryFolder();
  const { fitted } = await prepare(folder, dataOf(writeTable(folder, "t.csv", csvOf(rowsOf(new Random("windows", 10))))));
  const longer = (length: number) => ({
    inputs: fitted.inputs.map((input) => (input.type === "window" && input.name === "past" ? { ...input, length } : input)),
  });
  expect([5, 168, 500, 1000, 10_000].map((length) => samplesAtOnce(longer(length)))).toEqual([1024, 1024, 134, 33, 1]);
});

describe("what cannot be forecast from is refused with what would fit", () => {
  const rows = rowsOf(new Random("windows", 8));
  test.each([
    [
      "a window longer than a part",
      { inputs: [{ name: "past", type: "window", columns: ["y"], length: 40 }] },
      /no sample fits into the train part .* 43 rows \(40 of the past and 3 ahead\)/s,
    ],
    ["a horizon beyond the data", { targets: [{ name: "y", type: "numeric", column: "y", horizon: 90 }] }, /no sample fits into the train part .* 90 ahead/s],
  ])("%s", async (_, more, message) => {
    const folder = temporaryFolder();
    await expect(prepare(folder, dataOf(writeTable(folder, "t.csv", csvOf(rows)), {}, more))).rejects.toThrow(message);
  });
});

describe("a sample whose last value was filled in on a line to a later one, which no forecast has when it is made,", () => {
  // Validation is from day 36, the test from day 48; samples reach from 4 days before their own to 3 after it.
  const missing = [10, 40, 46, 52, 53];
  const written = (folder: string) => {
    const lines = Array.from({ length: 60 }, (_, day) => `${stamp(day)},${missing.includes(day) ? "" : day % 7},${day === 42 ? "" : day % 2},${day % 3}`);
    return writeTable(folder, "s.csv", ["day,y,promo,state", ...lines].join("\n"));
  };
  const ahead = [{ name: "y", type: "numeric", column: "y", horizon: 3 }];
  const onLines = ({ skipped }: { readonly skipped: readonly SkippedRows[] }) => skipped.filter(({ reason }) => reason === "last value filled in on a line");
  const dataWith = (folder: string, source: object, targets: readonly object[] = ahead) => dataOf(written(folder), { id: undefined, ...source }, { targets });

  test.each([
    ["on a line", { gaps: "interpolate" }, ahead, 3],
    ["on a line, and marked", { gaps: "mark" }, ahead, 3],
    ["with the last value", { gaps: "forward" }, ahead, 0],
    ["on a line, where nothing that comes is asked", { gaps: "interpolate" }, [{ name: "state", type: "category", column: "state" }], 0],
  ])("is in no validation or test, and is counted: %s", async (_, source, targets, rows) => {
    const folder = temporaryFolder();
    const { audit, counts } = await prepare(folder, dataWith(folder, source, targets));
    expect(onLines(audit)).toEqual(rows === 0 ? [] : [{ reason: "last value filled in on a line", column: "", rows }]);
    expect(counts).toEqual({ train: 29, validation: rows > 0 ? 4 : 5, test: rows > 0 ? 3 : 5 });
    expect(audit.warnings.filter(({ message }) => message.includes("filled in on a line to a later one")).length).toBe(rows > 0 ? 1 : 0);
  });

  test("is not judged by in another table", async () => {
    const folder = temporaryFolder();
    const { fitted } = await prepare(folder, dataWith(folder, { gaps: "interpolate" }));
    const reader = await readTable({ fitted, folder, path: written(folder), workFolder: folder, targets: "required" });
    const used: number[] = [];
    for await (const { rows } of reader) used.push(...rows);
    expect(used).toEqual(Array.from({ length: 53 }, (_, k) => k + 5).filter((row) => !missing.includes(row - 1)));
    expect(onLines(reader)).toEqual([{ reason: "last value filled in on a line", column: "", rows: missing.length }]);
  });

  test("is judged by in another table whatever its class, where a point is answered", async () => {
    const folder = temporaryFolder();
    const { fitted } = await prepare(folder, dataWith(folder, { gaps: "forward" }, [{ name: "state", type: "embedding", column: "state", dimensions: 2 }]));
    const lines = Array.from({ length: 20 }, (_, day) => `${stamp(day)},1,0,${day % 2 === 0 ? "0" : "new"}`);
    const path = writeTable(folder, "o.csv", ["day,y,promo,state", ...lines].join("\n"));
    const reader = await readTable({ fitted, folder, path, workFolder: folder, targets: "required", batchSize: 4 });
    const classes: number[] = [];
    for await (const { targets } of reader) classes.push(...Array.from(targets["state"]!.data, Number));
    expect(classes).toEqual(Array.from({ length: 13 }, (_, k) => (k % 2 === 0 ? 0 : 3)));
    expect(reader.unknownClasses).toEqual([]);
  });

  test("is answered for where nothing is judged, and counted", async () => {
    const folder = temporaryFolder();
    const { fitted } = await prepare(folder, dataWith(folder, { gaps: "interpolate" }));
    const reader = await readTable({ fitted, folder, path: written(folder), workFolder: folder, targets: "none" });
    const used: number[] = [];
    for await (const { rows } of reader) used.push(...rows);
    expect(used).toEqual(expect.arrayContaining(missing.map((row) => row + 1)));
    expect([onLines(reader), reader.onLines]).toEqual([[], missing.length]);
  });

  test("is still judged by in a run that began when it was, which is told", async () => {
    const folder = temporaryFolder();
    const data = dataWith(folder, { gaps: "interpolate" });
    const options = { folder, data, seed: 1, cacheFolder: join(folder, "cache"), compile };
    const now = await prepareData(options);
    const { formats } = await dataFingerprint(options);
    const before = [...formats].find(([, format]) => format === 3)![0];
    expect(before).not.toBe(now.fingerprint);
    const then = await prepareData({ ...options, began: before });
    expect(then.fingerprint).toBe(before);
    expect(then.fitted).toEqual(now.fitted);
    expect(then.counts).toEqual({ train: 29, validation: 5, test: 5 });
    expect(onLines(then.audit)).toEqual([]);
    expect(then.audit.warnings.filter(({ code }) => code === "data.ahead").map(({ message }) => message.slice(0, message.indexOf(" of /")))).toEqual([
      "3 of the 10 validation and test samples",
    ]);
  });
});
