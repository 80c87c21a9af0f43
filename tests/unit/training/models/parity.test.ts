import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { Random } from "../../../../src-main/base/random.js";
import { parseProject } from "../../../../src-main/contract/project.js";
import { runReport } from "../../../../src-main/contract/report.js";
import { type Engine } from "../../../../src-main/engines/engine.js";
import { chooseEngine } from "../../../../src-main/engines/index.js";
import { bareNetwork } from "../../../../src-main/exporters/bare-network.js";
import { decodeModel, encodeModel } from "../../../../src-main/onnx/protobuf.js";
import { tensor } from "../../../../src-main/onnx/types.js";
import { inferTypes } from "../../../../src-main/ops/index.js";
import { Evaluator } from "../../../../src-main/training/judging/evaluator.js";
import { type FinishedFit, finish } from "../../../../src-main/training/finish.js";
import { buildInferenceModel } from "../../../../src-main/training/models/inference-model.js";
import { PARITY_TOLERANCE, checkParity } from "../../../../src-main/training/models/parity.js";
import { checkExport } from "../../../../src-main/training/models/check-export.js";
import { TrainingControl } from "../../../../src-main/training/process/control.js";
import { RunFolder } from "../../../../src-main/training/runs/run-folder.js";
import { Trainer } from "../../../../src-main/training/trainer.js";
import { type Workbench, openWorkbench } from "../../../../src-main/training/workbench.js";
import { temporaryFolder } from "../../../support/temporary-folder.js";

const ROWS = 240;

/** Numbers, a word, a yes or no (with gaps in the last two), and four things to predict: a class, a yes or no, millions around 0, millionths. */
function writeTable(folder: string): void {
  const random = new Random(1, "parity");
  const rows = Array.from({ length: ROWS }, (_, i) => {
    const [a, b, member] = [random.normal(), 20 + 5 * random.normal(), random.below(2)];
    const color = ["red", "green", "blue"][random.below(3)]!;
    const level = a + (color === "red" ? 1 : 0) - member;
    return [
      a,
      i % 11 === 3 ? "" : b,
      i % 17 === 5 ? "" : color,
      i % 13 === 7 ? "" : ["no", "yes"][member],
      level > 0.7 ? "high" : level < -0.7 ? "low" : "mid",
      level > 0 ? 1 : 0,
      2e6 * level,
      3e-6 * level,
    ].join();
  });
  writeFileSync(join(folder, "t.csv"), `a,b,color,member,grade,good,money,trace\n${rows.join("\n")}\n`);
}

const project = parseProject({
  version: 1,
  name: "parity",
  seed: 3,
  data: {
    source: { type: "table", path: "t.csv" },
    inputs: [
      { name: "numbers", type: "numeric", columns: ["a", "b"] },
      { name: "color", type: "category", column: "color" },
      { name: "member", type: "binary", column: "member" },
    ],
    targets: [
      { name: "grade", type: "category", column: "grade" },
      { name: "good", type: "binary", column: "good" },
      { name: "money", type: "numeric", column: "money", normalize: "standard" },
      { name: "trace", type: "numeric", column: "trace" },
    ],
  },
  model: {
    layers: [
      { id: "all", type: "Concat", from: ["numbers", "color", "member"] },
      { id: "fc", type: "Linear", outFeatures: 16 },
      { id: "bn", type: "BatchNorm1d" },
      { id: "act", type: "GELU" },
      { id: "drop", type: "Dropout", p: 0.2 },
      { id: "grades", type: "Linear", outFeatures: "classes" },
      ...["goods", "moneys"].map((id) => ({ id, type: "Linear", from: ["drop"], outFeatures: 1 })),
      // Answers as small as the column they are for.
      { id: "traces", type: "Linear", from: ["drop"], outFeatures: 1, init: { type: "normal", std: 1e-6 }, initBias: "zeros" },
    ],
    outputs: [
      { target: "grade", from: "grades" },
      { target: "good", from: "goods" },
      { target: "money", from: "moneys" },
      { target: "trace", from: "traces" },
    ],
  },
  training: { epochs: 1, batchSize: 16, optimizer: { type: "SGD", lr: 0.01 } },
});

