import { type LaunchEngine, launchChildProcess } from "../services/processes/engine-link.js";
import { type EngineSet, createEngineSet } from "../services/processes/engine-set.js";
import type { Output } from "./output.js";

/** What work that a user may interrupt is given. */
export interface Interruptible {
  /** Aborted by the first Ctrl-C. */
  readonly signal: AbortSignal;
  /** Starts engines that the second one ends. */
  readonly launch: LaunchEngine;
}

/** As of a command that failed. */
const EXIT_CODE = 1;

/**
 * Does work that Ctrl-C calls off, leaving nothing half done; a second Ctrl-C ends the command at once, and its engine with it, whatever that is at. SIGTERM
 * counts as a Ctrl-C.
 * @throws what the work throws; `cancelled` where it was called off
 */
export async function interruptible<T>(output: Output, work: (setting: Interruptible) => Promise<T>): Promise<T> {
  const engines = createEngineSet(launchChildProcess);
  const abort = new AbortController();
  const interrupt = () => {
    if (!abort.signal.aborted) {
      output.line("ending (Ctrl-C again to end at once)");
      return abort.abort();
    }
    endAtOnce(engines);
  };
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, interrupt);
  try {
    return await work({ signal: abort.signal, launch: engines.launch });
  } finally {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.off(signal, interrupt);
  }
}

/** Ends this process and its engines by force. */
export function endAtOnce(engines: EngineSet): void {
  void engines.killAll().finally(() => process.exit(EXIT_CODE));
}
