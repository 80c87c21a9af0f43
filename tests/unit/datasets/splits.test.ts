import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { DataSpec } from "../../../src-main/contract/data.js";
import { Database } from "../../../src-main/datasets/sources/database.js";
import { PART, split } from "../../../src-main/datasets/splits.js";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { storedRows } from "../../support/records.js";
import { temporaryFolder } from "../../support/temporary-folder.js";
import { dataOf, prepare, writeTable } from "../../support/tables.js";

type Spec = DataSpec["split"];
const spec = (more: Partial<Spec> = {}): Spec => ({ validation: 0.15, test: 0.15, by: "random", stratify: true, ...more });

describe("splits", () => {
  const folder = mkdtempSync(join(tmpdir(), "lathe-splits-"));
  let database: Database;
  let tables = 0;
  beforeAll(async () => {
    database = await Database.open(folder);
  });
  afterAll(() => {
    database.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** The part of each row. */
  async function partsOf(
    rows: readonly { readonly c: string; readonly g?: string | null; readonly t?: number }[],
    s: Spec,
    seed: number,
    keep = "true",
  ): Promise<number[]> {
    const k = tables++;
    await database.exec(`CREATE TABLE d${k} (c VARCHAR, g VARCHAR, time_order DOUBLE)`);
    if (rows.length > 0) {
      const text = (v: string | null | undefined) => (v === null || v === undefined ? "NULL" : `'${v}'`);
      await database.exec(`INSERT INTO d${k} VALUES ${rows.map((r) => `(${text(r.c)}, ${text(r.g)}, ${r.t ?? "NULL"})`).join(", ")}`);
    }
    await split(database, {
      table: `d${k}`,
      parts: `p${k}`,
      split: s,
      seed,
      keep,
      strata: s.by === "random" && s.stratify ? ["c"] : [],
      group: s.by === "group" ? "g" : undefined,
    });
    const parts = await database.all(`SELECT part FROM p${k}`);
    await database.exec(`DROP TABLE d${k}`);
    await database.exec(`DROP TABLE p${k}`);
    return parts.map((r) => Number(r["part"]));
  }

  const shares = fc.record({ validation: fc.double({ min: 0, max: 0.45, noNaN: true }), test: fc.double({ min: 0, max: 0.45, noNaN: true }) });
  const classes = fc.array(
    fc.constantFrom("a", "b", "c").map((c) => ({ c })),
    { minLength: 1, maxLength: 120 },
  );

  it("random: every row in one part, the same for the same seed, in exact shares", async () => {
    await fc.assert(
      fc.asyncProperty(classes, shares, fc.nat(), async (rows, share, seed) => {
        const s = spec({ ...share, stratify: false });
        const parts = await partsOf(rows, s, seed);
        expect(parts).toHaveLength(rows.length);
        expect(await partsOf(rows, s, seed)).toEqual(parts);
        const count = (part: number) => parts.filter((p) => p === part).length;
        expect(Math.abs(count(PART.test) - rows.length * share.test)).toBeLessThanOrEqual(0.5 + 1e-9);
        expect(Math.abs(count(PART.validation) - rows.length * share.validation)).toBeLessThanOrEqual(1);
        expect(count(PART.train) + count(PART.validation) + count(PART.test)).toBe(rows.length);
      }),
      { numRuns: 25 },
    );
  });

  it("stratified: shares of every class, within rounding, and each part one row of a class with three", async () => {
    await fc.assert(
      fc.asyncProperty(classes, shares, fc.nat(), async (rows, share, seed) => {
        const parts = await partsOf(rows, spec(share), seed);
        for (const c of ["a", "b", "c"]) {
          const own = parts.filter((_, i) => rows[i]!.c === c);
          // Of few rows each part that is asked for gets one, whatever its share.
          expect(Math.abs(own.filter((p) => p === PART.test).length - own.length * share.test)).toBeLessThanOrEqual(2);
          expect(Math.abs(own.filter((p) => p === PART.validation).length - own.length * share.validation)).toBeLessThanOrEqual(2);
          if (own.length < 3) continue;
          expect(own.includes(PART.test)).toBe(share.test > 0);
          expect(own.includes(PART.validation)).toBe(share.validation > 0);
          expect(own.includes(PART.train)).toBe(true);
        }
      }),
      { numRuns: 25 },
    );
  });

  it("grouped: no group in two parts, rows without a group together, shares about right", async () => {
    const groups = fc.array(
      fc.option(fc.nat({ max: 30 }), { freq: 10 }).map((g) => ({ c: "a", g: g === null ? null : `g${g}` })),
      { minLength: 1, maxLength: 150 },
    );
    await fc.assert(
      fc.asyncProperty(groups, shares, fc.nat(), async (rows, share, seed) => {
        const parts = await partsOf(rows, spec({ ...share, by: "group", column: "g" }), seed);
        const seen = new Map<string | null, number>();
        rows.forEach(({ g }, i) => {
          expect(seen.get(g) ?? parts[i]).toBe(parts[i]);
          seen.set(g, parts[i]!);
        });
        const sizes = [...seen.keys()].map((g) => rows.filter((r) => r.g === g).length);
        const test = parts.filter((p) => p === PART.test).length;
        expect(Math.abs(test - Math.round(rows.length * share.test))).toBeLessThanOrEqual(Math.max(...sizes) / 2 + 0.5);
      }),
      { numRuns: 25 },
    );
  });

  it("by time: training before validation before test, whatever the order in the file", async () => {
    const times = fc.array(
      fc.integer({ min: -1000, max: 1000 }).map((t) => ({ c: "a", t })),
      { minLength: 1, maxLength: 120 },
    );
    await fc.assert(
      fc.asyncProperty(times, shares, async (rows, share) => {
        const parts = await partsOf(rows, spec({ ...share, by: "time", column: "t" }), 1);
        const of = (part: number) => rows.filter((_, i) => parts[i] === part).map((r) => r.t);
        expect(Math.max(...of(PART.train))).toBeLessThanOrEqual(Math.min(...of(PART.validation), ...of(PART.test)));
        expect(Math.max(...of(PART.validation))).toBeLessThanOrEqual(Math.min(...of(PART.test)));
        expect(of(PART.test).length).toBe(Math.round(rows.length * share.test));
      }),
      { numRuns: 25 },
    );
  });

  it("keeps skipped rows out of every part and counts shares without them", async () => {
    const rows = Array.from({ length: 100 }, (_, i) => ({ c: i % 5 === 0 ? "skip" : "a" }));
    const parts = await partsOf(rows, spec(), 3, "c <> 'skip'");
    rows.forEach(({ c }, i) => expect(parts[i] === PART.skipped).toBe(c === "skip"));
    expect(parts.filter((p) => p === PART.test)).toHaveLength(12);
  });

  it("gives other parts with another seed", async () => {
    const rows = Array.from({ length: 100 }, () => ({ c: "a" }));
    expect(await partsOf(rows, spec(), 1)).not.toEqual(await partsOf(rows, spec(), 2));
  });

  it.each([
    [0.5, 0.5],
    [1, 0],
    [-0.1, 0.2],
    [NaN, 0],
  ])("refuses the shares %d and %d", async (validation, test) => {
    await expect(partsOf([{ c: "a" }], spec({ validation, test }), 1)).rejects.toMatchObject({
      code: "data.split",
      message: `got the shares validation ${validation} and test ${test}, expected numbers from 0 whose sum is below 1`,
    });
  });
});

describe("splits of files", () => {
  it("orders by dates and by a column that is no input", async () => {
    const folder = temporaryFolder();
    // Days run backwards in the file.
    writeTable(
      folder,
      "t.csv",
      `day,x,y\n${Array.from({ length: 40 }, (_, i) => `${new Date(Date.UTC(2024, 0, 40 - i)).toISOString().slice(0, 10)},${i},${i % 2}`).join("\n")}\n`,
    );
    const prepared = await prepare(folder, dataOf("t.csv", { split: { by: "time", column: "day" } }));
    expect(prepared.fitted.inputs[0]).toMatchObject({ columns: ["x"] });
    expect(storedRows(prepared, "test")).toEqual([1, 2, 3, 4, 5, 6]);
    expect(storedRows(prepared, "validation")).toEqual([7, 8, 9, 10, 11, 12]);
  });

  it("takes the test from a file of its own, with columns in another order", async () => {
    const folder = temporaryFolder();
    writeTable(folder, "t.csv", `x,y\n${Array.from({ length: 40 }, (_, i) => `${i},${i % 2}`).join("\n")}\n`);
    writeTable(folder, "test.csv", `more,y,x\na,0,10\nb,1,11\nc,0,12\n`);
    const prepared = await prepare(
      folder,
      dataOf("t.csv", {
        source: { type: "table", path: "t.csv", test: "test.csv" },
        inputs: [{ name: "f", type: "numeric", columns: ["x"], normalize: "none" }],
      }),
    );
    expect(prepared.counts).toEqual({ train: 34, validation: 6, test: 3 });
    expect(prepared.audit.testRows).toBe(3);
    const batches = [];
    for await (const batch of prepared.readRaw("test")) batches.push(batch);
    expect(batches).toHaveLength(1);
    expect([...batches[0]!.rows]).toEqual([1, 2, 3]);
    expect([...batches[0]!.inputs["f"]!.data]).toEqual([10, 11, 12]);
    expect([...batches[0]!.targets["y"]!.data]).toEqual([0, 1, 0]);
  });

  it("allows no validation where none is asked for", async () => {
    const folder = temporaryFolder();
    writeTable(folder, "t.csv", `x,y\n${Array.from({ length: 10 }, (_, i) => `${i},${i % 2}`).join("\n")}\n`);
    expect((await prepare(folder, dataOf("t.csv", { split: { validation: 0, test: 0.2 } }))).counts).toEqual({ train: 8, validation: 0, test: 2 });
  });
});
