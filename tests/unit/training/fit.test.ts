import { describe, expect, it, onTestFinished } from "vitest";
import type { EpochEvent, MetricValues, RunEvent } from "../../../src-main/contract/events.js";
import { keptEpoch } from "../../../src-main/contract/kept-epoch.js";
import { loadCheckpoint } from "../../../src-main/training/runs/checkpoint.js";
import { combinedLoss } from "../../../src-main/training/combining/index.js";
import { TrainingControl } from "../../../src-main/training/process/control.js";
import { type FitSetting, fit } from "../../../src-main/training/fit.js";
import type { Position } from "../../../src-main/training/runs/position.js";
import { RunFolder } from "../../../src-main/training/runs/run-folder.js";
import type { TrainingSpec } from "../../../src-main/training/network/specification.js";
import { expectClose } from "../../support/close.js";
import { epochsOf } from "../../support/epochs-of.js";
import { temporaryFolder } from "../../support/temporary-folder.js";
import type { Weights } from "../../../src-main/training/network/weights.js";
import type { TrainingBatch } from "../../../src-main/training/trainer.js";
import { type Described, randomBatch, trainerOf, trainingSpec } from "../../support/training-spec.js";

const STEPS = 5;
/** The last batch of an epoch is smaller. */
const sizeOf = (step: number) => (step % STEPS === STEPS - 1 ? 3 : 8);

function specOf(training: Described["training"]): TrainingSpec {
  return trainingSpec({
    inputs: { x: 4 },
    targets: [
      { name: "kind", kind: "category", width: 3 },
      { name: "size", kind: "numeric", width: 1 },
    ],
    training,
    model: {
      layers: [
        { id: "fc", type: "Linear", outFeatures: 6 },
        { id: "bn", type: "BatchNorm1d" },
        { id: "act", type: "ReLU" },
        { id: "drop", type: "Dropout", p: 0.2 },
        { id: "a", type: "Linear", outFeatures: "classes" },
        { id: "b", type: "Linear", from: ["drop"], outFeatures: 1 },
      ],
      outputs: [
        { target: "kind", from: "a" },
        { target: "size", from: "b" },
      ],
    },
  });
}

interface Ran {
  readonly events: readonly RunEvent[];
  readonly epochs: readonly EpochEvent[];
  readonly result: Awaited<ReturnType<typeof fit>>;
  readonly run: RunFolder;
  readonly state: Readonly<Record<string, readonly number[]>>;
}

/** One go of the loop: a new trainer, as in a new process. `before` is called before each step of the whole run, from 0. */
async function go(
  spec: TrainingSpec,
  more: {
    readonly validate?: FitSetting["validate"];
    readonly run?: RunFolder;
    readonly before?: (step: number, control: TrainingControl) => void;
    readonly batch?: (step: number) => TrainingBatch;
  } = {},
): Promise<Ran> {
  const trainer = await trainerOf(spec);
  onTestFinished(() => trainer.dispose());
  const run = more.run ?? RunFolder.create(temporaryFolder());
  const events: RunEvent[] = [];
  const control = new TrainingControl();
  let next = 0;
  const result = await fit(
    {
      trainer,
      training: spec.training,
      targets: ["kind", "size"],
      validate: more.validate,
      run,
      control,
      clock: () => 0,
      emit: (event) => events.push(event),
      batches: {
        stepsPerEpoch: STEPS,
        start: (epoch, step) => {
          next = (epoch - 1) * STEPS + step;
        },
        next: () => {
          more.before?.(next, control);
          return more.batch?.(next++) ?? randomBatch(spec, sizeOf(next), next++);
        },
      },
    },
    loadCheckpoint<Position>(run.checkpoints, () => expect.unreachable()),
  );
  const state = Object.fromEntries(Object.entries(trainer.state).map(([name, v]) => [name, [...v]]));
  return { events, result, run, state, epochs: events.filter((e) => e.event === "epoch") };
}

