import { describe, expect, it } from "vitest";
import { openedSeries } from "../../../support/series.js";

/** Numbers from 0 to 1, the same every time. */
function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

const STEP = 15 * 60_000;
type Row = { readonly id: string; readonly at: number; readonly x: number | undefined };

/** An irregular table: rows are missing, doubled, late and not in order, and values are missing. */
function irregular(seed: number): readonly Row[] {
  const next = random(seed);
  const rows: Row[] = [];
  for (const id of ["a", "b", "c"]) {
    const start = Date.UTC(2024, 2, 30) + Math.floor(next() * 10) * STEP;
    for (let i = 0; i < 60; i++) {
      if (next() < 0.15) continue;
      const copies = next() < 0.1 ? 2 : 1;
      for (let copy = 0; copy < copies; copy++) {
        rows.push({ id, at: start + i * STEP + (next() < 0.1 ? Math.floor(next() * 800) * 1000 : 0), x: next() < 0.1 ? undefined : Math.floor(next() * 100) });
      }
    }
  }
  for (let n = 0; n < 10; n++) {
    const [i, j] = [Math.floor(next() * rows.length), Math.floor(next() * rows.length)];
    [rows[i], rows[j]] = [rows[j]!, rows[i]!];
  }
  return rows;
}

/** The same by the simplest way there is. */
function regular(rows: readonly Row[], forward: boolean, cuts: readonly number[]) {
  return [...new Set(rows.map(({ id }) => id))].sort().flatMap((id) => {
    const slots = new Map<number, number[]>();
    for (const row of rows.filter((r) => r.id === id)) {
      const slot = Math.floor(row.at / STEP);
      slots.set(slot, [...(slots.get(slot) ?? []), ...(row.x === undefined ? [] : [row.x])]);
    }
    const [first, last] = [Math.min(...slots.keys()), Math.max(...slots.keys())];
    const values = Array.from({ length: last - first + 1 }, (_, i) => {
      const at = slots.get(first + i) ?? [];
      return at.length === 0 ? null : at.reduce((a, b) => a + b, 0) / at.length;
    });
    const part = (i: number) => cuts.filter((cut) => (first + i) * STEP >= cut).length;
    return values.map((x, i) => {
      const row = { id, at: new Date((first + i) * STEP).toISOString().replace(".000", "") };
      if (x !== null) return { ...row, x, filled: false };
      const p = values.slice(0, i).findLastIndex((v) => v !== null);
      const q = values.findIndex((v, j) => j > i && v !== null && part(j) === part(i));
      const before = values[p];
      const behind = values[q];
      if (typeof before !== "number" || (typeof behind !== "number" && part(values.length - 1) === part(i))) return { ...row, x: null, filled: false };
      const filled = forward || typeof behind !== "number" ? before : before + ((behind - before) * (i - p)) / (q - p);
      return { ...row, x: filled, filled: true };
    });
  });
}

describe("irregular tables", () => {
  it.each([1, 2, 3, 4, 5, 6])("become what the simplest program makes of them: %i", async (seed) => {
    const rows = irregular(seed);
    const forward = seed % 2 === 0;
    const cuts = seed < 4 ? [] : [Date.UTC(2024, 2, 30, 5, 7), Date.UTC(2024, 2, 30, 9)];
    const text = `id,t,x\n${rows.map(({ id, at, x }) => `${id},${new Date(at).toISOString()},${x ?? ""}`).join("\n")}\n`;
    const opened = await openedSeries(
      text,
      { time: "t", id: "id", step: "15min", gaps: forward ? "forward" : "interpolate" },
      { cuts: cuts.map((cut) => cut * 1000) },
    );
    const expected = regular(rows, forward, cuts);
    expect(opened.rows.map(({ id, at, x, filled }) => ({ id, at, x, filled }))).toEqual(
      expected.map((row) => (row.x === null ? row : { ...row, x: expect.closeTo(row.x, 9) as number })),
    );
    const filled = expected.filter((row) => row.filled).length;
    const left = expected.filter((row) => row.x === null).length;
    expect([opened.series.report.filled["x"] ?? 0, opened.series.report.missing["x"] ?? 0]).toEqual([filled, left]);
    expect(opened.series.report.rows).toBe(expected.length);
    expect(opened.series.report.read).toBe(rows.length);
    expect(opened.series.report.series.map(({ rows: n }) => n)).toEqual(["a", "b", "c"].map((id) => expected.filter((row) => row.id === id).length));
    const moments = new Set(rows.map(({ id, at }) => `${id} ${at}`)).size;
    expect(opened.series.report.duplicates).toBe(rows.length - moments);
    expect(opened.series.report.gapRows).toBe(expected.length - new Set(rows.map(({ id, at }) => `${id} ${Math.floor(at / STEP)}`)).size);
  });
});