interface Trained {
  readonly bench: Workbench;
  readonly evaluator: Evaluator;
  readonly fitted: FinishedFit;
  readonly model: Uint8Array;
}

/** One epoch of real training, and the file that is made of it. */
async function trained(folder = temporaryFolder()): Promise<Trained> {
  writeTable(folder);
  const bench = await openWorkbench({ project, folder, choice: await chooseEngine("onnxruntime", "cpu"), emit: () => undefined });
  const trainer = await Trainer.create(bench.spec, bench.choice.engine, bench.compile, project.seed);
  const evaluator = await Evaluator.create(bench.spec, bench.choice.engine, bench.compile);
  const loader = bench.trainingLoader();
  onTestFinished(async () => {
    await loader.dispose();
    await trainer.dispose();
    await evaluator.dispose();
  });
  loader.start(1, 0);
  for (let step = 1; step <= loader.stepsPerEpoch; step++) await trainer.step(await loader.next(), step, 0.01, false);
  const fitted: FinishedFit = {
    ended: "completed",
    epochs: 1,
    bestEpoch: 1,
    parameters: trainer.parameters,
    frozen: trainer.frozen,
    buffers: trainer.buffers,
    terms: trainer.lossTerms(),
    seconds: 1,
    warnings: [],
  };
  const model = buildInferenceModel(bench.spec, { project: "parity", fitted: bench.prepared.fitted, thresholds: { good: 0.5 }, fingerprint: "x" }, fitted);
  return { bench, evaluator, fitted, model };
}

/** The same file with one number of one tensor changed. */
function tampered(model: Uint8Array, name: string, factor: number): Uint8Array {
  const decoded = decodeModel(model, inferTypes);
  const found = decoded.graph.initializers.get(name);
  if (found?.dtype !== "float32") throw new Error(`there is no ${name} among ${[...decoded.graph.initializers.keys()].join(", ")}`);
  const values = [...found.data];
  // The largest, so that it surely counts.
  const at = values.reduce((best, v, i) => (Math.abs(v) > Math.abs(values[best]!) ? i : best), 0);
  values[at]! *= factor;
  const initializers = new Map([...decoded.graph.initializers, [name, tensor("float32", values, found.dims)] as const]);
  return encodeModel({ ...decoded, graph: { ...decoded.graph, initializers } });
}

async function parityOf({ bench, evaluator, fitted }: Trained, model: Uint8Array) {
  const loader = bench.splitLoader("validation");
  const session = await bench.choice.engine.load(model, { device: "cpu", threads: 1 });
  try {
    const predictions = await evaluator.predict(loader, bench.prepared.counts.validation, fitted);
    return await checkParity({
      model: session,
      fitted: bench.prepared.fitted,
      targets: bench.spec.targets,
      rows: bench.prepared.readRaw("validation"),
      trained: predictions,
      split: "validation",
      ownUnit: (target, value, k) => {
        const judged = bench.judged.get(target)!;
        return judged.kind === "numeric" && judged.restore ? judged.restore(value, k) : value;
      },
      decide: (target, outputs) =>
        target.kind === "category" ? outputs.indexOf(Math.max(...outputs)) : target.kind === "binary" ? Number(outputs[0]! > 0.5) : undefined,
    });
  } finally {
    await session.dispose();
    await loader.dispose();
  }
}

/** How many times larger logits become. */
const SURE = 200;
const BITS = 1.5e-5;

/** Of the first validation row the two likeliest grades, with their logits but for a constant. */
async function twoLikeliest({ bench, evaluator, fitted }: Trained) {
  const loader = bench.splitLoader("validation");
  try {
    const { outputs } = await evaluator.predict(loader, bench.prepared.counts.validation, fitted);
    const { width } = bench.spec.targets.find(({ name }) => name === "grade")!;
    const row = [...outputs.get("grade")!.subarray(0, width)].map((probability, at) => ({ at, logit: Math.log(probability) }));
    const [first, second] = row.sort((a, b) => b.logit - a.logit);
    return [first!, second!] as const;
  } finally {
    await loader.dispose();
  }
}

