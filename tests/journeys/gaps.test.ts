import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Random } from "../../src-main/base/random.js";
import type { EpochEvent } from "../../src-main/contract/events.js";
import type { ProjectInput } from "../../src-main/contract/project.js";
import type { RunReport } from "../../src-main/contract/report.js";
import { readPredictions } from "../../src-main/training/runs/kept-predictions.js";
import { killAll, last, lathe, sha256, startLathe } from "../support/lathe.js";
import { temporaryFolder } from "../support/temporary-folder.js";

/** 300 rows of two numbers; of three targets that depend on them each row may lack any, and some all. */
function table(): string {
  const random = new Random("gaps");
  const rows = Array.from({ length: 300 }, () => {
    const [a, b] = [random.normal(), random.normal()];
    const kind = a + b > 0.5 ? "up" : a + b < -0.5 ? "down" : "level";
    const cells = [kind, a > 0 ? "yes" : "no", String(Number((3 * a - b).toFixed(4)))].map((cell) => (random.below(4) === 0 ? "" : cell));
    return [a.toFixed(4), b.toFixed(4), ...cells].join(",");
  });
  return `a,b,kind,sold,size\n${rows.join("\n")}\n`;
}

const weights = { kind: 1, sold: 0.5, size: 0.25 };
const project = (combine: "sum" | "normalized", epochs: number): ProjectInput => ({
  version: 1,
  name: "gaps",
  seed: 5,
  data: {
    source: { type: "table", path: "table.csv" },
    inputs: [{ name: "x", type: "numeric", columns: ["a", "b"] }],
    targets: [
      { name: "kind", type: "category", column: "kind" },
      { name: "sold", type: "binary", column: "sold" },
      { name: "size", type: "numeric", column: "size", normalize: "standard" },
    ],
  },
  model: {
    layers: [
      { id: "fc", type: "Linear", outFeatures: 8 },
      { id: "act", type: "ELU" },
      { id: "kinds", type: "Linear", from: ["act"], outFeatures: 3 },
      { id: "sells", type: "Linear", from: ["act"], outFeatures: 1 },
      { id: "sizes", type: "Linear", from: ["act"], outFeatures: 1 },
    ],
    outputs: [
      { target: "kind", from: "kinds" },
      { target: "sold", from: "sells" },
      { target: "size", from: "sizes" },
    ],
  },
  training: {
    epochs,
    batchSize: 4,
    optimizer: { type: "Adam", lr: 0.01 },
    combine,
    losses: {
      kind: { type: "CrossEntropyLoss", weight: weights.kind, classWeights: "balanced" },
      sold: { type: "BCEWithLogitsLoss", weight: weights.sold },
      size: { type: "HuberLoss", weight: weights.size },
    },
    checkpointSeconds: 0.05,
  },
});

function write(combine: "sum" | "normalized" = "sum", epochs = 30): string {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "table.csv"), table());
  writeFileSync(join(folder, "project.json"), JSON.stringify(project(combine, epochs)));
  return folder;
}

