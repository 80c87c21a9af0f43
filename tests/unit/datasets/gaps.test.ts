import { describe, expect, it, onTestFinished } from "vitest";
import type { DataSpec } from "../../../src-main/contract/data.js";
import { type PreparedData, createLoader, prepareData, readTable } from "../../../src-main/datasets/index.js";
import { auditTable } from "../../../src-main/datasets/audit.js";
import { fingerprintOf } from "../../../src-main/datasets/prepare.js";
import { contentHash } from "../../../src-main/datasets/cache.js";
import { compile, dataOf, writeTable } from "../../support/tables.js";
import { storedRows, storedSamples } from "../../support/records.js";
import { temporaryFolder } from "../../support/temporary-folder.js";
import { join } from "node:path";

/** Rows 1 to 60: every third lacks the class, every fourth the yes or no, every fifth the second number; rows 12 and 60 lack all. */
function cellsOf(row: number): (string | number)[] {
  const bare = row === 12 || row === 60;
  return [
    row,
    row % 3 === 0 || bare ? "" : ["red", "green", "blue"][row % 7 === 0 ? 0 : row % 2 === 0 ? 1 : 2]!,
    row % 4 === 0 || bare ? "" : row % 2 === 1 && row % 5 !== 0 ? "yes" : "no",
    bare ? "" : row * 10,
    row % 5 === 0 || bare ? "" : row * 100,
  ];
}

const targets = [
  { name: "colour", type: "category", column: "colour" },
  { name: "sold", type: "binary", column: "sold" },
  { name: "size", type: "numeric", columns: ["w", "h"] },
];

function write(folder: string): DataSpec {
  writeTable(folder, "t.csv", `x,colour,sold,w,h\n${Array.from({ length: 60 }, (_, i) => cellsOf(i + 1).join(",")).join("\n")}\n`);
  return dataOf("t.csv", { inputs: [{ name: "x", type: "numeric", columns: ["x"], normalize: "none" }], targets });
}

async function prepared(folder: string, data: DataSpec, began?: string): Promise<PreparedData> {
  return prepareData({ folder, data, seed: 3, cacheFolder: join(folder, "cache"), compile, began });
}

