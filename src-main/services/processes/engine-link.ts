import { type Serializable, fork } from "node:child_process";
import { readingOnlyIn } from "../../base/allowed-folders.js";
import { type Entry, entryPath } from "../../base/entries.js";
import { LatheError, toLatheError } from "../../base/errors.js";
import type { EngineCommand, EngineReply, EngineWork } from "../../contract/engine-messages.js";
import type { RunEvent } from "../../contract/events.js";
import { passOn } from "./engine-errors.js";

/** A running process of Lathe's own. */
export interface ProcessLink<Command, Reply> {
  readonly pid: number | undefined;
  send(command: Command): void;
  onReply(listener: (reply: Reply) => void): void;
  /** @param how the exit code or the signal, in words. */
  onExit(listener: (how: string) => void): void;
  kill(): void;
}

export type EngineLink = ProcessLink<EngineCommand, EngineReply>;
export type LaunchEngine = () => EngineLink;

/**
 * The engine process as a child of this one. It ends with it: it watches the channel.
 * @param quiet nothing that libraries and drivers write to stderr is passed on: they do so where a graphics card is only looked for.
 */
export function launchChildProcess(options: Omit<ForkOptions, "node" | "env"> = {}): EngineLink {
  return forkProcess("engine", { ...options, env: KEEPS_FREED });
}

/**
 * For glibc's malloc, which else gives memory of more than 128 KiB back as soon as it is freed and asks for it again, page by page: of a step with some
 * million weights a third of the time. Other systems' do not read this.
 */
export const KEEPS_FREED: Readonly<Record<string, string>> = { MALLOC_MMAP_THRESHOLD_: String(32 << 20), MALLOC_TRIM_THRESHOLD_: String(256 << 20) };

export interface ForkOptions {
  readonly quiet?: boolean;
  /** Options of Node's own. */
  readonly node?: readonly string[];
  /** Variables that it has where this process has none of that name. */
  readonly env?: Readonly<Record<string, string>>;
  /** Folders that the process may read pictures in; null: any. */
  readonly allowed?: readonly string[] | null;
}

/** One of the programs as a child of this process. */
export function forkProcess<Command, Reply>(
  entry: Entry,
  { quiet = false, node = [], env = {}, allowed = null }: ForkOptions = {},
): ProcessLink<Command, Reply> {
  const child = fork(entryPath(entry), [], {
    serialization: "advanced",
    execArgv: [...process.execArgv, ...node],
    env: { ...env, ...process.env, ...readingOnlyIn(allowed) },
    stdio: ["ignore", "inherit", quiet ? "ignore" : "pipe", "ipc"],
  });
  passOn(child.stderr);
  return {
    pid: child.pid,
    // What it cannot be told it would wait for, for ever.
    send: (command) => void child.send(command as Serializable, (error) => error && child.kill("SIGKILL")),
    onReply: (listener) => void child.on("message", (message) => listener(message as Reply)),
    onExit: (listener) => {
      child.on("error", (error) => listener(error.message));
      child.on("exit", (code, signal) => listener(signal ? `signal ${signal}` : `exit code ${code ?? "unknown"}`));
    },
    kill: () => void child.kill("SIGKILL"),
  };
}

/** One piece of work under way in an engine process. */
export interface EngineJob {
  readonly link: EngineLink;
  readonly result: Promise<unknown>;
}

/**
 * Starts an engine process on one piece of work.
 * @returns a job whose result rejects with the error the process reported, or `engine.crashed` where it died without a word.
 */
export function runInEngine(work: EngineWork, onEvent: (event: RunEvent) => void, launch: LaunchEngine = launchChildProcess): EngineJob {
  const link = launch();
  let run = work.kind === "train" && typeof work.resume === "string" ? work.resume : undefined;
  const result = new Promise<unknown>((resolve, reject) => {
    link.onReply((reply) => {
      switch (reply.type) {
        case "event":
          if (reply.event.event === "run") run = reply.event.run;
          return onEvent(reply.event);
        case "result":
          return resolve(reply.value);
        // Who asks a served model listens itself.
        case "answer":
        case "refusal":
          return;
        case "error":
          return reject(LatheError.fromRecord(reply.error));
      }
    });
    link.onExit((how) =>
      reject(
        new LatheError(
          "engine.crashed",
          `the engine process ended unexpectedly ` +
            `(${how}); ${run === undefined ? "nothing was left half done, start it again" : `what was saved is kept, resume it with train --resume ${run}`}`,
          { how },
        ),
      ),
    );
    try {
      link.send({ type: "work", work });
    } catch (thrown) {
      // It would wait for its work for ever.
      link.kill();
      reject(toLatheError(thrown));
    }
  });
  return { link, result };
}