const epochsOf = (folder: string) =>
  readFileSync(join(folder, "runs", "0001", "metrics.jsonl"), "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as EpochEvent);

describe("a table whose rows lack some of their targets", () => {
  it("is trained on, judged by what is there, and says how much is not; the loss told is the sum of those told", async () => {
    const folder = write();
    const { code, stderr, events } = await lathe("train", folder, "--json");
    expect(code, stderr).toBe(0);
    const report = JSON.parse(readFileSync(join(folder, "runs", "0001", "report.json"), "utf8")) as RunReport;
    const cells = table()
      .trim()
      .split("\n")
      .slice(1)
      .map((line) => line.split(","));
    const used = cells.filter(([, , ...answers]) => answers.some((cell) => cell !== ""));
    expect(Object.values(report.data.rows).reduce((a, b) => a + b)).toBe(used.length);
    expect(report.data.skipped).toEqual({ "missing target": cells.length - used.length });
    for (const [k, name] of ["kind", "sold", "size"].entries()) {
      const missing = used.filter((row) => row[2 + k] === "").length;
      expect(Object.values(report.data.missing?.[name] ?? {}).reduce((a, b) => a + b, 0)).toBe(missing);
      expect(report.test?.missing?.[name]).toBe(report.data.missing?.[name]?.test);
      expect(report.data.warnings.join("\n")).toContain(`target ${name} is missing in `);
    }
    const { kind, sold } = report.test!.confusion;
    const total = (counts: readonly (readonly number[])[]) => counts.flat().reduce((a, b) => a + b, 0);
    expect(total(kind!.counts)).toBe(report.data.rows.test - report.data.missing!["kind"]!.test);
    expect(total(sold!.counts)).toBe(report.data.rows.test - report.data.missing!["sold"]!.test);
    for (const epoch of epochsOf(folder))
      for (const values of [epoch.train, epoch.validation]) {
        const sum = Object.entries(weights).reduce((all, [name, weight]) => all + weight * values[`${name}.loss`]!, 0);
        expect(values["loss"]).toBeCloseTo(sum, 12);
      }
    expect(report.test!.metrics["kind.accuracy"]).toBeGreaterThan(0.8);
    expect(report.test!.metrics["size.r2"]).toBeGreaterThan(0.9);

    // The kept answers tell which rows have no truth, and the metrics are those of the others.
    const kept = readPredictions(join(folder, "runs", "0001", "predictions", "test.bin"));
    const size = kept.targets.find(({ name }) => name === "size")!;
    kept.rows.forEach((row, i) => expect(size.truths[i]).toEqual(cells[row - 1]![4] === "" ? NaN : expect.closeTo(Number(cells[row - 1]![4]), 4)));
    const errors = [...size.truths].flatMap((truth, i) => (Number.isNaN(truth) ? [] : [Math.abs(truth - size.outputs[i]!)]));
    expect(report.test!.metrics["size.mae"]).toBeCloseTo(errors.reduce((a, b) => a + b) / errors.length, 5);

    // The exported file on the rows of the test gives the report's figures.
    const header = "a,b,kind,sold,size";
    writeFileSync(join(folder, "tested.csv"), [header, ...[...kept.rows].map((row) => cells[row - 1]!.join(",")), "1,1,,,", ""].join("\n"));
    const judged = await lathe("evaluate", String(last(events, "done")["model"]), "--data", join(folder, "tested.csv"), "--json");
    expect(judged.code, judged.stderr).toBe(0);
    const evaluation = last(judged.events, "evaluation");
    expect(evaluation["samples"]).toBe(kept.rows.length);
    expect(evaluation["skipped"]).toEqual({ "missing target": 1 });
    expect(evaluation["missing"]).toEqual(report.test!.missing);
    expect(evaluation["confusion"]).toEqual(report.test!.confusion);
    const told = await lathe("evaluate", String(last(events, "done")["model"]), "--data", join(folder, "tested.csv"));
    expect(told.stdout).toMatch(/^\d+ rows with no known kind: its metrics do not count them$/m);
  });

  const title = "resumes, however often it is killed, to the very bytes of a run that was not, losses in a %s";
  it.each(["normalized"] as const)(title, (combine) => resumes(combine));
  it.each(["sum"] as const)(title, { tags: ["long"] }, (combine) => resumes(combine));

  async function resumes(combine: "sum" | "normalized"): Promise<void> {
    const whole = write(combine, 200);
    const uninterrupted = await lathe("train", whole, "--json");
    expect(uninterrupted.code, uninterrupted.stderr).toBe(0);
    const folder = write(combine, 200);
    const random = new Random(Date.now());
    let midEpoch = 0;
    for (let attempt = 0; ; attempt++) {
      const started = existsSync(join(folder, "runs", "0001", "config.json"));
      let timer: NodeJS.Timeout | undefined;
      const command = startLathe(["train", folder, ...(started ? ["--resume"] : []), "--json"], ({ event, resumedFrom }) => {
        if (event !== "run") return;
        if (resumedFrom && (resumedFrom as { step: number }).step > 0) midEpoch++;
        if (attempt < 4) timer = setTimeout(() => killAll(command), 150 + random.below(700));
      });
      const { code, stderr } = await command.result;
      clearTimeout(timer);
      if (code === 0) break;
      expect(code, stderr).toBeNull();
    }
    expect(midEpoch, "no attempt resumed in mid-epoch").toBeGreaterThan(0);
    for (const file of ["model.onnx", join("predictions", "test.bin")])
      expect(sha256(join(folder, "runs", "0001", file))).toBe(sha256(join(whole, "runs", "0001", file)));
    const figures = (of: string) => epochsOf(of).map(({ seconds: _, ...epoch }) => epoch);
    expect(figures(folder)).toEqual(figures(whole));
  }
});
