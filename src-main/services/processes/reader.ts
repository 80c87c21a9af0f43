import { LatheError } from "../../base/errors.js";
import { sweepWorkFolders } from "../../base/work-folder.js";
import { type ProcessLink, forkProcess } from "./engine-link.js";
import { within } from "./engine-set.js";
import type { ReaderCommand, ReaderReply, Reading, Readings } from "./reading.js";
import type { Progress } from "../jobs/shared-work.js";

export type ReaderLink = ProcessLink<ReaderCommand, ReaderReply>;
export type LaunchReader = () => ReaderLink;

/** Of Node's own: what is read takes at most so many megabytes of objects. */
export const READER_OPTIONS = ["--max-old-space-size=1024"] as const;

/** Milliseconds that a reader stays when nobody asks. */
const IDLE = 2 * 60_000;
/** To end what was called off. */
const GRACE = 3000;
/** And that the system may take to end a process by force. */
const FORCE = 300;

/** Reads tables, pictures, models and documents in a process of its own, which is started when it is asked, and anew when it has ended. */
export interface Reader {
  /**
   * @param what is read, for a message.
   * @throws LatheError as the reading; `engine.crashed` where the process ends meanwhile; `engine.failed` where it takes too long; `cancelled`
   */
  ask<K extends Reading>(kind: K, question: Readings[K]["question"], what: string, control?: AskControl): Promise<Readings[K]["answer"]>;
  /** Ends the process. Settles when it has gone, or the system takes too long. */
  close(): Promise<void>;
}

export interface AskControl {
  /** Gives up waiting; what has not begun is not begun. */
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: Progress | undefined;
}

export interface ReaderOptions {
  readonly launch?: LaunchReader | undefined;
  /** Milliseconds that the process stays when nobody asks. */
  readonly idle?: number;
  /** Milliseconds in which one of the questions must be answered, whichever; omitted: any time. */
  readonly deadline?: number;
  /** Milliseconds to end what was called off. */
  readonly grace?: number;
}

interface Waiting {
  readonly what: string;
  readonly onProgress: Progress | undefined;
  readonly resolve: (answer: never) => void;
  readonly reject: (error: LatheError) => void;
}

/** @param allowed folders that it may read pictures in; null: any. */
export function launchReaderProcess(allowed: readonly string[] | null = null): ReaderLink {
  return forkProcess("reader", { node: READER_OPTIONS, allowed });
}

export function createReader({ launch = () => launchReaderProcess(), idle = IDLE, deadline, grace = GRACE }: ReaderOptions = {}): Reader {
  let link: ReaderLink | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let next = 0;
  let closed = false;
  /** Questions to the process at hand without an answer, those that nobody waits for among them. */
  let unanswered = 0;
  const waiting = new Map<number, Waiting>();
  /** Of processes that have not gone yet. */
  const exits = new Set<Promise<void>>();

  /** Lets the process go. @param because what those hear who still wait. */
  function end(because: (what: string) => LatheError): void {
    clearTimeout(timer);
    link?.kill();
    link = undefined;
    unanswered = 0;
    for (const { what, reject } of [...waiting.values()]) reject(because(what));
    waiting.clear();
  }

  /** From the last answer, or the first question, on. */
  function watch(): void {
    clearTimeout(timer);
    if (waiting.size === 0) timer = setTimeout(() => end(gone), idle);
    else if (deadline === undefined) timer = undefined;
    else {
      timer = setTimeout(() => {
        end(
          (what) =>
            new LatheError(
              "engine.failed",
              `${what} could not be read within ${deadline / 1000} s, so the process that read it was ended; if it is not yours, do not trust it`,
            ),
        );
      }, deadline);
    }
    timer?.unref();
  }

  /** What nobody waits for any more is called off; what does not hear of that is ended. */
  function abandoned(process: ReaderLink): void {
    watch();
    const late = setTimeout(() => {
      if (link === process && waiting.size === 0 && unanswered > 0) end(gone);
    }, grace);
    late.unref();
  }

  function hear(own: ReaderLink, reply: ReaderReply): void {
    const question = waiting.get(reply.id);
    if (reply.type === "progress") return question?.onProgress?.(reply.stage, reply.done, reply.total);
    waiting.delete(reply.id);
    if (link === own) {
      unanswered--;
      watch();
    }
    if (reply.type === "answer") question?.resolve(reply.answer as never);
    else question?.reject(LatheError.fromRecord(reply.error));
  }

  function started(): ReaderLink {
    if (link) return link;
    const own = launch();
    own.onReply((reply) => hear(own, reply));
    const exit = new Promise<void>((resolve) =>
      own.onExit((how) => {
        if (link === own) end((what) => crashed(what, how));
        // A process that was killed took nothing away.
        sweepWorkFolders();
        resolve();
      }),
    );
    exits.add(exit);
    void exit.then(() => exits.delete(exit));
    return (link = own);
  }

  return {
    ask<K extends Reading>(kind: K, question: Readings[K]["question"], what: string, { signal, onProgress }: AskControl = {}) {
      if (closed) return Promise.reject(gone());
      if (signal?.aborted) return Promise.reject(cancelled());
      return new Promise<Readings[K]["answer"]>((resolve, reject) => {
        const id = next++;
        const process = started();
        const giveUp = () => {
          if (!waiting.delete(id)) return;
          if (link === process) {
            process.send({ type: "forget", id });
            if (waiting.size === 0) abandoned(process);
            else watch();
          }
          reject(cancelled());
        };
        const leave =
          <T>(settle: (value: T) => void) =>
          (value: T): void => {
            signal?.removeEventListener("abort", giveUp);
            settle(value);
          };
        signal?.addEventListener("abort", giveUp, { once: true });
        waiting.set(id, { what, onProgress, resolve: leave<never>(resolve), reject: leave(reject) });
        if (waiting.size === 1) watch();
        unanswered++;
        process.send({ type: "ask", id, kind, question } as ReaderCommand);
      });
    },
    async close() {
      closed = true;
      end(gone);
      await within(FORCE, Promise.all(exits));
    },
  };
}

function crashed(what: string, how: string): LatheError {
  return new LatheError(
    "engine.crashed",
    `the process that read ${what} ended unexpectedly (${how}); try again, and it is read again; if that ends the same way and it is not yours, do ` +
      `not trust it`,
    { what, how },
  );
}

function gone(): LatheError {
  return new LatheError("cancelled", "Lathe is ending and reads nothing any more");
}

function cancelled(): LatheError {
  return new LatheError("cancelled", "it is no longer asked for");
}
