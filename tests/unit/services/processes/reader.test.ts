import { truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, it } from "vitest";
import { type ReaderLink, createReader, launchReaderProcess } from "../../../../src-main/services/processes/reader.js";
import { peakOf } from "../../../benchmarks/process-tree.js";
import { bitmapHeader } from "../../../support/pictures.js";
import { temporaryFolder } from "../../../support/temporary-folder.js";

const pids: number[] = [];
afterEach(() => pids.splice(0));

/** @param spoil is told every process, with its number. */
const launching = (spoil: (link: ReaderLink, n: number) => void) => (): ReaderLink => {
  const link = launchReaderProcess();
  pids.push(link.pid ?? 0);
  spoil(link, pids.length);
  return link;
};

const isThere = (pid: number | undefined) => {
  try {
    return process.kill(pid ?? 0, 0);
  } catch {
    return false;
  }
};

const document = {
  version: 1,
  name: "t",
  data: { source: { type: "table", path: "t.csv" }, inputs: [], targets: [] },
  model: { layers: [], outputs: [] },
  training: { epochs: 1 },
};

it("what is not read in time is refused, its process ended, and the next question has another", async () => {
  // The first stands still, as one that a document keeps busy for ever.
  const reader = createReader({ deadline: 1500, launch: launching(({ pid }, n) => n === 1 && process.kill(pid ?? 0, "SIGSTOP")) });
  await expect(reader.ask("plan", { document, facts: undefined, folder: "" }, "the network")).rejects.toMatchObject({
    code: "engine.failed",
    message: "the network could not be read within 1.5 s, so the process that read it was ended; if it is not yours, do not trust it",
  });
  await expect.poll(() => isThere(pids[0])).toBe(false);
  await reader.close();
});

it("a process that dies takes its questions along and no others", async () => {
  const reader = createReader({ deadline: 60_000, launch: launching(({ pid }, n) => n === 1 && process.kill(pid ?? 0, "SIGKILL")) });
  await expect(reader.ask("plan", { document, facts: undefined, folder: "" }, "the network")).rejects.toMatchObject({
    code: "engine.crashed",
    message: expect.stringContaining("the process that read the network ended unexpectedly (signal SIGKILL)") as unknown,
    details: { what: "the network", how: "signal SIGKILL" },
  });
  expect(await reader.ask("plan", { document, facts: undefined, folder: "" }, "the network")).toMatchObject({ layers: [] });
  expect(pids).toHaveLength(2);
  await reader.close();
  expect(isThere(pids[1])).toBe(false);
  await expect(reader.ask("plan", { document, facts: undefined, folder: "" }, "the network")).rejects.toMatchObject({ code: "cancelled" });
});

it("tells what is wrong with a file, forgets what is called off, and leaves when nobody asks", async () => {
  const file = join(temporaryFolder(), "m.onnx");
  writeFileSync(file, "no model");
  const reader = createReader({ deadline: 60_000, idle: 200, launch: launching(() => undefined) });
  await expect(reader.ask("facts", { model: file }, file)).rejects.toMatchObject({ code: "graph.invalid", message: expect.stringContaining(file) as unknown });
  const abort = new AbortController();
  const asked = reader.ask("look", { path: file }, file, { signal: abort.signal });
  abort.abort();
  await expect(asked).rejects.toMatchObject({ code: "cancelled" });
  await expect(reader.ask("look", { path: file }, file)).rejects.toMatchObject({
    code: "data.unreadable",
    message: expect.stringContaining("is no picture by its content") as unknown,
  });
  await expect.poll(() => isThere(pids[0])).toBe(false);
  await reader.close();
});

/** A black picture of 24 bits without compression, whose pixels take no room on the disk. */
function writeBlack(path: string, width: number, height: number): void {
  const bytes = 54 + width * height * 3;
  writeFileSync(path, bitmapHeader(width, height, bytes));
  truncateSync(path, bytes);
}

it("the files of a page of large pictures are not all in memory at once", async () => {
  const folder = temporaryFolder();
  const files = Array.from({ length: 30 }, (_, k) => join(folder, `${k}.bmp`));
  // 48 MB each; 1.4 GB together.
  for (const file of files) writeBlack(file, 4000, 4000);
  const reader = createReader({ deadline: 600_000, launch: launching(() => undefined) });
  const views = await Promise.all(files.map((path) => reader.ask("view", { path, side: 64, background: "#ffffff" }, path)));
  expect(views.map(({ width, height, bytes }) => [width, height, bytes])).toEqual(files.map(() => [4000, 4000, 48_000_054]));
  // Files share 256 MB, decoding 512 MB; what has been let go may still wait for the collector. The system tells it on Linux only.
  if (process.platform === "linux") expect(peakOf(pids[0])).toBeLessThan(1000);
  else console.log("the reader's memory is not measured: the system does not tell the peak of another process");
  await reader.close();
});
