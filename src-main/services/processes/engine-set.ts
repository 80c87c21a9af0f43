import { LatheError } from "../../base/errors.js";
import type { EngineLink, LaunchEngine } from "./engine-link.js";
import { type LastingEngine, lastingEngine } from "./lasting-engine.js";

/** Milliseconds that the system may take to end a process by force. */
const FORCE = 300;
/** And that a process stays that has nothing to do. */
const IDLE = 60_000;

/** The engine processes of a host, so that none of them outlives it. */
export interface EngineSet {
  readonly launch: LaunchEngine;
  /** The same for work that is short and leaves nothing behind: its process stays for a while for the next, since to start one takes longer than such work. */
  readonly launchLasting: LaunchEngine;
  /** Those that are at work. */
  readonly running: number;
  /** Settles when none is left. */
  empty(): Promise<void>;
  /** Ends all by force, and lets none start any more. */
  killAll(): Promise<void>;
}

/** @param idle milliseconds that a process stays which has nothing to do. */
export function createEngineSet(launch: LaunchEngine, idle = IDLE): EngineSet {
  const engines = new Set<EngineLink>();
  const waiting: (() => void)[] = [];
  /** At nothing, for now. */
  let resting: LastingEngine | undefined;
  let end: ReturnType<typeof setTimeout> | undefined;
  let closed = false;

  function empty(): Promise<void> {
    return engines.size === 0 ? Promise.resolve() : new Promise((resolve) => waiting.push(resolve));
  }

  function leave(link: EngineLink): void {
    engines.delete(link);
    if (engines.size === 0) for (const resolve of waiting.splice(0)) resolve();
  }

  function start(): EngineLink {
    if (closed) throw ending();
    const link = launch();
    engines.add(link);
    link.onExit(() => {
      if (resting?.link === link) wake();
      leave(link);
    });
    return link;
  }

  /** One is enough: work that comes while it is at some has a process of its own. */
  function rest(engine: LastingEngine): void {
    if (closed || resting) return engine.link.kill();
    resting = engine;
    leave(engine.link);
    end = setTimeout(() => engine.link.kill(), idle);
    end.unref();
  }

  function wake(): LastingEngine | undefined {
    clearTimeout(end);
    const engine = resting;
    resting = undefined;
    return engine;
  }

  return {
    launch: start,
    launchLasting() {
      if (closed) throw ending();
      const engine = wake() ?? lastingEngine(start());
      engines.add(engine.link);
      return engine.lend(() => rest(engine));
    },
    get running() {
      return engines.size;
    },
    empty,
    async killAll() {
      closed = true;
      const idling = wake();
      if (idling) engines.add(idling.link);
      for (const link of engines) link.kill();
      await within(FORCE, empty());
    },
  };
}

function ending(): LatheError {
  return new LatheError("cancelled", "Lathe is ending and starts nothing any more");
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
