import { describe, expect, it } from "vitest";
import type { Engine } from "../../src-main/engines/engine.js";
import { onnxruntimeEngine } from "../../src-main/engines/onnxruntime/index.js";
import { schedules } from "../../src-main/optimizers/schedules/index.js";
import { TrainingControl } from "../../src-main/training/process/control.js";
import { fit } from "../../src-main/training/fit.js";
import { RunFolder } from "../../src-main/training/runs/run-folder.js";
import { names } from "../../src-main/training/network/specification.js";
import type { Trainer, TrainingBatch } from "../../src-main/training/trainer.js";
import { expectClose } from "../support/close.js";
import { readGolden } from "../support/goldens.js";
import { temporaryFolder } from "../support/temporary-folder.js";
import { tensorflowUnderTest } from "../support/tensorflow.js";
import { type Described, batchOf, piecesOf, trainerOf, trainingSpec, vectorOf } from "../support/training-spec.js";

interface Golden extends Described {
  readonly name: string;
  readonly stepsPerEpoch: number;
  readonly initial: Readonly<Record<string, readonly number[]>>;
  /** Where some of the running statistics stay as they are. */
  readonly initialBuffers?: Readonly<Record<string, readonly number[]>>;
  readonly sizes: readonly number[];
  readonly batches: readonly Readonly<Record<string, readonly number[]>>[];
  readonly losses: readonly number[];
  readonly targetLosses: readonly (readonly number[])[];
  readonly gradientNorms: readonly number[];
  readonly parameters: Readonly<Record<string, readonly number[]>>;
  readonly buffers: Readonly<Record<string, readonly number[]>>;
}

/**
 * PyTorch's numbers are float64, ours float32 from the same starting values. A step rounds each number at 6e-8 of its size, sums of a few dozen terms lose one
 * digit more, and ten steps feed the difference back into themselves. Where Adam divides a gradient by its own size an error of 1e-7 in a small gradient moves
 * a parameter by some 1e-6. A wrong formula, be it a biased variance or a forgotten step, differs by 1e-3 and more.
 */
const LOSS_TOLERANCE = 2e-6;
const PARAMETER_TOLERANCE = 5e-6;

const goldens = readGolden<readonly Golden[]>("training.json");

/** Each engine by itself: that they agree with each other is not enough. */
const engines = [onnxruntimeEngine, (await tensorflowUnderTest()).engine];

async function started(
  golden: Golden,
  engine: Engine,
): Promise<{ trainer: Trainer; batches: readonly TrainingBatch[]; spec: ReturnType<typeof trainingSpec> }> {
  const spec = trainingSpec(golden);
  const trainer = await trainerOf(spec, 1, engine);
  const { parameters, frozen, buffers } = spec.layout;
  const isFrozen = (name: string) => frozen.some((slice) => slice.name === name);
  const pick = (wanted: boolean) => Object.fromEntries(Object.entries(golden.initial).filter(([name]) => isFrozen(name) === wanted));
  trainer.restore({
    ...trainer.state,
    [names.parameters]: vectorOf(parameters, pick(false)),
    [names.frozen]: vectorOf(frozen, pick(true)),
    ...(golden.initialBuffers ? { [names.buffers]: vectorOf(buffers, golden.initialBuffers) } : {}),
  });
  return { spec, trainer, batches: golden.batches.map((values, i) => batchOf(spec, golden.sizes[i]!, values)) };
}

function expectEnd(golden: Golden, { spec, trainer }: Awaited<ReturnType<typeof started>>): void {
  const { parameters, frozen } = spec.layout;
  const pieces = { ...piecesOf(parameters, trainer.parameters), ...piecesOf(frozen, trainer.frozen) };
  for (const [name, wanted] of Object.entries(golden.parameters)) expectClose(pieces[name]!, wanted, PARAMETER_TOLERANCE, name);
  expect(spec.layout.buffers.map((b) => b.name).sort()).toEqual(Object.keys(golden.buffers).sort());
  for (const [name, wanted] of Object.entries(golden.buffers))
    expectClose(piecesOf(spec.layout.buffers, trainer.buffers)[name]!, wanted, PARAMETER_TOLERANCE, name);
}

describe.each(engines)("ten training steps of $name are PyTorch's", (engine) => {
  it.each(goldens.map((g) => [g.name, g] as const))("%s", async (_, golden) => {
    const start = await started(golden, engine);
    const { spec, trainer, batches } = start;
    const schedule = schedules.get(spec.training.schedule?.type ?? "constant");
    const rates = schedule.create(schedule.config.parse(spec.training.schedule ?? { type: "constant" }), {
      learningRate: Number(spec.training.optimizer["lr"]),
      epochs: batches.length / golden.stepsPerEpoch,
      stepsPerEpoch: golden.stepsPerEpoch,
    });
    try {
      for (const [i, batch] of batches.entries()) {
        // Every other step with diagnosis: the two programs are to be the same training.
        const { loss, losses } = await trainer.step(batch, i + 1, rates.learningRate(), i % 2 === 1);
        expectClose([loss], [golden.losses[i]!], LOSS_TOLERANCE, `loss of step ${i + 1}`);
        expectClose(losses, golden.targetLosses[i]!, LOSS_TOLERANCE, `losses of step ${i + 1} by target`);
        rates.afterStep();
        if ((i + 1) % golden.stepsPerEpoch === 0) rates.afterEpoch(loss);
      }
      expectEnd(golden, start);
    } finally {
      await trainer.dispose();
    }
  });

  it("the training loop, with its epochs and its schedule, makes the same steps", async () => {
    const golden = goldens.find((g) => g.training.schedule !== undefined)!;
    const start = await started(golden, engine);
    const { spec, trainer, batches } = start;
    const epochs = batches.length / golden.stepsPerEpoch;
    const told: { readonly train: number; readonly learningRate: number }[] = [];
    let next = 0;
    try {
      const result = await fit({
        trainer,
        training: { ...spec.training, epochs, restoreBest: false },
        targets: ["y"],
        validate: undefined,
        batches: {
          stepsPerEpoch: golden.stepsPerEpoch,
          start: (epoch, step) => {
            next = (epoch - 1) * golden.stepsPerEpoch + step;
          },
          next: () => batches[next++]!,
        },
        run: RunFolder.create(temporaryFolder()),
        control: new TrainingControl(),
        clock: () => 0,
        emit: (event) => {
          if (event.event === "epoch") told.push({ train: event.train["loss"]!, learningRate: event.learningRate });
        },
      });
      expect(result).toMatchObject({ ended: "completed", epochs });
      expectEnd(golden, start);
      const means = Array.from({ length: epochs }, (_, k) => (golden.losses[2 * k]! + golden.losses[2 * k + 1]!) / 2);
      expectClose(
        told.map((t) => t.train),
        means,
        LOSS_TOLERANCE,
        "training loss of each epoch",
      );
      expectClose(
        told.map((t) => t.learningRate),
        [0.02, 0.02, 0.01, 0.01, 0.005],
        1e-9,
        "learning rate of each epoch",
      );
    } finally {
      await trainer.dispose();
    }
  });

  it("the cases move, and are clipped where they say so", () => {
    // A fixture that froze, or whose gradient were never clipped, would prove nothing.
    for (const golden of goldens) {
      expect(new Set(golden.losses).size, golden.name).toBe(golden.losses.length);
      const { clipGradNorm } = golden.training;
      if (clipGradNorm !== undefined && golden.training.clipGradValue === undefined)
        expect(Math.max(...golden.gradientNorms), golden.name).toBeGreaterThan(clipGradNorm);
    }
  });
});
