import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { packageRoot } from "../../src-main/base/entries.js";
import { measureRun } from "./measured-run.js";

/**
 * A table larger than the memory it may use: rows × 20 columns (10 million by default, `LATHE_BENCH_ROWS` for another number), one epoch with batches of 4,096.
 * `LATHE_BENCH_TABLE` names a table made before.
 */
const rows = Number(process.env["LATHE_BENCH_ROWS"] ?? 10_000_000);
const folder = mkdtempSync(join(tmpdir(), "lathe-bench-"));
const table = process.env["LATHE_BENCH_TABLE"] ?? join(folder, "table.csv");
try {
  if (!existsSync(table)) {
    console.log(`making ${rows.toLocaleString("en")} rows …`);
    execFileSync(process.execPath, [join(packageRoot, "tests", "benchmarks", "make-table.mjs"), table, String(rows), "20"], { stdio: "inherit" });
  }
  writeFileSync(
    join(folder, "project.json"),
    JSON.stringify({
      version: 1,
      name: "big",
      data: {
        source: { type: "table", path: table },
        inputs: [{ name: "x", type: "numeric", columns: "rest" }],
        targets: [{ name: "y", type: "binary", column: "y" }],
        split: { validation: 0.05, test: 0.05, stratify: false },
      },
      model: {
        layers: [
          { id: "fc1", type: "Linear", outFeatures: 32 },
          { id: "act1", type: "ReLU" },
          { id: "fc2", type: "Linear", outFeatures: 1 },
        ],
        outputs: [{ target: "y", from: "fc2" }],
      },
      training: { epochs: 1, batchSize: 4096, optimizer: { type: "Adam", lr: 0.001 } },
    }),
  );
  let stage = "";
  const started = performance.now();
  const run = await measureRun(folder, (event) => {
    if (event.event !== "stage" || event.stage === stage) return;
    stage = event.stage;
    console.log(`${((performance.now() - started) / 1000).toFixed(1).padStart(7)} s  ${stage}`);
  });
  const [epoch] = run.epochs;
  console.log(`${rows.toLocaleString("en")} rows × 20 columns, ${(statSync(table).size / 2 ** 30).toFixed(2)} GiB of CSV`);
  console.log(
    `read and encode ${run.prepareSeconds.toFixed(0)} s, epoch ${epoch?.seconds.toFixed(0) ?? "?"} s ` +
      `(${Math.round(run.trainRows / (epoch?.seconds ?? 1)).toLocaleString("en")} rows/s), in all ${run.totalSeconds.toFixed(0)} s`,
  );
  console.log(`peak resident memory of the engine process ${run.peakMiB?.toFixed(0) ?? "?"} MiB (goal: below 1,536)`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