describe("the parity gate", () => {
  it("allows a network that is all too sure of itself what its large logits round off, and no more", async () => {
    const run = await trained();
    // Every row is decided for good but the first, whose two likeliest classes are alike: of their large logits the last bits show.
    const [weight, bias] = ["grades.weight", "grades.bias"].map((name) => run.bench.spec.layout.parameters.find((slice) => slice.name === name)!);
    const [first, second] = await twoLikeliest(run);
    const fitted = { ...run.fitted, parameters: run.fitted.parameters.slice() };
    fitted.parameters[bias!.offset + second.at]! += first.logit - second.logit;
    for (const { offset, size } of [weight!, bias!]) for (let i = offset; i < offset + size; i++) fitted.parameters[i]! *= SURE;
    const model = buildInferenceModel(
      run.bench.spec,
      { project: "parity", fitted: run.bench.prepared.fitted, thresholds: { good: 0.5 }, fingerprint: "x" },
      fitted,
    );
    const sure = { ...run, fitted, model };
    // A number that is some last bits off, and one that is another.
    const [bits, other] = [await parityOf(sure, tampered(model, "grades.bias", 1 + BITS)), await parityOf(sure, tampered(model, "grades.bias", 1.0001))];
    expect(bits.passed).toBe(true);
    expect(bits.maxDifference).toBeGreaterThan(PARITY_TOLERANCE / 4);
    expect(other.passed).toBe(false);
  });

  it("passes the file that training made: four targets from three inputs with gaps, numbers of any size", async () => {
    const run = await trained();
    const parity = await parityOf(run, run.model);
    expect(parity).toMatchObject({
      rows: run.bench.prepared.counts.validation,
      split: "validation",
      equalDecisions: 1,
      tolerance: PARITY_TOLERANCE,
      passed: true,
    });
    expect(parity.rows).toBeGreaterThan(30);
    expect(parity.maxDifference).toBeLessThan(PARITY_TOLERANCE);
  });

  it("passes a file that was read and written again", async () => {
    const run = await trained();
    expect((await parityOf(run, encodeModel(decodeModel(run.model, inferTypes)))).passed).toBe(true);
  });

  it("refuses a file in which one number is another, wherever it stands and whatever target it is for", async () => {
    const run = await trained();
    for (const name of ["fc.weight", "bn.weight", "bn.runningMean", "bn.runningVar", "grades.bias", "goods.weight", "moneys.weight", "traces.weight"]) {
      const parity = await parityOf(run, tampered(run.model, name, 1.01));
      expect(parity.passed, `${name}, ${parity.maxDifference}`).toBe(false);
    }
  });

  it("counts the predictions that differ", async () => {
    const run = await trained();
    const { equalDecisions, passed } = await parityOf(run, tampered(run.model, "grades.weight", -20));
    expect(passed).toBe(false);
    expect(equalDecisions).toBeLessThan(1);
    expect(equalDecisions).toBeGreaterThan(0);
  });

  it("refuses a file that answers with no number", async () => {
    const run = await trained();
    const parity = await parityOf(run, tampered(run.model, "moneys.weight", NaN));
    expect(parity.passed).toBe(false);
    expect(JSON.parse(JSON.stringify(parity))).toEqual(parity);
  });
});

