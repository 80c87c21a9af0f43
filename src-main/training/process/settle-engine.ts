import { LatheError, toLatheError } from "../../base/errors.js";
import { defined } from "../../base/assert.js";
import { type EngineChoice, chooseEngine } from "../../engines/index.js";
import {
  type EngineDecision,
  type EnginePlace,
  type ExcludedEngine,
  type MeasuredEngine,
  decideEngine,
  figures,
  isClearlyFaster,
  isSameLoss,
  isWorthTrying,
  nameOf,
  tooShortToTry,
} from "./engine-decision.js";
import type { EngineMemory } from "./engine-memory.js";
import type { TrainingBatches } from "../fit.js";
import type { WorkSetting } from "./setting.js";
import { type StepTiming, timeSteps } from "../time-steps.js";
import { Trainer } from "../trainer.js";
import type { Workbench } from "../workbench.js";

/** Enough to tell a run of seconds from one of hours. */
const GLANCE = { warmUp: 1, budget: 20 };
/** For those that are compared. TensorFlow needs some steps until its threads and memory are there. */
const LOOK = { warmUp: 5, budget: 1000 };
/** One that is so many times slower than the best so far is not timed any longer. */
const HOPELESS = 3;
/** A workbench whose engine is decided, and a trainer on it that has made no step. */
export interface Settled {
  readonly bench: Workbench;
  readonly trainer: Trainer;
}

export interface ToSettle {
  /** On what is used unless another proves quicker. */
  readonly bench: Workbench;
  /** All that the user leaves open, that one among them; none where the user names engine and device. */
  readonly candidates: readonly EnginePlace[];
  /** Of the run: they are read from the front and have to be started anew. */
  readonly batches: TrainingBatches;
  readonly memory: EngineMemory;
}

/**
 * Decides what a new run trains on. Where more than one engine or device comes into question and the run is long enough, each makes a few of the run's own
 * steps, one after the other, before the first step of the run: on a machine of two cores an engine that is timed beside a running training is timed wrongly,
 * and slows that down; and a run that changed its engine on the way could not be repeated. Nothing of it is left in the run: weights, random numbers and the
 * order of rows are as if it had not been. The decision is remembered for this network and machine.
 * @throws LatheError `cancelled`, and what the usual engine fails with: one that fails among the others is excluded.
 */
export async function settleEngine(toSettle: ToSettle, setting: WorkSetting): Promise<Settled> {
  const { bench, candidates, memory } = toSettle;
  const usual = placeOf(bench.choice);
  const others = candidates.filter((candidate) => nameOf(candidate) !== nameOf(usual));
  if (candidates.length === 0) return onto(bench, bench.choice);
  if (others.length === 0) return onto(bench, { ...bench.choice, reason: "the only one installed that fits what was asked for" });
  const remembered = await recall(toSettle, setting);
  if (remembered) return remembered;
  const trial = new Trial(toSettle, setting);
  try {
    const { remember, ...decision } = await trial.run(usual, others);
    if (remember) await memory.keep(decision);
    return await trial.settle(decision);
  } catch (thrown) {
    await trial.dispose();
    throw thrown;
  }
}

/** What was decided before, if it still works. */
async function recall({ bench, candidates, memory }: ToSettle, { emit }: WorkSetting): Promise<Settled | undefined> {
  const { choice } = memory;
  if (!choice || !candidates.some((candidate) => nameOf(candidate) === nameOf(choice))) return undefined;
  if (nameOf(choice) === nameOf(placeOf(bench.choice))) return onto(bench, { ...bench.choice, reason: choice.reason });
  try {
    return await onto(bench, { ...(await openEngine(choice)), reason: choice.reason });
  } catch (thrown) {
    emit({
      event: "log",
      level: "warning",
      message: `${nameOf(choice)}, which was the fastest before, no longer works (${toLatheError(thrown).message}); measuring anew`,
    });
    await memory.forgetChoice();
    return undefined;
  }
}

/** Loads it and sees whether it computes. @throws LatheError `engine.unavailable` */
async function openEngine({ engine, device }: EnginePlace): Promise<EngineChoice> {
  const choice = await chooseEngine(engine, device);
  const refusal = await choice.engine.probe(device);
  if (refusal !== undefined) throw new LatheError("engine.unavailable", refusal.trim());
  return choice;
}

class Trial {
  readonly #s: ToSettle;
  readonly #setting: WorkSetting;
  readonly #timing: Pick<StepTiming, "learningRate" | "clock" | "heed">;
  readonly #measured: MeasuredEngine[] = [];
  readonly #excluded: ExcludedEngine[] = [];
  /** The usual one and, where that is another, the fastest so far. */
  readonly #opened = new Map<string, Settled>();

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

