import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import ort from "onnxruntime-node";
import { expect, test } from "vitest";
import { Random } from "../../src-main/base/random.js";
import type { DoneEvent } from "../../src-main/contract/events.js";
import type { ProjectInput } from "../../src-main/contract/project.js";
import { runReport } from "../../src-main/contract/report.js";
import type { EvaluationResult, PredictionResult } from "../../src-main/contract/results.js";
import { last, lathe } from "../support/lathe.js";
import { temporaryFolder } from "../support/temporary-folder.js";

/** Hours of two shops, with the swing of a day, and a promotion that is known in advance. */
function hours(): string {
  const random = new Random("hours");
  const lines = ["time,shop,sales,promo"];
  for (const [shop, level] of [
    ["north", 20],
    ["south", 40],
  ] as const)
    for (let hour = 0; hour < 24 * 14; hour++) {
      const promo = random.below(5) === 0 ? 1 : 0;
      const sales = level + 8 * Math.sin((hour * Math.PI) / 12) + 5 * promo + random.normal();
      lines.push(`${new Date(Date.UTC(2024, 2, 1, hour)).toISOString()},${shop},${sales.toFixed(3)},${promo}`);
    }
  return `${lines.join("\n")}\n`;
}

const project: ProjectInput = {
  version: 1,
  name: "sales",
  seed: 7,
  data: {
    source: { type: "series", path: "sales.csv", time: "time", id: "shop", calendar: ["hour"], known: ["promo"] },
    inputs: [
      { name: "past", type: "window", columns: ["sales", "promo", "hour.sin", "hour.cos"], length: 24 },
      { name: "next", type: "window", columns: ["promo", "hour.sin", "hour.cos"], length: 0, ahead: 6 },
    ],
    targets: [{ name: "sales", type: "numeric", column: "sales", normalize: "standard", horizon: 6 }],
    split: { by: "time", validation: 0.2, test: 0.2 },
  },
  model: {
    layers: [
      { id: "gru", type: "GRU", from: ["past"], hiddenSize: 12 },
      { id: "known", type: "Flatten", from: ["next"] },
      { id: "join", type: "Concat", from: ["gru", "known"] },
      { id: "out", type: "Linear", outFeatures: 6 },
    ],
    outputs: [{ target: "sales", from: "out" }],
  },
  training: { epochs: 8, batchSize: 16, shuffle: true, optimizer: { type: "Adam", lr: 0.01 }, clipGradNorm: 1 },
};

/** Runs a command to its end. @returns the event that says what came of it. */
async function result<T>(event: string, ...args: readonly string[]): Promise<T> {
  const { code, events, stderr } = await lathe(...args, "--json");
  expect(code, stderr).toBe(0);
  return last(events, event) as unknown as T;
}

test("a series is trained, judged beside forecasts that need no model, and answered from another table, hour by hour", async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "sales.csv"), hours());
  writeFileSync(join(folder, "project.json"), JSON.stringify(project));
  const done = await result<DoneEvent>("done", "train", folder);
  for (const figure of ["mse", "rmse", "mae", "mape", "smape", "mase", "mse.standardised", "skill.naive", "skill.seasonal"])
    expect(done.test[`sales.${figure}`], figure).toEqual(expect.any(Number));
  // A day is known by heart soon; the last hour is a poor guess for the next six.
  expect(done.test["sales.skill.naive"]!).toBeGreaterThan(0.3);
  const report = runReport.parse(JSON.parse(readFileSync(done.report!, "utf8")));
  expect(report.parity.passed).toBe(true);
  expect(report.forecast?.season).toBe(24);
  const told = report.forecast?.targets["sales"];
  expect(told?.test?.values["mse"]).toBe(done.test["sales.mse"]);
  expect(told?.test?.steps.length).toBe(6);
  expect(told?.test?.naive.values["mse"]).toBeGreaterThan(told?.test?.values["mse"] ?? Infinity);
  expect(told?.intervals?.levels.map(({ level }) => level)).toEqual([0.8, 0.95]);
  expect(report.data.warnings.join("\n")).toMatch(/is split by time: training 2024-03-01T00:00.* scalings are learnt from the training rows alone/);
  const skipped = Object.values(report.data.skipped).reduce((a, b) => a + b, 0);
  const { train, validation, test: tested } = report.data.rows;
  expect(train + validation + tested + skipped).toBe(2 * 24 * 14);

  // Of any batch and length, where the network allows it; what is ahead is as long as it was.
  const session = await ort.InferenceSession.create(done.model!);
  const shapes = session.inputMetadata.map((input) => (input.isTensor ? input.shape : []));
  expect(shapes).toEqual([
    ["N", "L", 4],
    ["N", 6, 3],
  ]);
  for (const [batch, length] of [
    [1, 24],
    [3, 40],
  ] as const) {
    const tensor = (dims: readonly number[]) => new ort.Tensor("float32", new Float32Array(dims.reduce((a, b) => a * b, 1)).fill(0.5), dims);
    const { sales } = await session.run({ past: tensor([batch, length, 4]), next: tensor([batch, 6, 3]) });
    expect(sales?.dims).toEqual([batch, 6]);
  }
  await session.release();

  const judged = await result<EvaluationResult>("evaluation", "evaluate", done.model!, "--data", join(folder, "sales.csv"));
  expect(judged.metrics["sales.skill.naive"]!).toBeGreaterThan(0.3);
  expect(judged.samples).toBe(2 * (24 * 14 - 23 - 6));
  expect(judged.skipped).toEqual({ "incomplete window": 2 * (23 + 6) });

  const out = join(folder, "answers.csv");
  const predicted = await result<PredictionResult>("prediction", "predict", done.model!, join(folder, "sales.csv"), "--out", out);
  const [head, first] = readFileSync(out, "utf8").split("\n");
  expect(head).toBe("sample,sales+1,sales+2,sales+3,sales+4,sales+5,sales+6");
  expect(first).toMatch(/^north 2024-03-01T23:00/);
  expect(predicted.samples).toBe(judged.samples);

  // A table that is shorter than a window has no answer, and leaves no file.
  const short = join(folder, "short.csv");
  writeFileSync(short, hours().split("\n").slice(0, 6).join("\n"));
  const none = await lathe("predict", done.model!, short, "--out", join(folder, "none.csv"));
  expect(none.stderr).toContain(
    `error: none of the 5 rows of ${short} can be answered for: incomplete window (5); give the values or rows that the model reads`,
  );
  expect(none.code).toBe(1);
  expect(existsSync(join(folder, "none.csv"))).toBe(false);
});

