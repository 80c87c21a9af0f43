import { join } from "node:path";
import { Listeners, type Disposable } from "../../base/disposable.js";
import { LatheError, toLatheError } from "../../base/errors.js";
import type { TrainRequest } from "../../contract/engine-messages.js";
import type { RunEvent, StageEvent } from "../../contract/events.js";
import type { RunReference, RunStatus } from "../../contract/summaries.js";
import { heldBy } from "../../training/runs/run-lock.js";
import type { TrainingJob } from "./job-types.js";

export interface StartingSetting {
  /** Calls it off while the run has not started. */
  readonly signal: AbortSignal;
  /** Hears how far the preparation of data is, until the run has started. */
  readonly onPreparing: (event: StageEvent) => void;
}

export type StartTraining = (options: TrainRequest, setting: StartingSetting) => Promise<TrainingJob>;

/** Warnings a late subscriber still hears. */
const warningsKept = 100;
/** Jobs that ended and are still remembered, so that who was away learns how. */
const endedKept = 50;

/** The jobs of this process, by run, for every window and every socket that comes back. */
export interface JobRegistry {
  /** @param options the project's real path. @param signal calls it off while it has not started. @throws LatheError what kept the run from starting. */
  start(options: TrainRequest, signal?: AbortSignal): Promise<RunReference>;
  /** Hears how far the preparation of a project's data is for runs that are about to start; at once, where one is. */
  onPreparing(project: string, listener: (event: StageEvent) => void): Disposable;
  /** Undefined where the run is not, or no longer, this process's. */
  status(run: RunReference): RunStatus | undefined;
  error(run: RunReference): LatheError | undefined;
  /** @throws LatheError `run.state` where this process has no such job under way. */
  control(run: RunReference, action: "pause" | "resume" | "stop" | "cancel"): void;
  /**
   * First tells how things stand, then what comes; `done` or `failed` is the last.
   * @returns undefined where this process knows no such job.
   */
  subscribe(run: RunReference, listener: (event: RunEvent) => void): Disposable | undefined;
  /** The runs under way, the newest first. */
  underWay(): RunReference[];
  /** Jobs under way, and those that are about to be: data may take minutes to prepare. */
  readonly running: number;
  /** Settles when all jobs have ended; those that have not started never do. */
  stopAll(): Promise<void>;
}

interface Entry {
  readonly reference: RunReference;
  readonly job: TrainingJob;
  readonly events: Listeners<RunEvent>;
  readonly warnings: RunEvent[];
  /** The newest event of each of these kinds. */
  readonly latest: Map<"run" | "stage" | "step" | "state" | "forecast", RunEvent>;
  status: RunStatus;
  end?: RunEvent;
  error?: LatheError;
}

