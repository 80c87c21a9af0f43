import { appendFileSync, closeSync, openSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { packageRoot } from "../../../../src-main/base/entries.js";
import type { EpochEvent, RunEvent } from "../../../../src-main/contract/events.js";
import { readMetrics } from "../../../../src-main/services/runs/run-metrics.js";
import { watchRun } from "../../../../src-main/services/runs/run-watch.js";
import { startNode } from "../../../support/lathe.js";
import { plausibleEpochs, temporaryFolder, writeRun, writeTestProject } from "../../../support/run-on-disk.js";

const long = 300_000;

/** A run of three hundred thousand epochs of a quarter of a second each; the best is the 123,457th. */
function writeLongRun(project: string): string {
  const folder = writeRun(project, "0001", { epochs: [] });
  const file = openSync(join(folder, "metrics.jsonl"), "w");
  const [one] = plausibleEpochs(1);
  for (let epoch = 1; epoch <= long; epoch++) writeSync(file, `${JSON.stringify({ ...one, epoch, seconds: 0.25, best: epoch === 123_457 })}\n`);
  closeSync(file);
  onTestFinished(() => rmSync(project, { recursive: true, force: true }));
  return folder;
}

function runOf(lines: readonly (EpochEvent | string)[]): string {
  const folder = temporaryFolder("metrics");
  writeFileSync(join(folder, "metrics.jsonl"), lines.map((line) => `${typeof line === "string" ? line : JSON.stringify(line)}\n`).join(""));
  return folder;
}

describe("the metrics of a run", () => {
  it("are thinned where they are many, with the time of all", async () => {
    const { epochs, seconds, damagedLines } = await readMetrics(writeLongRun(writeTestProject(temporaryFolder("long"), "p")));
    expect([seconds, damagedLines]).toEqual([long / 4, 0]);
    expect(epochs.length).toBeLessThanOrEqual(20_000);
    expect([epochs[0]?.epoch, epochs.findLast(({ best }) => best)?.epoch, epochs.at(-1)?.epoch]).toEqual([1, 123_457, long]);
  });

  it("are read in little memory, whatever the length of the run", async () => {
    const project = writeTestProject(temporaryFolder("long"), "p");
    writeLongRun(project);
    // All of its epochs would take about 200 MB.
    const listing = startNode(["--max-old-space-size=64", join(packageRoot, "out", "main", "cli.js"), "runs", project, "--json"]);
    const { code, events } = await listing.result;
    expect(code).toBe(0);
    expect(JSON.stringify(events)).toContain(`"epoch":${long}`);
  });

  it("count an epoch that stands twice once, as it was said last", async () => {
    const [one, two, three] = plausibleEpochs(3) as [EpochEvent, EpochEvent, EpochEvent];
    const again = { ...two, seconds: 5 };
    expect(await readMetrics(runOf([one, three, two, "{ nonsense", again]))).toEqual({
      epochs: [one, again, three],
      seconds: expect.closeTo(one.seconds + 5 + three.seconds, 9) as number,
      damagedLines: 1,
      warnings: [],
    });
  });

  it("tell what the run warned of, each once, of epochs that are excluded too", async () => {
    const warning = (code: string, layer: string, epoch: number) => ({
      event: "warning" as const,
      code,
      layer,
      epoch,
      message: `${code} at ${layer}`,
      advice: ["lower-rate" as const],
    });
    const epochs = plausibleEpochs(3);
    const folder = runOf([
      { ...epochs[0]!, warnings: [warning("dead-units", "act", 1)] },
      { ...epochs[1]!, warnings: [warning("dead-units", "act", 2), warning("large-updates", "fc", 2)] },
      epochs[2]!,
    ]);
    expect((await readMetrics(folder)).warnings).toEqual([warning("dead-units", "act", 2), warning("large-updates", "fc", 2)]);
  });

  it("of no epoch yet are none", async () => {
    expect(await readMetrics(temporaryFolder("metrics"))).toEqual({ epochs: [], seconds: 0, damagedLines: 0, warnings: [] });
  });
});

it("a long run of another process is followed from its last epochs on, whatever their names are written in", async () => {
  const project = writeTestProject(temporaryFolder("long"), "p");
  const folder = writeLongRun(project);
  writeFileSync(join(folder, "lock"), JSON.stringify({ pid: process.pid, host: hostname() }));
  const heard: RunEvent[] = [];
  const watching = watchRun({ folder, run: "0001", onEvent: (event) => heard.push(event), onEnd: () => undefined, interval: 20 });
  onTestFinished(() => watching.dispose());
  await expect.poll(() => heard.at(-1)).toMatchObject({ event: "epoch", epoch: long });
  expect(heard.length).toBeLessThan(5000);
  const [one] = plausibleEpochs(1);
  const line = Buffer.from(`${JSON.stringify({ ...one, epoch: long + 1, train: { "größe.loss": 1 } })}\n`);
  const middle = line.indexOf("ö") + 1;
  appendFileSync(join(folder, "metrics.jsonl"), line.subarray(0, middle));
  await new Promise((resolve) => setTimeout(resolve, 200));
  appendFileSync(join(folder, "metrics.jsonl"), line.subarray(middle));
  await expect.poll(() => heard.at(-1)).toMatchObject({ epoch: long + 1, train: { "größe.loss": 1 } });
});
