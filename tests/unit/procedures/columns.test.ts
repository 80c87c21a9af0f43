import { readdirSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { columnsResult } from "../../../src-main/contract/table-views.js";
import { launchReaderProcess } from "../../../src-main/services/processes/reader.js";
import { listen, studioProject } from "../../support/studio-project.js";

const rows = Array.from({ length: 60 }, (_, i) => `${i % 10 === 3 ? "NA" : i / 2},${["red", "green", "blue"][i % 3]},${i % 2},${i % 20 === 0 ? "" : "same"}`);
const table = `size,colour,good,note\n${rows.join("\n")}\n`;
const document = { version: 1, name: "t", data: { source: { type: "table", path: "table.csv" } }, model: "nothing yet" };

async function columnsOf(table: string, more: object = {}) {
  const setup = studioProject(table, { ...document, ...more });
  const events = await listen(setup.streams, "columns", setup.project);
  const last = events.at(-1);
  if (last?.event !== "result") throw new Error("no result");
  return { ...setup, events, result: columnsResult.parse(last.value) };
}

test("every column at a glance, though the rest of the project is no project", async () => {
  const { result, events } = await columnsOf(table);
  expect(result).toMatchObject({ format: "csv", rows: 60, warnings: [] });
  const [size, colour, good, note] = result.columns;
  // 27 halves: those at 3, 13, 23, … are missing.
  expect(size).toMatchObject({ name: "size", type: "number", missing: 6, min: 0, max: 29.5, target: "numeric" });
  expect(size!.histogram!.counts.reduce((a, b) => a + b)).toBe(54);
  const present = Array.from({ length: 60 }, (_, i) => i)
    .filter((i) => i % 10 !== 3)
    .map((i) => i / 2);
  const mean = present.reduce((a, b) => a + b) / present.length;
  expect(size!.mean).toBeCloseTo(mean, 10);
  expect(size!.deviation).toBeCloseTo(Math.sqrt(present.reduce((sum, x) => sum + (x - mean) ** 2, 0) / present.length), 10);
  expect(colour).toMatchObject({
    type: "text",
    missing: 0,
    distinct: 3,
    target: "category",
    values: [
      { value: "blue", rows: 20 },
      { value: "green", rows: 20 },
      { value: "red", rows: 20 },
    ],
  });
  expect(good).toMatchObject({ type: "number", distinct: 2, target: "binary" });
  expect(note).toMatchObject({ type: "text", missing: 3, distinct: 1 });
  expect(events.slice(0, -1).every(({ event }) => event === "stage")).toBe(true);
  expect(events.length).toBeGreaterThan(4);
});

test("a changed file is read again, an unchanged one is not", async () => {
  const { streams, project } = await columnsOf(table);
  expect(await listen(streams, "columns", project)).toHaveLength(1);
  writeFileSync(join(project, "table.csv"), `${table}1,pink,1,same\n`);
  const again = (await listen(streams, "columns", project)).at(-1);
  expect(again).toMatchObject({ value: { rows: 61 } });
  utimesSync(join(project, "table.csv"), 1e9, 1e9);
  expect((await listen(streams, "columns", project)).length).toBeGreaterThan(1);
});

describe("what cannot be read is told", () => {
  test.each([
    ["a ragged table", "a,b\n1,2\n1,2,3\n4\n", {}, "data.ragged"],
    ["no rows", "a,b\n", {}, "data.empty"],
    ["no source", table, { data: {} }, "project.invalid"],
    ["a file that is not there", table, { data: { source: { type: "table", path: "tabel.csv" } } }, "data.missing"],
    ["a file elsewhere", table, { data: { source: { type: "table", path: "/etc/passwd" } } }, "rpc.refused"],
    ["a way out", table, { data: { source: { type: "table", path: "../../../../../../etc/passwd" } } }, "rpc.refused"],
  ])("%s", async (_, content, more, code) => {
    await expect(columnsOf(content, more)).rejects.toMatchObject({ code });
  });

  test("a project elsewhere", async () => {
    const { streams } = studioProject(table, document);
    await expect(listen(streams, "columns", tmpdir())).rejects.toMatchObject({ code: "rpc.refused" });
  });
});

test("who leaves calls the work off, and nothing stays behind; who comes next gets it all the same", async () => {
  const big = `a,b,c\n${Array.from({ length: 200_000 }, (_, i) => `${i},x${i},${i * 3}`).join("\n")}\n`;
  const pids: (number | undefined)[] = [];
  const launchReader = () => {
    const link = launchReaderProcess();
    pids.push(link.pid);
    return link;
  };
  const { streams, project, studio } = studioProject(big, document, { launchReader });
  // Of its processes: others test other files at the same time.
  const ours = () => readdirSync(tmpdir()).filter((name) => name.startsWith("lathe-work-") && pids.includes(Number(name.split("-")[3])));
  const said: string[] = [];
  const ended = new Promise<unknown>((resolve) => {
    const sink = { next: (event: { event: string }) => void said.push(event.event), end: resolve };
    void Promise.resolve(streams.columns({ project }, sink, { signal: new AbortController().signal })).then((subscription) => subscription.dispose());
  });
  expect(await ended).toMatchObject({ code: "cancelled" });
  expect(said).not.toContain("result");
  expect((await listen(streams, "columns", project)).at(-1)).toMatchObject({ value: { rows: 200_000 } });
  expect(ours()).not.toEqual([]);
  await studio.tables.close();
  expect(ours()).toEqual([]);
});

test.each([0, 5, 20, 60, 120])("who comes %d ms after the work began, in the moment it is called off, is not called off with it", async (delay) => {
  const big = `a,b,c\n${Array.from({ length: 100_000 }, (_, i) => `${i},x${i},${i * 3}`).join("\n")}\n`;
  const { streams, project, studio } = studioProject(big, document);
  const first = await streams.columns({ project }, { next: () => undefined, end: () => undefined }, { signal: new AbortController().signal });
  await new Promise((resolve) => setTimeout(resolve, delay));
  first.dispose();
  expect((await listen(streams, "columns", project)).at(-1)).toMatchObject({ value: { rows: 100_000 } });
  await studio.tables.close();
});