describe("the training loop", () => {
  it("tells the loss of an only target without its weight, and the loss that is trained on with it", async () => {
    const weighted = (weight: number) =>
      trainingSpec({
        inputs: { x: 4 },
        targets: [{ name: "size", kind: "numeric", width: 1 }],
        training: { losses: { size: { type: "MSELoss", weight } } },
        model: { layers: [{ id: "fc", type: "Linear", outFeatures: 1 }], outputs: [{ target: "size", from: "fc" }] },
      });
    const [plain, heavy] = await Promise.all(
      [1, 4].map(async (weight) => {
        const trainer = await trainerOf(weighted(weight));
        onTestFinished(() => trainer.dispose());
        return trainer.step(randomBatch(weighted(weight), 8, 0), 1, 0.05, false);
      }),
    );
    expectClose([heavy!.loss, ...heavy!.losses], [4 * plain!.loss, plain!.loss], 1e-6, "losses");
    expect(plain!.losses).toEqual([plain!.loss]);
  });

  it("tells each epoch's mean loss by sample, so that a smaller last batch counts less", async () => {
    const spec = specOf({ epochs: 1, optimizer: { type: "SGD", lr: 0.05 } });
    const trainer = await trainerOf(spec);
    onTestFinished(() => trainer.dispose());
    const sums = [0, 0, 0];
    for (let i = 0; i < STEPS; i++) {
      const { loss, losses } = await trainer.step(randomBatch(spec, sizeOf(i), i), i + 1, 0.05, false);
      [loss, ...losses].forEach((v, k) => {
        sums[k]! += v * sizeOf(i);
      });
    }
    const {
      epochs: [epoch],
    } = await go(spec);
    expectClose(
      [epoch!.train["loss"]!, epoch!.train["kind.loss"]!, epoch!.train["size.loss"]!],
      sums.map((s) => s / 35),
      1e-5,
      "mean losses",
    );
    expect(epoch).toMatchObject({ epoch: 1, best: true, validation: {} });
    expect(Object.keys(epoch!.layers).sort()).toEqual(["a", "act", "b", "bn", "fc"]);
  });

  it("ends when validation has not improved for so long, with the weights of the best epoch and the learning rate lowered on the way", async () => {
    const losses = [3, 2, 1, 1.5, 1.5, 1.5, 0.5];
    const seen: number[][] = [];
    const spec = specOf({
      epochs: 20,
      optimizer: { type: "SGD", lr: 0.05 },
      earlyStopping: { patience: 3 },
      schedule: { type: "ReduceLROnPlateau", patience: 1, factor: 0.5 },
    });
    const validate = ({ parameters }: Weights): Promise<MetricValues> => {
      seen.push([...parameters]);
      return Promise.resolve({ loss: losses[seen.length - 1]! });
    };
    const { result, epochs } = await go(spec, { validate });
    expect(result).toMatchObject({ ended: "early-stopping", epochs: 6, bestEpoch: 3 });
    expect([...result.parameters]).toEqual(seen[2]);
    expect(seen[5]).not.toEqual(seen[2]);
    expect(epochs.map((e) => e.best)).toEqual([true, true, true, false, false, false]);
    expectClose(
      epochs.map((e) => e.learningRate),
      [0.05, 0.05, 0.05, 0.05, 0.05, 0.025],
      1e-9,
      "learning rates",
    );

    seen.length = 0;
    const last = await go({ ...spec, training: { ...spec.training, restoreBest: false } }, { validate });
    expect(last.result).toMatchObject({ ended: "early-stopping", bestEpoch: 6 });
    expect([...last.result.parameters]).toEqual(seen[5]);
    // What is called the run's epoch everywhere is the one whose weights it gives.
    expect([keptEpoch(epochs)?.epoch, keptEpoch(last.epochs)?.epoch]).toEqual([3, 6]);
  });

  it("is cancelled even in its very last step, and then has only its export left", async () => {
    const spec = specOf({ epochs: 2, optimizer: { type: "SGD", lr: 0.05 } });
    const cancelled = await go(spec, {
      before: (step, control) => {
        if (step === 2 * STEPS - 1) control.cancel();
      },
    });
    expect(cancelled.result).toMatchObject({ ended: "cancelled", epochs: 2 });
    const { events, result } = await go(spec, { run: cancelled.run });
    expect([events, result.ended, result.epochs]).toEqual([[], "completed", 2]);
    expect(result.parameters).toEqual((await go(spec)).result.parameters);
  });

  it("has completed where it is stopped while its last epoch is judged, and says that it heard", async () => {
    const spec = specOf({ epochs: 2, optimizer: { type: "SGD", lr: 0.05 } });
    let [control, judged] = [undefined as TrainingControl | undefined, 0];
    const { result, events } = await go(spec, {
      before: (_, steered) => {
        control = steered;
      },
      validate: () => {
        if (++judged === 2) control?.stop();
        return Promise.resolve({ loss: 1 });
      },
    });
    expect(result).toMatchObject({ ended: "completed", epochs: 2 });
    expect(events.filter(({ event }) => event === "state")).toEqual([{ event: "state", state: "stopping" }]);
    judged = 1;
    const early = await go(
      { ...spec, training: { ...spec.training, epochs: 3 } },
      {
        before: (_, steered) => {
          control = steered;
        },
        validate: () => {
          if (++judged === 2) control?.stop();
          return Promise.resolve({ loss: 1 });
        },
      },
    );
    expect(early.result).toMatchObject({ ended: "stopped", epochs: 1 });
  });

  it("tells losses that are normalized by one set of divisors for training and validation, in every epoch, and after it was taken up again", async () => {
    const losses = { kind: { type: "CrossEntropyLoss", weight: 2 }, size: { type: "MSELoss", weight: 0.5 } };
    const spec = specOf({ epochs: 4, optimizer: { type: "SGD", lr: 0.3 }, combine: "normalized", losses, checkpointSeconds: 0 });
    const trainer = await trainerOf(spec);
    onTestFinished(() => trainer.dispose());
    const largest = [0, 0];
    for (let i = 0; i < STEPS; i++) {
      const step = await trainer.step(randomBatch(spec, sizeOf(i), i), i + 1, 0.3, false);
      step.losses.forEach((loss, k) => {
        largest[k] = Math.max(largest[k]!, loss);
      });
    }
    const asked: (readonly number[])[] = [];
    const validate: FitSetting["validate"] = (_, terms) => {
      asked.push(terms.map(({ factor }) => factor));
      return Promise.resolve({ loss: combinedLoss(terms, [1, 3]) });
    };
    const first = await go(spec, {
      validate,
      before: (step, control) => {
        if (step === 2 * STEPS + 1) control.stop();
      },
    });
    const second = await go(spec, { validate, run: first.run });
    const epochs = [...first.epochs, ...second.epochs];
    expect(epochs).toHaveLength(4);
    const factors = [2 / largest[0]!, 0.5 / largest[1]!];
    for (const told of asked) expectClose(told, factors, 1e-6, "factors");
    for (const { train, validation } of epochs) {
      expectClose([train["loss"]!], [(2 * train["kind.loss"]!) / largest[0]! + (0.5 * train["size.loss"]!) / largest[1]!], 1e-5, "training loss");
      expectClose([train["kind.weight"]!, train["size.weight"]!], factors, 1e-6, "factors that are told");
      expectClose([validation["loss"]!], [2 / largest[0]! + 1.5 / largest[1]!], 1e-5, "validation loss");
    }
    expectClose(
      second.result.terms.map(({ factor }) => factor),
      factors,
      1e-6,
      "factors of the report",
    );
    // Stopped before its first epoch was over, they are those so far.
    const early = await go(spec, { validate, before: (_, control) => control.stop() });
    expect(early.result.terms).toHaveLength(2);
  });

  it("says that a network does not learn though the uncertainty of its losses does, which alone moves the loss", async () => {
    const spec = specOf({ epochs: 6, optimizer: { type: "SGD", lr: 0.1 }, combine: "uncertainty", groups: [{ layers: ["*"], lr: 1e-9 }] });
    const drawn = randomBatch(spec, 8, 0);
    const { epochs, events } = await go(spec, { batch: () => drawn });
    expect(epochs[5]!.train["loss"]!).toBeLessThan(0.99 * epochs[0]!.train["loss"]!);
    const warned = events.flatMap((event) => (event.event === "warning" ? [event.code] : []));
    expect(warned.filter((code) => code === "loss-not-moving")).toHaveLength(1);
  });

  it("leaves a frozen layer's weights and running statistics as they are, and says that it is frozen", async () => {
    const spec = specOf({ epochs: 2, optimizer: { type: "SGD", lr: 0.1, weightDecay: 0.1 }, groups: [{ layers: ["fc", "b*"], frozen: true }] });
    const trainer = await trainerOf(spec);
    onTestFinished(() => trainer.dispose());
    const before = structuredClone({ frozen: trainer.frozen, buffers: trainer.buffers });
    const { result, epochs } = await go(spec);
    expect({ frozen: result.frozen, buffers: result.buffers }).toEqual(before);
    expect(result.frozen).toHaveLength(4 * 6 + 6 + 2 * 6 + 6 + 1);
    const { layers } = epochs[1]!;
    expect([layers["fc"], layers["bn"], layers["b"]]).toEqual([{ frozen: true }, { frozen: true }, { frozen: true }]);
    expect(Object.keys(layers["a"]!)).toEqual(expect.arrayContaining(["gradientNorm", "weightNorm", "updateRatio"]));
  });

  it("says what there is to watch where the monitor is nothing of that", async () => {
    const spec = specOf({ epochs: 2, optimizer: { type: "SGD", lr: 0.05 }, earlyStopping: { monitor: "validation.kind.recall.nobody", patience: 3 } });
    await expect(go(spec, { validate: () => Promise.resolve({ loss: 1, "kind.accuracy": 0.5 }) })).rejects.toThrow(
      /there is no validation\.kind\.recall\.nobody; there are validation\.loss, validation\.kind\.accuracy/,
    );
  });

  it.each([
    [
      "Adam, losses over their running maxima, in the middle of an epoch",
      { optimizer: { type: "Adam", lr: 0.01 }, combine: "normalized" as const, schedule: { type: "OneCycleLR", maxLr: 0.05 } },
      7,
    ],
    [
      "momentum, clipped, as an epoch ends",
      { optimizer: { type: "SGD", lr: 0.05, momentum: 0.9 }, clipGradNorm: 1, schedule: { type: "StepLR", stepSize: 1, gamma: 0.5 } },
      9,
    ],
    [
      "learned uncertainty, in the middle of an epoch",
      { optimizer: { type: "AdamW", lr: 0.01 }, combine: "uncertainty" as const, schedule: { type: "ReduceLROnPlateau", patience: 0 } },
      8,
    ],
    [
      "frozen layers and groups, in the middle of an epoch",
      {
        optimizer: { type: "Adam", lr: 0.01, weightDecay: 0.01 },
        combine: "uncertainty" as const,
        groups: [
          { layers: ["fc", "bn"], frozen: true },
          { layers: ["b"], lr: 0.1, weightDecay: 0 },
        ],
      },
      12,
    ],
    ["centred RMSprop, after the first step", { optimizer: { type: "RMSprop", lr: 0.005, centered: true } }, 0],
  ])("resumes from where it was stopped as if it had not been, bit for bit: %s", async (_, training, stopAt) => {
    const spec = specOf({ epochs: 4, checkpointSeconds: 0, ...training });
    const whole = await go(spec);
    expect(whole.result.ended).toBe("completed");
    // A wish is heard before the next step: the one under way is still done.
    const first = await go(spec, {
      before: (step, control) => {
        if (step >= stopAt) control.stop();
      },
    });
    expect(first.result.ended).toBe("stopped");
    const second = await go(spec, { run: first.run });
    expect(second.result.ended).toBe("completed");
    expect(second.state).toEqual(whole.state);
    expect([...second.result.parameters]).toEqual([...whole.result.parameters]);
    expect([...first.epochs, ...second.epochs]).toEqual(whole.epochs);
    expect(epochsOf(first.run)).toEqual(epochsOf(whole.run));
  });
});