describe("a row that lacks some of several targets", () => {
  it("is kept, and the record says which; a row that lacks all is excluded", async () => {
    const folder = temporaryFolder();
    const data = await prepared(folder, write(folder));
    expect(data.audit.skipped).toEqual([{ reason: "missing target", column: "", rows: 2 }]);
    expect(data.counts.train + data.counts.validation + data.counts.test).toBe(58);
    const lacking = { colour: { train: 0, validation: 0, test: 0 }, sold: { train: 0, validation: 0, test: 0 }, size: { train: 0, validation: 0, test: 0 } };
    for (const split of ["train", "validation", "test"] as const)
      for (const { row, floats, integers } of storedSamples(data, split)) {
        const [, colour, sold, w, h] = cellsOf(row);
        expect(integers[1]! < 0).toBe(colour === "");
        expect(Number.isNaN(floats[2])).toBe(sold === "");
        expect(floats[3]).toBe(Number(w));
        expect(floats[4]).toBe(h === "" ? NaN : Number(h));
        if (colour === "") lacking.colour[split]++;
        if (sold === "") lacking.sold[split]++;
        if (h === "") lacking.size[split]++;
      }
    expect(Object.fromEntries(data.targets.map(({ name, masked }) => [name, masked]))).toEqual(lacking);
    expect(data.classCounts["colour"]!.reduce((a, b) => a + b, 0)).toBe(data.counts.train - lacking.colour.train);
    const told = data.audit.warnings.filter(({ code }) => code === "data.gaps").map(({ message }) => message);
    expect(told).toHaveLength(3);
    expect(told[0]).toContain(`target colour is missing in ${lacking.colour.train} of ${data.counts.train} train, `);
    const audit = await auditTable({ folder, data: write(folder), seed: 3, workFolder: folder });
    expect(audit.problems.filter(({ code }) => code === "data.gaps").map(({ message }) => message)).toEqual(expect.arrayContaining(told));
  });

  it("comes from the loader with 0 for what it lacks, and a tensor that says so", async () => {
    const folder = temporaryFolder();
    const data = await prepared(folder, write(folder));
    const loader = createLoader({ prepared: data, split: "train", batchSize: 16, shuffle: true, seed: 1 });
    onTestFinished(() => loader.dispose());
    let seen = 0;
    for (let step = 0; step < loader.stepsPerEpoch; step++) {
      const { size, tensors } = await loader.next();
      expect(tensors["counts.colour"]).toMatchObject({ dtype: "float32", dims: [size] });
      expect(tensors["counts.sold"]).toMatchObject({ dtype: "float32", dims: [size, 1] });
      expect(tensors["counts.size"]).toMatchObject({ dtype: "float32", dims: [size, 2] });
      for (let r = 0; r < size; r++) {
        const [, colour, sold, w, h] = cellsOf(Number(tensors["x"]!.data[r]));
        const at = (name: string, k = r) => Number(tensors[name]!.data[k]);
        expect(at("counts.colour")).toBe(colour === "" ? 0 : 1);
        expect(at("target.colour")).toBe(Math.max(0, ["blue", "green", "red"].indexOf(String(colour))));
        expect(at("counts.sold")).toBe(sold === "" ? 0 : 1);
        expect(at("target.sold")).toBe(sold === "yes" ? 1 : 0);
        expect([at("counts.size", 2 * r), at("counts.size", 2 * r + 1)]).toEqual([1, h === "" ? 0 : 1]);
        expect([at("target.size", 2 * r), at("target.size", 2 * r + 1)]).toEqual([Number(w), Number(h)]);
        seen++;
      }
    }
    expect(seen).toBe(data.counts.train);
  });

  it("gives no such tensor of a target that none lacks", async () => {
    const folder = temporaryFolder();
    const data = await prepared(folder, {
      ...write(folder),
      targets: dataOf("t.csv", { targets: targets.slice(0, 1).concat({ name: "w", type: "numeric", columns: ["w"] }) }).targets,
    });
    expect(data.targets.map(({ masked }) => masked !== undefined)).toEqual([true, false]);
  });

  it("is excluded where it lacks what samples are compared by, which is told", async () => {
    const folder = temporaryFolder();
    const spec = write(folder);
    const data = dataOf("t.csv", { inputs: spec.inputs, targets: [{ name: "place", type: "embedding", column: "colour" }, ...targets.slice(1)] });
    const { audit } = await prepared(folder, data);
    expect(audit.skipped).toEqual([{ reason: "missing target", column: "colour", rows: 20 }]);
    const told = 'missing target in column "colour"; samples are compared by target place, so that a row without it is not used for the other targets either';
    expect(audit.warnings).toContainEqual({ code: "data.skipped", message: `20 rows excluded: ${told}` });
    const { problems } = await auditTable({ folder, data, seed: 3, workFolder: folder });
    expect(problems.find(({ code }) => code === "data.skipped")?.message).toBe(`20 rows excluded: ${told}`);
  });

  it("is excluded where there is one target, and in a run that began when it was", async () => {
    const folder = temporaryFolder();
    const spec = write(folder);
    const one = await prepared(folder, { ...spec, targets: spec.targets.slice(0, 1) });
    expect(one.audit.skipped).toEqual([{ reason: "missing target", column: "colour", rows: 20 }]);
    const hash = await contentHash(join(folder, "cache"), join(folder, "t.csv"), () => undefined);
    const before = await prepared(folder, spec, fingerprintOf(spec, 3, [hash], 3));
    expect(before.fingerprint).not.toBe((await prepared(folder, spec)).fingerprint);
    expect(before.targets.every(({ masked }) => masked === undefined)).toBe(true);
    const whole = Array.from({ length: 60 }, (_, i) => i + 1).filter((row) => cellsOf(row).every((cell) => cell !== ""));
    expect((["train", "validation", "test"] as const).flatMap((split) => storedRows(before, split)).sort((a, b) => a - b)).toEqual(whole);
  });

  it("is judged for the others in another table, where an unknown class counts as missing, and is told by its name", async () => {
    const folder = temporaryFolder();
    const { fitted } = await prepared(folder, write(folder));
    writeTable(folder, "more.csv", "x,colour,sold,w,h\n1,red,,1,\n2,pink,yes,,2\n3,,,,\n4,pink,,,\n5,blue,no,1,2\n");
    const table = await readTable({ fitted, folder, path: "more.csv", workFolder: folder, targets: "required" });
    const batches = [];
    for await (const batch of table) batches.push(batch);
    expect(batches.map(({ rows }) => [...rows])).toEqual([[1, 2, 5]]);
    expect([...batches[0]!.targets["colour"]!.data].map(Number)).toEqual([2, -1, 0]);
    expect([...batches[0]!.targets["sold"]!.data]).toEqual([NaN, 1, 0]);
    expect([...batches[0]!.targets["size"]!.data]).toEqual([1, NaN, NaN, 2, 1, 2]);
    expect(table.skipped).toEqual([
      { reason: "missing target", column: "", rows: 1 },
      { reason: "unknown class", column: "colour", rows: 1 },
    ]);
    expect(table.unknownClasses).toMatchObject([{ column: "colour", rows: 2 }]);
  });

  it("is not called missing where a test file has a class that training does not know", async () => {
    const folder = temporaryFolder();
    const data = write(folder);
    writeTable(folder, "test.csv", "x,colour,sold,w,h\n1,red,,1,2\n2,pink,yes,1,2\n3,pink,maybe,1,2\n4,grey,,,\n5,blue,no,1,2\n");
    const { audit, targets: kept } = await prepared(folder, { ...data, source: { ...data.source, test: "test.csv" } });
    const told = audit.warnings.map(({ message }) => message);
    expect(told).toContain(
      'target colour: training does not know the classes "pink" (2 rows), "grey" (1 row) of the test; they cannot be learnt, and the metrics of colour do ' +
        "not count such rows",
    );
    expect(told).toContain(
      'target sold: training does not know the class "maybe" (1 row) of the test; it cannot be learnt, and the metrics of sold do not count such rows',
    );
    expect(told.find((message) => message.startsWith("target colour is missing"))).not.toContain(" test");
    expect(told.find((message) => message.startsWith("target sold is missing"))).toContain("1 of 4 test");
    expect(audit.skipped).toContainEqual({ reason: "unknown class", column: "colour", rows: 1 });
    expect(kept.map(({ masked }) => masked?.test)).toEqual([2, 2, 0]);
  });
});
