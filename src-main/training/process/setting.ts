import type { RunEvent } from "../../contract/events.js";
import type { TrainingControl } from "./control.js";

/** What work in the engine process is given from outside: where it speaks, who steers it, what time it is. */
export interface WorkSetting {
  readonly emit: (event: RunEvent) => void;
  readonly control: TrainingControl;
  /** Milliseconds, monotonic. */
  readonly clock: () => number;
  /** The date, for logs and configurations only: nothing computed depends on it. */
  readonly now: () => Date;
}
