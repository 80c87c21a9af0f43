import { LatheError, toLatheError } from "../base/errors.js";
import { defined } from "../base/assert.js";
import type { EngineChoice } from "../engines/index.js";
import { type EngineDecision, type LeftOutEngine, type MeasuredEngine, decideEngine, figures, isClearlyFaster, isWorthTrying, nameOf, tooShortToTry } from "./engine-decision.js";
import type { EngineMemory } from "./engine-memory.js";
import type { TrainingBatches } from "./fit.js";
import type { WorkSetting } from "./setting.js";
import { type StepTiming, timeSteps } from "./time-steps.js";
import { Trainer } from "./trainer.js";
import type { Workbench } from "./workbench.js";

/** Enough to tell a run of seconds from one of hours. */
const GLANCE = { warmUp: 1, budget: 20 };
/** Milliseconds, for those that are compared. */
const LOOK = { warmUp: 3, budget: 1000 };
/** One that is so many times slower than the best so far is not timed any longer. */
const HOPELESS = 3;
/** How far two engines' losses of the same first step may lie apart: float32 makes a difference of 1e-5, a wrong kernel makes any. */
const SAME_LOSS = 0.01;

/** A workbench whose engine is decided, and a trainer on it that has made no step. */
export interface Settled {
  readonly bench: Workbench;
  readonly trainer: Trainer;
}

export interface ToSettle {
  /** On the first of the candidates. */
  readonly bench: Workbench;
  /** All that the user leaves open; the first is the usual one. */
  readonly candidates: readonly EngineChoice[];
  /** Of the run: they are read from the front and have to be started anew. */
  readonly batches: TrainingBatches;
  readonly memory: EngineMemory;
}

/**
 * Decides what a new run trains on. Where more than one engine or device comes into question and the run is long enough, each makes a few of the run's own steps, one after the
 * other, before the first step of the run: on a machine of two cores an engine that is timed beside a running training is timed wrongly, and slows that down; and a run that
 * changed its engine on the way could not be repeated. Nothing of it is left in the run: weights, random numbers and the order of rows are as if it had not been. The decision is
 * remembered for this network and machine.
 * @throws LatheError `cancelled`, and what the usual engine fails with: one that fails among the others is left out.
 */
export async function settleEngine(toSettle: ToSettle, setting: WorkSetting): Promise<Settled> {
  const { bench, candidates, memory } = toSettle;
  const [usual, ...others] = candidates;
  if (others.length === 0 || !usual) return { bench, trainer: await trainerOn(bench) };
  const remembered = await recall(toSettle, setting);
  if (remembered) return remembered;
  const trial = new Trial(toSettle, setting);
  try {
    const decision = await trial.run(usual, others);
    if (decision.remember) await memory.keep(decision);
    return await trial.settle(decision);
  } catch (thrown) {
    await trial.dispose();
    throw thrown;
  }
}

/** What was decided before, if it still works. */
async function recall({ bench, candidates, memory }: ToSettle, { emit }: WorkSetting): Promise<Settled | undefined> {
  const { choice } = memory;
  const candidate = choice && candidates.find(({ engine, device }) => engine.name === choice.engine && device === choice.device);
  if (!candidate) return undefined;
  const chosen = benchOn(bench, { ...candidate, reason: choice.reason });
  if (candidate === candidates[0]) return { bench: chosen, trainer: await trainerOn(chosen) };
  try {
    const refusal = await candidate.engine.probe(candidate.device);
    if (refusal !== undefined) throw new LatheError("engine.unavailable", refusal);
    return { bench: chosen, trainer: await trainerOn(chosen) };
  } catch (thrown) {
    emit({ event: "log", level: "warning", message: `${nameOf(choice)}, which was the fastest before, no longer works (${toLatheError(thrown).message.trim()}); measuring anew` });
    await memory.forgetChoice();
    return undefined;
  }
}

class Trial {
  readonly #s: ToSettle;
  readonly #setting: WorkSetting;
  readonly #timing: Pick<StepTiming, "learningRate" | "clock" | "heed">;
  readonly #measured: MeasuredEngine[] = [];
  readonly #leftOut: LeftOutEngine[] = [];
  /** Of the usual one and of the fastest so far. */
  readonly #trainers = new Map<string, Trainer>();