test("texts are read word by word: trained, judged, and answered, with the words in the exported file", async () => {
  const folder = temporaryFolder();
  const random = new Random("texts");
  const words = { good: ["fine", "lovely", "great"], bad: ["dull", "awful", "poor"] } as const;
  const others = ["the", "film", "was", "and", "acting", "music", "very"];
  const row = (label: "good" | "bad") => {
    const text = Array.from({ length: 3 + random.below(6) }, () => others[random.below(others.length)]);
    text[random.below(text.length)] = words[label][random.below(3)];
    return `"${text.join(" ")}.",${label}`;
  };
  const table = ["review,label", ...Array.from({ length: 240 }, (_, i) => row(i % 2 === 0 ? "good" : "bad"))].join("\n");
  writeFileSync(join(folder, "reviews.csv"), table);
  const texts: ProjectInput = {
    version: 1,
    name: "reviews",
    data: {
      source: { type: "table", path: "reviews.csv" },
      inputs: [{ name: "review", type: "text", column: "review", length: 12, vocabulary: 50 }],
      targets: [{ name: "label", type: "category", column: "label" }],
    },
    model: {
      layers: [
        { id: "words", type: "Embedding", numEmbeddings: 50, embeddingDim: 8, paddingIdx: 0 },
        { id: "turned", type: "Permute", dims: [0, 2, 1] },
        { id: "mean", type: "AdaptiveAvgPool1d" },
        { id: "features", type: "Flatten" },
        { id: "out", type: "Linear", outFeatures: "classes" },
      ],
      outputs: [{ target: "label", from: "out" }],
    },
    training: { epochs: 12, batchSize: 16, optimizer: { type: "Adam", lr: 0.03 } },
  };
  writeFileSync(join(folder, "project.json"), JSON.stringify(texts));
  const done = await result<DoneEvent>("done", "train", folder);
  expect(done.test["label.accuracy"]!).toBeGreaterThan(0.9);
  writeFileSync(join(folder, "more.csv"), `review\n"A LOVELY film!"\n"so dull, so poor"\n`);
  const out = join(folder, "answers.csv");
  await result("prediction", "predict", done.model!, join(folder, "more.csv"), "--out", out);
  const answers = readFileSync(out, "utf8").trim().split("\n").slice(1);
  expect(answers.map((line) => line.split(",")[1])).toEqual(["good", "bad"]);

  // Without an Embedding the numbers of words would be quantities.
  const without = { ...texts, model: { ...texts.model, layers: [{ id: "flat", type: "Linear", outFeatures: 4 }, texts.model.layers[4]!] } };
  writeFileSync(join(folder, "project.json"), JSON.stringify(without));
  const refused = await lathe("train", folder);
  expect(refused.code).toBe(1);
  expect(refused.stderr).toMatch(
    /layer flat \(Linear\) reads input review as quantities, but it holds numbers of words or characters.*Embedding with numEmbeddings 50/,
  );
});