describe("a file without preprocessing", () => {
  it("is handed out where it answers as the run's own does, fed what that makes of made-up rows", async () => {
    const folder = temporaryFolder();
    const run = await trained(folder);
    const model = join(folder, "model.onnx");
    writeFileSync(model, run.model);
    expect(await checkExport({ model, bare: bareNetwork(run.model) })).toMatchObject({ rows: 256, passed: true, equalDecisions: 1 });
  });

  it("is refused where one number is another, with the sentence of the gate", async () => {
    const folder = temporaryFolder();
    const run = await trained(folder);
    const model = join(folder, "model.onnx");
    writeFileSync(model, run.model);
    for (const name of ["fc.weight", "bn.runningMean", "grades.bias", "goods.weight", "moneys.weight", "traces.weight"]) {
      const check = checkExport({ model, bare: bareNetwork(tampered(run.model, name, 1.05)) });
      await expect(check, name).rejects.toMatchObject({ code: "export.parity" });
      await expect(check).rejects.toThrow(
        /^the exported model's answers differ from the trainer's by up to \S+ on 256 made-up rows \(allowed: 0\.00001; .+\), so it is not handed out; export it with its preprocessing inside$/,
      );
    }
  });
});

describe("finishing a run", () => {
  it("hears a cancel while it judges, and hands out nothing", async () => {
    const folder = temporaryFolder();
    const { bench, evaluator, fitted } = await trained(folder);
    const run = RunFolder.create(folder);
    const control = new TrainingControl();
    const seen: string[] = [];
    const finishing = finish(
      bench,
      run,
      evaluator,
      fitted,
      (event) => {
        if (event.event === "stage") seen.push(event.stage);
        control.cancel();
      },
      control,
    );
    await expect(finishing).rejects.toMatchObject({ code: "cancelled" });
    expect(seen).toHaveLength(1);
    expect(["model.onnx", "report.json"].filter((name) => existsSync(run.file(name)))).toEqual([]);
  });

  it("hands out the model with a report that says it was checked", async () => {
    const folder = temporaryFolder();
    const { bench, evaluator, fitted } = await trained(folder);
    const run = RunFolder.create(folder);
    run.write("refused.onnx", "of an earlier try");
    const done = await finish(bench, run, evaluator, fitted, () => undefined);
    expect(done).toMatchObject({ event: "done", model: run.file("model.onnx"), report: run.file("report.json"), ended: "completed" });
    const report = runReport.parse(JSON.parse(readFileSync(run.file("report.json"), "utf8")));
    expect(report.parity).toMatchObject({ passed: true, rows: report.data.rows.validation });
    expect(report.model).toMatchObject({ file: "model.onnx", bytes: readFileSync(run.file("model.onnx")).length });
    expect(report.test?.metrics).toEqual(done.test);
    expect(existsSync(run.file("refused.onnx"))).toBe(false);
  });

  it("keeps a file that answers otherwise under another name, and says so in the error and in the report", async () => {
    const folder = temporaryFolder();
    const { bench, evaluator, fitted } = await trained(folder);
    const run = RunFolder.create(folder);
    run.write("model.onnx", "of the time before the run was taken up again");
    const { fileEngine: engine } = bench;
    // A runtime that computes something else from the file than what the trainer computed.
    const wrong: Engine = { ...engine, name: engine.name, load: (bytes, options) => engine.load(tampered(bytes, "fc.weight", 1.1), options) };
    const failure = finish({ ...bench, fileEngine: wrong }, run, evaluator, fitted, () => undefined);
    await expect(failure).rejects.toMatchObject({ code: "export.parity", details: { parity: { passed: false } } });
    await expect(failure).rejects.toThrow(
      /^the exported model's answers differ from the trainer's by up to \S+ on \d+ validation rows \(allowed: 0\.00001; .+\), so it is not handed out; it is kept as .*refused\.onnx for a look$/,
    );
    expect(existsSync(run.file("model.onnx"))).toBe(false);
    expect(decodeModel(readFileSync(run.file("refused.onnx")), inferTypes).metadata.get("lathe.project")).toBe("parity");
    const report = runReport.parse(JSON.parse(readFileSync(run.file("report.json"), "utf8")));
    expect(report.parity.passed).toBe(false);
    expect(report.parity.maxDifference).toBeGreaterThan(PARITY_TOLERANCE);
    expect(report.model.file).toBe("refused.onnx");
  });
});
