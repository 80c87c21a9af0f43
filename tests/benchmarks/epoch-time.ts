import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Random } from "../../src-main/base/random.js";
import { measureRun } from "./measured-run.js";
import { benchmarkProject } from "./networks.js";
import { findPyTorch, median, startPyTorch } from "./pytorch-peer.js";

/** A whole epoch of the 9-16-8-1 network, batch 32, from a CSV on disk: ours with its loader against a Dataset and DataLoader as courses write them. */
const ROWS = 100_000;
const EPOCHS = 3;

const folder = mkdtempSync(join(tmpdir(), "lathe-bench-"));
try {
  const csv = join(folder, "table.csv");
  writeTable(csv, ROWS);
  const project = { ...benchmarkProject("small"), training: { ...benchmarkProject("small").training, epochs: EPOCHS } };
  writeFileSync(
    join(folder, "project.json"),
    JSON.stringify({ ...project, data: { ...project.data, source: { type: "table", path: "table.csv" }, split: { validation: 0, test: 0 } } }),
  );

  const ours = await measureRun(folder);
  const oursEpoch = median(ours.epochs.map((e) => e.seconds));
  console.log(
    `ours     read and encode ${ours.prepareSeconds.toFixed(2)} s, epoch ${oursEpoch.toFixed(2)} s ` +
      `(${perSecond(ours.trainRows / oursEpoch)}), ${EPOCHS} epochs in all ${ours.totalSeconds.toFixed(2)} s` +
      `, peak memory ${ours.peakMiB?.toFixed(0) ?? "?"} MiB`,
  );
  const found = findPyTorch();
  if (found) {
    const torch = startPyTorch(found);
    const answer = await torch.ask<{ loading: number; epochs: number[]; peakMiB: number }>({ do: "epoch", csv, batch: 32, epochs: EPOCHS, threads: 1 });
    torch.close();
    const theirs = median(answer.epochs);
    console.log(
      `PyTorch  read ${answer.loading.toFixed(2)} s, epoch ${theirs.toFixed(2)} s (${perSecond(ROWS / theirs)}), peak memory ${answer.peakMiB.toFixed(0)} MiB`,
    );
    console.log(`ratio    epoch ${(theirs / oursEpoch).toFixed(1)}, reading ${(answer.loading / ours.prepareSeconds).toFixed(1)}`);
  } else console.log("PyTorch is not installed (Debian: apt-get install python3-torch): only ours is timed");
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function perSecond(rows: number): string {
  return `${Math.round(rows).toLocaleString("en")} rows/s`;
}

function writeTable(path: string, rows: number): void {
  const random = new Random(5, "epoch benchmark");
  const lines = ["a,b,c,d,e,f,g,h,i,y"];
  for (let row = 0; row < rows; row++) {
    const x = Array.from({ length: 9 }, () => random.normal());
    lines.push([...x.map((v) => v.toFixed(4)), (x[0] ?? 0) + (x[1] ?? 0) + random.normal() > 0 ? 1 : 0].join());
  }
  writeFileSync(path, `${lines.join("\n")}\n`);
}
