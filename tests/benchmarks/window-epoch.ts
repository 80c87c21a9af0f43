import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Random } from "../../src-main/base/random.js";
import type { ProjectInput } from "../../src-main/contract/project.js";
import { measureRun } from "./measured-run.js";
import { findPyTorch, median, startPyTorch } from "./pytorch-peer.js";

/** An epoch over 100,000 windows of 96 steps of a series on disk, with two recurrent layers of 32: ours, and a Dataset that cuts windows out of an array. */
const [WINDOWS, LENGTH, BATCH, EPOCHS] = [100_000, 96, 32, 2];

const folder = mkdtempSync(join(tmpdir(), "lathe-bench-"));
try {
  const csv = join(folder, "series.csv");
  writeSeries(csv, WINDOWS + LENGTH);
  const found = findPyTorch();
  for (const cell of ["RNN", "GRU", "LSTM"]) {
    writeFileSync(join(folder, "project.json"), JSON.stringify(projectOf(cell)));
    const ours = await measureRun(folder);
    const seconds = median(ours.epochs.map((epoch) => epoch.seconds));
    console.log(
      `${cell}: ours ${ours.trainRows} windows, ${seconds.toFixed(1)} s an epoch (${Math.round(ours.trainRows / seconds).toLocaleString("en")} windows/s), ` +
        `ready after ${ours.prepareSeconds.toFixed(1)} s, peak memory ${ours.peakMiB?.toFixed(0) ?? "?"} MiB`,
    );
    if (!found) continue;
    const torch = startPyTorch(found);
    const answer = await torch.ask<{ loading: number; epochs: number[]; peakMiB: number }>({
      do: "window_epoch",
      csv,
      network: `${cell.toLowerCase()}-32`,
      length: LENGTH,
      batch: BATCH,
      epochs: 1,
      threads: 1,
    });
    torch.close();
    const theirs = median(answer.epochs);
    console.log(
      `${" ".repeat(cell.length)}  PyTorch ${theirs.toFixed(1)} s, peak memory ${answer.peakMiB.toFixed(0)} MiB; ratio ${(theirs / seconds).toFixed(2)}`,
    );
  }
  if (!found) console.log("PyTorch is not installed (LATHE_TORCH_PYTHON names a Python that has it): only ours is timed");
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function projectOf(cell: string): ProjectInput {
  return {
    version: 1,
    name: cell,
    seed: 1,
    data: {
      source: { type: "series", path: "series.csv" },
      inputs: [{ name: "past", type: "window", columns: ["y"], length: LENGTH }],
      targets: [{ name: "y", type: "numeric", column: "y", normalize: "standard", horizon: 1 }],
      split: { by: "time", validation: 0, test: 0 },
    },
    model: {
      layers: [
        { id: "cell", type: cell, hiddenSize: 32, numLayers: 2 },
        { id: "out", type: "Linear", outFeatures: 1 },
      ],
      outputs: [{ target: "y", from: "out" }],
    },
    training: { epochs: EPOCHS, batchSize: BATCH, shuffle: true, optimizer: { type: "Adam", lr: 0.002 }, engine: "onnxruntime" },
  };
}

function writeSeries(path: string, rows: number): void {
  const random = new Random(5, "window benchmark");
  const lines = ["y"];
  for (let row = 0; row < rows; row++) lines.push((Math.sin(row / 12) + 0.1 * random.normal()).toFixed(5));
  writeFileSync(path, `${lines.join("\n")}\n`);
}
