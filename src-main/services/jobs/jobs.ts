import { LatheError, toLatheError } from "../../base/errors.js";
import type { EngineWork, TrainRequest } from "../../contract/engine-messages.js";
import { type DoneEvent, type RunEvent, type StageEvent, doneEvent } from "../../contract/events.js";
import { type LaunchEngine, launchChildProcess, runInEngine } from "../processes/engine-link.js";
import type { TrainingJob } from "./job-types.js";

/** How a run is started. */
export interface StartSetting {
  /** Calls it off before the run has its folder; afterwards the job has its own ways to end. */
  readonly signal?: AbortSignal;
  /** Subscribed from the beginning: hears of data being prepared as it happens, which can take minutes. */
  readonly onEvent?: (event: RunEvent) => void;
  /** Hears how far the preparation of data is, until the run has its folder. */
  readonly onPreparing?: (event: StageEvent) => void;
  readonly launch?: LaunchEngine;
}

/**
 * Starts, or resumes, a training run in an engine process of its own.
 * @returns once the run has its folder; what it said before that is told to the first subscriber.
 * @throws LatheError whatever kept the run from starting: the project, the data, the model, a run that is taken, `cancelled`.
 */
export async function startTraining(
  options: TrainRequest,
  { signal, onEvent, onPreparing, launch = launchChildProcess }: StartSetting = {},
): Promise<TrainingJob> {
  const listeners = new Set<(event: RunEvent) => void>(onEvent ? [onEvent] : []);
  const early: RunEvent[] = [];
  let preparing = true;
  let tellStarted: (run: string) => void = () => undefined;
  const started = new Promise<string>((resolve) => (tellStarted = resolve));
  const { link, result } = runInEngine(
    { kind: "train", ...options },
    (event) => {
      if (event.event === "run") {
        preparing = false;
        tellStarted(event.run);
      }
      if (preparing && event.event === "stage") onPreparing?.(event);
      if (listeners.size === 0) early.push(event);
      for (const listener of listeners) listener(event);
    },
    launch,
  );

  const done = result.then(
    (value): DoneEvent => doneEvent.parse(value),
    (thrown: unknown) => {
      const error = toLatheError(thrown);
      for (const listener of listeners) listener({ event: "failed", error: error.toRecord() });
      throw error;
    },
  );
  const control = (action: "pause" | "resume" | "stop" | "cancel") => () => link.send({ type: "control", action });
  const callOff = control("cancel");
  if (signal?.aborted) callOff();
  else signal?.addEventListener("abort", callOff, { once: true });
  const run = await Promise.race([started, done.then((event) => event.run)]).finally(() => signal?.removeEventListener("abort", callOff));
  return {
    run,
    done,
    pause: control("pause"),
    resume: control("resume"),
    stop: control("stop"),
    cancel: control("cancel"),
    subscribe(listener) {
      if (listeners.size === 0) for (const event of early.splice(0)) listener(event);
      listeners.add(listener);
      return { dispose: () => void listeners.delete(listener) };
    },
  };
}

/** Milliseconds that called-off work may take to tidy up before its process is ended. */
const GRACE = 3000;

/** How other work than training is called off, and what starts its process. */
export type WorkControl = Pick<StartSetting, "signal" | "launch">;

/** `inEngine`, with processes started as a host starts them. */
export type EngineRunner = <T>(work: EngineWork, onEvent: (event: RunEvent) => void, check: (value: unknown) => T, signal?: AbortSignal) => Promise<T>;

/** Any other work of the engine process, with its progress. @throws LatheError what the work failed with; `cancelled` where it was called off. */
export async function inEngine<T>(
  work: Parameters<typeof runInEngine>[0],
  onEvent: (event: RunEvent) => void,
  check: (value: unknown) => T,
  { signal, launch = launchChildProcess }: WorkControl = {},
): Promise<T> {
  throwIfCancelled(signal);
  const { link, result } = runInEngine(work, onEvent, launch);
  let timer: ReturnType<typeof setTimeout> | undefined;
  const callOff = () => {
    link.send({ type: "control", action: "cancel" });
    timer = setTimeout(() => link.kill(), GRACE);
  };
  signal?.addEventListener("abort", callOff, { once: true });
  let value: unknown;
  try {
    value = await result;
  } catch (error) {
    throwIfCancelled(signal);
    throw error;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", callOff);
  }
  throwIfCancelled(signal);
  try {
    return check(value);
  } catch (cause) {
    throw new LatheError("internal", "the engine process answered something else than it was asked", {}, { cause });
  }
}

function throwIfCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new LatheError("cancelled", "the work was called off");
}
