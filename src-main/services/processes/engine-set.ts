import { LatheError } from "../../base/errors.js";
import type { EngineLink, LaunchEngine } from "./engine-link.js";

/** Milliseconds that the system may take to end a process by force. */
const FORCE = 300;

/** The engine processes of a host, so that none of them outlives it. */
export interface EngineSet {
  readonly launch: LaunchEngine;
  readonly running: number;
  /** Settles when none is left. */
  empty(): Promise<void>;
  /** Ends all by force, and lets none start any more. */
  killAll(): Promise<void>;
}

export function createEngineSet(launch: LaunchEngine): EngineSet {
  const engines = new Set<EngineLink>();
  const waiting: (() => void)[] = [];
  let closed = false;

  function empty(): Promise<void> {
    return engines.size === 0 ? Promise.resolve() : new Promise((resolve) => waiting.push(resolve));
  }

  return {
    launch() {
      if (closed) throw new LatheError("cancelled", "Lathe is ending and starts nothing any more");
      const link = launch();
      engines.add(link);
      link.onExit(() => {
        engines.delete(link);
        if (engines.size === 0) for (const resolve of waiting.splice(0)) resolve();
      });
      return link;
    },
    get running() {
      return engines.size;
    },
    empty,
    async killAll() {
      closed = true;
      for (const link of engines) link.kill();
      await within(FORCE, empty());
    },
  };
}

/** Waits for work, but no longer than so many milliseconds. It never throws: who cannot wait for longer has no use for how it ended. */
export async function within(milliseconds: number, work: Promise<unknown>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, milliseconds)));
  await Promise.race([
    work.then(
      () => undefined,
      () => undefined,
    ),
    late,
  ]);
  clearTimeout(timer);
}