  async run(usual: EnginePlace, others: readonly EnginePlace[]): Promise<EngineDecision & { readonly remember: boolean }> {
    const { bench, batches } = this.#s;
    const { trainer } = await onto(bench, bench.choice);
    this.#opened.set(nameOf(usual), { bench, trainer });
    const glance = await timeSteps(trainer, batches, { ...this.#timing, ...GLANCE });
    const seconds = (glance.milliseconds * batches.stepsPerEpoch * bench.project.training.epochs) / 1000;
    // A loss that is no number is for the training to explain.
    if (!isWorthTrying(seconds, others.length) || !Number.isFinite(glance.firstLoss)) {
      return { ...tooShortToTry({ ...usual, milliseconds: glance.milliseconds }, seconds, others), remember: false };
    }
    this.#show(usual);
    let time = (await timeSteps(trainer, batches, { ...this.#timing, ...LOOK })).milliseconds;
    this.#measured.push({ ...usual, milliseconds: time });
    for (const other of others) await this.#try(other, glance.firstLoss);
    // Whatever else the machine did while the usual one was timed must not decide: it is timed once more before it is replaced.
    if (this.#measured.some((one) => isClearlyFaster(one, { ...usual, milliseconds: time }))) {
      this.#show(usual, "once more");
      time = Math.min(time, (await timeSteps(trainer, batches, { ...this.#timing, ...LOOK })).milliseconds);
    }
    return { ...decideEngine({ ...usual, milliseconds: time }, this.#measured.slice(1), this.#excluded), remember: true };
  }

  /** The winner goes to the run, the others end here. */
  async settle(decision: EngineDecision): Promise<Settled> {
    const { bench, trainer } = defined(this.#opened.get(nameOf(decision)), nameOf(decision));
    this.#opened.delete(nameOf(decision));
    await this.dispose();
    return { bench: benchOn(bench, { ...bench.choice, reason: decision.reason }), trainer };
  }

  async dispose(): Promise<void> {
    for (const { trainer } of this.#opened.values()) await trainer.dispose();
    this.#opened.clear();
  }

  async #try(place: EnginePlace, usualLoss: number): Promise<void> {
    const { bench, batches, memory } = this.#s;
    const refusal = memory.refusal(place);
    if (refusal !== undefined) return void this.#excluded.push({ ...place, reason: refusal });
    this.#show(place);
    await memory.trying(place);
    let opened: Settled | undefined;
    try {
      const choice = await openEngine(place);
      this.#timing.heed();
      opened = await onto(bench, choice);
      const best = Math.min(...this.#measured.map((one) => one.milliseconds));
      const { milliseconds, firstLoss } = await timeSteps(opened.trainer, batches, { ...this.#timing, ...LOOK, hopeless: HOPELESS * best });
      if (!isSameLoss(firstLoss, usualLoss)) {
        throw new LatheError("engine.failed", `it computes another loss, ${firstLoss.toPrecision(4)} in place of ${usualLoss.toPrecision(4)}`);
      }
      this.#measured.push({ ...place, milliseconds });
      if (milliseconds < best) {
        await this.#release([...this.#opened.keys()].at(1)); // the first is the usual one's
        this.#opened.set(nameOf(place), opened);
        opened = undefined;
      }
    } catch (thrown) {
      const error = toLatheError(thrown);
      if (error.code === "cancelled") throw error;
      this.#excluded.push({ ...place, reason: error.message.trim() });
    } finally {
      await opened?.trainer.dispose();
      await memory.survived(place);
    }
  }

  async #release(name: string | undefined): Promise<void> {
    if (name === undefined) return;
    await this.#opened.get(name)?.trainer.dispose();
    this.#opened.delete(name);
  }

  #show(next: EnginePlace, how = ""): void {
    const { candidates } = this.#s;
    const so = this.#measured.length === 0 ? "" : `, after ${figures(this.#measured)}`;
    this.#setting.emit({
      event: "stage",
      stage: `trying ${[nameOf(next), how].join(" ").trim()}${so}`,
      done: this.#measured.length + this.#excluded.length,
      total: candidates.length,
    });
  }
}

function placeOf({ engine, device }: EngineChoice): EnginePlace {
  return { engine: engine.name, device };
}

function benchOn(bench: Workbench, choice: EngineChoice): Workbench {
  return { ...bench, choice, compile: { ...bench.compile, device: choice.device } };
}

/** Compiles the step: the first moment a model that does not fit is noticed. */
async function onto(bench: Workbench, choice: EngineChoice): Promise<Settled> {
  const { steps, project, compile } = bench;
  const moved = benchOn(bench, choice);
  return { bench: moved, trainer: await Trainer.create(steps, choice.engine, { ...compile, device: choice.device }, project.seed) };
}