export function createJobRegistry(startTraining: StartTraining): JobRegistry {
  const entries = new Map<string, Entry>();
  const starting = new Map<AbortController, Promise<RunReference>>();
  const preparing = new Listeners<{ readonly project: string; readonly event: StageEvent }>();
  /** By project, how far it is. */
  const prepared = new Map<string, StageEvent>();

  function heard(entry: Entry, event: RunEvent): void {
    if (entry.end) return;
    switch (event.event) {
      case "run":
      case "stage":
      case "step":
      case "state":
      case "forecast":
        // Deleted first: the map's order is the order of what is replayed.
        entry.latest.delete(event.event);
        if (event.event === "step") entry.latest.delete("stage");
        entry.latest.set(event.event, event);
        if (event.event === "state") entry.status = event.state;
        break;
      case "warning":
        entry.warnings.push(event);
        if (entry.warnings.length > warningsKept) entry.warnings.shift();
        break;
      case "done":
      case "failed":
        entry.end = event;
        entry.status = event.event === "done" ? event.ended : "failed";
        if (event.event === "failed") entry.error = LatheError.fromRecord(toLatheErrorRecord(event.error));
        break;
      case "epoch":
        // Short epochs have no steps: what was prepared, and the steps of an epoch that is over, are no longer how things stand.
        entry.latest.delete("stage");
        entry.latest.delete("step");
        break;
      case "log":
        break;
    }
    entry.events.fire(event);
    if (entry.end) forgetOldest();
  }

  function forgetOldest(): void {
    const ended = [...entries].filter(([, { end }]) => end !== undefined);
    for (const [key] of ended.slice(0, Math.max(0, ended.length - endedKept))) entries.delete(key);
  }

  async function begin(options: TrainRequest, signal: AbortSignal): Promise<RunReference> {
    const { project } = options;
    const onPreparing = (event: StageEvent) => {
      prepared.set(project, event);
      preparing.fire({ project, event });
    };
    const job = await startTraining(options, { signal, onPreparing }).finally(() => prepared.delete(project));
    const reference = { project, run: job.run };
    const entry: Entry = { reference, job, events: new Listeners(), warnings: [], latest: new Map(), status: "running" };
    entries.delete(keyOf(reference));
    entries.set(keyOf(reference), entry);
    const subscription = job.subscribe((event) => heard(entry, event));
    // The promise tells the end as well: whichever is first counts.
    job.done
      .then(
        (done) => heard(entry, done),
        (thrown: unknown) => heard(entry, { event: "failed", error: { ...toLatheError(thrown).toRecord() } }),
      )
      .finally(() => subscription.dispose());
    return reference;
  }

  function open(run: RunReference): Entry {
    const entry = entries.get(keyOf(run));
    if (entry && !entry.end) return entry;
    const holder = heldBy(join(run.project, "runs", run.run));
    if (holder !== undefined) throw new LatheError("run.state", `run ${run.run} is not being trained here, but by ${holder}`, { ...run });
    throw new LatheError("run.state", `run ${run.run} is not being trained here; look at its state, it may have ended`, { ...run });
  }

  return {
    async start(options, signal) {
      const abort = new AbortController();
      if (signal?.aborted) abort.abort();
      signal?.addEventListener("abort", () => abort.abort(), { once: true });
      const started = begin(options, abort.signal);
      starting.set(abort, started);
      try {
        return await started;
      } finally {
        starting.delete(abort);
      }
    },
    status: (run) => entries.get(keyOf(run))?.status,
    error: (run) => entries.get(keyOf(run))?.error,
    control(run, action) {
      open(run).job[action]();
    },
    subscribe(run, listener) {
      const entry = entries.get(keyOf(run));
      if (!entry) return undefined;
      for (const event of [entry.latest.get("run"), ...entry.warnings]) if (event) listener(event);
      for (const event of entry.latest.values()) if (event.event !== "run") listener(event);
      if (entry.end) listener(entry.end);
      return entry.events.on(listener);
    },
    onPreparing(project, listener) {
      const stands = prepared.get(project);
      if (stands) listener(stands);
      return preparing.on(({ project: of, event }) => {
        if (of === project) listener(event);
      });
    },
    underWay: () =>
      [...entries.values()]
        .filter(({ end }) => !end)
        .map(({ reference }) => reference)
        .reverse(),
    get running() {
      return starting.size + [...entries.values()].filter(({ end }) => !end).length;
    },
    async stopAll() {
      const called = [...starting.values()];
      for (const abort of starting.keys()) abort.abort();
      // One that had started all the same has its entry now.
      await Promise.allSettled(called);
      const open = [...entries.values()].filter(({ end }) => !end);
      for (const { job } of open) job.stop();
      await Promise.allSettled(open.map(({ job }) => job.done));
    },
  };
}

function keyOf({ project, run }: RunReference): string {
  return `${project}\0${run}`;
}

function toLatheErrorRecord(error: { readonly code: string; readonly message: string }) {
  return { code: error.code as LatheError["code"], message: error.message };
}
