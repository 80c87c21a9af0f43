import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { losses } from "../../../src-main/losses/index.js";
import { schedules } from "../../../src-main/optimizers/schedules/index.js";
import { findPython } from "../../../src-main/training/exporting/ask-python.js";
import { type Packed, readGolden } from "../../support/goldens.js";

/** The parts that `train.py` is put together from, each run in PyTorch. */
const python = (await findPython()) ?? "";
const run = <T>(program: string) => JSON.parse(execFileSync(python, ["-c", program], { encoding: "utf8" })) as T;

const [epochs, stepsPerEpoch, lr] = [12, 7, 0.08];
const cases = [
  { type: "constant" },
  { type: "StepLR", stepSize: 3, gamma: 0.5 },
  { type: "CosineAnnealingLR", etaMin: 0.01 },
  { type: "CosineAnnealingLR", tMax: 5 },
  { type: "OneCycleLR", maxLr: 0.2, pctStart: 0.4, annealStrategy: "linear", threePhase: true },
  { type: "ReduceLROnPlateau", factor: 0.5, patience: 1, threshold: 0.01 },
  { type: "LinearWarmup", steps: 10 },
  { type: "LinearWarmup", epochs: 2, startFactor: 0.1, after: { type: "CosineAnnealingLR", etaMin: 0.001 } },
  { type: "LinearWarmup", epochs: 1.5, after: { type: "StepLR", stepSize: 2, gamma: 0.3 } },
];
/** Validation losses, which stop falling. */
const watched = Array.from({ length: epochs }, (_, k) => Math.max(0.5, 1 - k / 8));

test.skipIf(python === "")("every schedule gives PyTorch's steps the rates that it gives ours", () => {
  expect([...new Set(cases.map(({ type }) => type))].sort()).toEqual([...schedules.types].sort());
  const made = cases.map((config) => {
    const definition = schedules.get(config.type);
    const parsed = definition.config.parse(config);
    const schedule = definition.create(parsed, { learningRate: lr, epochs, stepsPerEpoch });
    const ours = watched.flatMap((loss) => {
      const rates = Array.from({ length: stepsPerEpoch }, () => {
        const rate = schedule.learningRate();
        schedule.afterStep();
        return rate;
      });
      schedule.afterEpoch(loss);
      return rates;
    });
    return { ours, torch: definition.torch(parsed, { learningRate: lr, epochs: "epochs", stepsPerEpoch: "steps_per_epoch" }) };
  });
  const functions = made.map(({ torch: { lines, each } }, i) => {
    const body = lines.map((line) => `    ${line}`).join("\n");
    return `def make_${i}(optimizer, epochs, steps_per_epoch):\n${body}\n\nrates.append(run(make_${i}, "${each}"))\n`;
  });
  const theirs = run<number[][]>(`
import json, math, warnings
import torch
warnings.simplefilter("ignore")
rates = []
def run(make, each):
    parameter = torch.nn.Parameter(torch.zeros(1))
    optimizer = torch.optim.SGD([parameter], lr=${lr})
    scheduler = make(optimizer, ${epochs}, ${stepsPerEpoch})
    told = []
    for loss in ${JSON.stringify(watched)}:
        for _ in range(${stepsPerEpoch}):
            told.append(optimizer.param_groups[0]["lr"])
            optimizer.step()
            if each == "step" and len(told) < ${epochs * stepsPerEpoch}:
                scheduler.step()
        if each == "epoch":
            scheduler.step()
        if each == "value":
            scheduler.step(loss)
    return told
${functions.join("\n")}
print(json.dumps(rates))
`);
  made.forEach(({ ours }, i) => {
    const apart = Math.max(...ours.map((rate, k) => Math.abs(rate - theirs[i]![k]!)));
    expect([cases[i], apart < 1e-9 * Math.max(1, lr)]).toEqual([cases[i], true]);
  });
});

test("a schedule without such a form says so", () => {
  const definition = schedules.get("LinearWarmup");
  const config = definition.config.parse({ type: "LinearWarmup", after: { type: "ReduceLROnPlateau" } });
  expect(() => definition.torch(config, { learningRate: lr, epochs: "epochs", stepsPerEpoch: "steps_per_epoch" })).toThrow(
    "a LinearWarmup with ReduceLROnPlateau after it has no such form in PyTorch",
  );
});

interface Case {
  readonly name: string;
  readonly loss: string;
  readonly kind: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly whole: { readonly output: Packed; readonly target: Packed; readonly loss: number };
}

test.skipIf(python === "")("every loss that compares no samples is PyTorch's of the golden numbers", () => {
  const golden = readGolden<readonly Case[]>("losses.json").flatMap((one) => {
    const definition = losses.get(one.loss);
    const torch = definition.torch?.(definition.config.parse(one.config));
    return torch ? [{ ...one, torch }] : [];
  });
  expect([...new Set(golden.map(({ loss }) => loss))].sort()).toEqual(
    losses.all
      .filter(({ draws }) => !draws)
      .map(({ type }) => type)
      .sort(),
  );
  const definitions = [...new Set(golden.map(({ torch }) => torch.definition ?? ""))].join("\n");
  const tensor = ({ data, dims }: Packed, dtype: string) => `torch.tensor(${JSON.stringify(data)}, dtype=torch.${dtype}).reshape(${JSON.stringify(dims)})`;
  const values = golden.map(({ torch, kind, whole }) => {
    return `    (${torch.code})(${tensor(whole.output, "float32")}, ${tensor(whole.target, kind === "category" ? "int64" : "float32")}).item(),`;
  });
  const got = run<number[]>(`import json\nimport torch\nfrom torch import nn\n${definitions}\nprint(json.dumps([\n${values.join("\n")}\n]))`);
  golden.forEach(({ name, whole }, i) => expect([name, Math.abs(got[i]! - whole.loss) <= 1e-5 * Math.max(1, Math.abs(whole.loss))]).toEqual([name, true]));
});
