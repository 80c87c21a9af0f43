import type { DoneEvent, RunEvent } from "../../contract/events.js";

/** A training run under way in an engine process. */
export interface TrainingJob {
  /** The run's id. */
  readonly run: string;
  pause(): void;
  resume(): void;
  /** Ends after the step at hand; what was learnt is evaluated and exported. */
  stop(): void;
  /** Ends at once; nothing is exported. */
  cancel(): void;
  subscribe(listener: (event: RunEvent) => void): { dispose(): void };
  /** Rejects with the `LatheError` the run failed with. */
  readonly done: Promise<DoneEvent>;
}