  constructor(toSettle: ToSettle, setting: WorkSetting) {
    this.#s = toSettle;
    this.#setting = setting;
    this.#timing = {
      learningRate: Number(toSettle.bench.project.training.optimizer["lr"]),
      clock: setting.clock,
      heed: () => {
        if (setting.control.wish !== "run") throw new LatheError("cancelled", "training was called off while engines were tried; nothing was learnt yet");
      },
    };
  }

  async run(usual: EngineChoice, others: readonly EngineChoice[]): Promise<EngineDecision & { readonly remember: boolean }> {
    const { bench, batches } = this.#s;
    const trainer = await trainerOn(bench);
    this.#trainers.set(nameOf(placeOf(usual)), trainer);
    const glance = await timeSteps(trainer, batches, { ...this.#timing, ...GLANCE });
    const seconds = (glance.milliseconds * batches.stepsPerEpoch * bench.project.training.epochs) / 1000;
    // A loss that is no number is for the training to explain.
    if (!isWorthTrying(seconds, others.length) || !Number.isFinite(glance.firstLoss)) {
      return { ...tooShortToTry({ ...placeOf(usual), milliseconds: glance.milliseconds }, seconds, others.map(placeOf)), remember: false };
    }
    this.#show(usual);
    let time = (await timeSteps(trainer, batches, { ...this.#timing, ...LOOK })).milliseconds;
    this.#measured.push({ ...placeOf(usual), milliseconds: time });
    for (const other of others) await this.#try(other, time, glance.firstLoss);
    // Whatever else the machine did while the usual one was timed must not decide: it is timed once more before it is replaced.
    if (this.#measured.some((one) => isClearlyFaster(one, { ...placeOf(usual), milliseconds: time }))) {
      time = Math.min(time, (await timeSteps(trainer, batches, { ...this.#timing, ...LOOK })).milliseconds);
    }
    return { ...decideEngine({ ...placeOf(usual), milliseconds: time }, this.#measured.slice(1), this.#leftOut), remember: true };
  }

  /** The winner's trainer goes to the run, the others end here. */
  async settle(decision: EngineDecision): Promise<Settled> {
    const candidate = defined(this.#s.candidates.find((one) => nameOf(placeOf(one)) === nameOf(decision)), nameOf(decision));
    const trainer = defined(this.#trainers.get(nameOf(decision)), `the trainer on ${nameOf(decision)}`);
    this.#trainers.delete(nameOf(decision));
    await this.dispose();
    return { bench: benchOn(this.#s.bench, { ...candidate, reason: decision.reason }), trainer };
  }

  async dispose(): Promise<void> {
    for (const trainer of this.#trainers.values()) await trainer.dispose();
    this.#trainers.clear();
  }

  async #try(candidate: EngineChoice, usualTime: number, usualLoss: number): Promise<void> {
    const { bench, batches, memory } = this.#s;
    const place = placeOf(candidate);
    const refusal = memory.refusal(place);
    if (refusal !== undefined) return void this.#leftOut.push({ ...place, reason: refusal });
    this.#show(candidate);
    await memory.trying(place);
    let trainer: Trainer | undefined;
    try {
      const failure = await candidate.engine.probe(candidate.device);
      if (failure !== undefined) throw new LatheError("engine.unavailable", failure);
      this.#timing.heed();
      trainer = await trainerOn(benchOn(bench, candidate));
      const best = Math.min(usualTime, ...this.#measured.map((one) => one.milliseconds));
      const { milliseconds, firstLoss } = await timeSteps(trainer, batches, { ...this.#timing, ...LOOK, hopeless: HOPELESS * best });
      if (!(Math.abs(firstLoss - usualLoss) <= SAME_LOSS * Math.max(1e-3, Math.abs(usualLoss)))) {
        throw new LatheError("engine.failed", `it computes another loss, ${firstLoss.toPrecision(4)} in place of ${usualLoss.toPrecision(4)}`);
      }
      this.#measured.push({ ...place, milliseconds });
      if (milliseconds < best) {
        await this.#release(this.#fastest());
        this.#trainers.set(nameOf(place), trainer);
        trainer = undefined;
      }
    } catch (thrown) {
      const error = toLatheError(thrown);
      if (error.code === "cancelled") throw error;
      this.#leftOut.push({ ...place, reason: error.message.trim() });
    } finally {
      await trainer?.dispose();
      await memory.survived(place);
    }
  }

  /** The trainer, but for the usual one's, that is kept because it was the fastest. */
  #fastest(): string | undefined {
    return [...this.#trainers.keys()].at(1);
  }

  async #release(name: string | undefined): Promise<void> {
    if (name === undefined) return;
    await this.#trainers.get(name)?.dispose();
    this.#trainers.delete(name);
  }

  #show(next: EngineChoice): void {
    const { candidates } = this.#s;
    const so = this.#measured.length === 0 ? "" : `, after ${figures(this.#measured)}`;
    this.#setting.emit({ event: "stage", stage: `trying ${nameOf(placeOf(next))}${so}`, done: candidates.indexOf(next), total: candidates.length });
  }
}

function placeOf({ engine, device }: EngineChoice): { readonly engine: string; readonly device: string } {
  return { engine: engine.name, device };
}

function benchOn(bench: Workbench, choice: EngineChoice): Workbench {
  return { ...bench, choice, compile: { ...bench.compile, device: choice.device } };
}

function trainerOn({ spec, choice, compile, project }: Workbench): Promise<Trainer> {
  return Trainer.create(spec, choice.engine, compile, project.seed);
}
