import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Random } from "../../src-main/base/random.js";
import type { ProjectInput } from "../../src-main/contract/project.js";
import { measureRun } from "./measured-run.js";
import { median } from "./pytorch-peer.js";

/**
 * What 100,000 windows of 28 rows take beside the series that they are cut from, of 1,000,000 rows and one column: prepared and trained on for an epoch, with
 * every tenth row's window and with one window in a thousand. In memory by the peak of the engine process, in turns, and on the disk.
 */
const [ROWS, LENGTH, BATCH, ROUNDS] = [1_000_000, 28, 1000, 5];
const STRIDES = { few: 1000, many: 10 } as const;
const SERIES = (4 * ROWS) / 2 ** 20;

const folder = mkdtempSync(join(tmpdir(), "lathe-bench-"));
try {
  const random = new Random(5, "window memory");
  writeFileSync(
    join(folder, "series.csv"),
    ["y", ...Array.from({ length: ROWS }, (_, row) => (Math.sin(row / 12) + 0.1 * random.normal()).toFixed(5)), ""].join("\n"),
  );
  const peaks = { few: new Array<number>(), many: new Array<number>() };
  const disk = { few: 0, many: 0 };
  const windows = { few: 0, many: 0 };
  for (let round = 0; round < ROUNDS; round++) {
    for (const name of ["few", "many"] as const) {
      rmSync(join(folder, ".lathe"), { recursive: true, force: true });
      rmSync(join(folder, "runs"), { recursive: true, force: true });
      writeFileSync(join(folder, "project.json"), JSON.stringify(projectOf(STRIDES[name])));
      const run = await measureRun(folder);
      peaks[name].push(run.peakMiB ?? Number.NaN);
      windows[name] = run.trainRows;
      disk[name] = bytesIn(join(folder, ".lathe", "cache")) / 2 ** 20;
    }
  }
  for (const name of ["few", "many"] as const)
    console.log(
      `${windows[name].toLocaleString("en")} windows: peak ${median(peaks[name]).toFixed(1)} MiB (${Math.min(...peaks[name]).toFixed(1)} to ` +
        `${Math.max(...peaks[name]).toFixed(1)}), ${disk[name].toFixed(2)} MiB on the disk`,
    );
  const more = median(peaks.many.map((peak, i) => peak - (peaks.few[i] ?? Number.NaN)));
  const copied = (4 * LENGTH * (windows.many - windows.few)) / 2 ** 20;
  console.log(
    `the series is ${SERIES.toFixed(2)} MiB of numbers; ${(windows.many - windows.few).toLocaleString("en")} windows more take ` +
      `${more.toFixed(1)} MiB of memory and ${(disk.many - disk.few).toFixed(2)} MiB of the disk; copies of their rows would take ${copied.toFixed(1)} MiB`,
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function bytesIn(path: string): number {
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
}

function projectOf(stride: number): ProjectInput {
  return {
    version: 1,
    name: "windows",
    seed: 1,
    data: {
      source: { type: "series", path: "series.csv", stride },
      inputs: [{ name: "past", type: "window", columns: ["y"], length: LENGTH }],
      targets: [{ name: "y", type: "numeric", column: "y", normalize: "standard", horizon: 1 }],
      split: { by: "time", validation: 0, test: 0 },
    },
    model: {
      layers: [
        { id: "flat", type: "Flatten" },
        { id: "out", type: "Linear", outFeatures: 1 },
      ],
      outputs: [{ target: "y", from: "out" }],
    },
    training: { epochs: 1, batchSize: BATCH, shuffle: true, optimizer: { type: "Adam", lr: 0.002 }, engine: "onnxruntime", device: "cpu", threads: 1 },
  };
}
