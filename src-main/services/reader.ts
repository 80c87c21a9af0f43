import { LatheError } from "../base/errors.js";
import { type ProcessLink, forkProcess } from "./engine-link.js";
import type { ReaderCommand, ReaderReply, Reading, Readings } from "./reading.js";

export type ReaderLink = ProcessLink<ReaderCommand, ReaderReply>;
export type LaunchReader = () => ReaderLink;

/** Of Node's own: what is read takes at most so many megabytes of objects. */
export const READER_OPTIONS = ["--max-old-space-size=1024"] as const;

/** Milliseconds that a reader stays when nobody asks. */
const IDLE = 2 * 60_000;
/** And to end what was called off. */
const GRACE = 3000;

/** Reads strangers' documents, models and pictures in a process of its own, which is started when it is asked. */
export interface Reader {
  /**
   * @param what is read, for a message.
   * @param signal gives up waiting; what has not begun is not begun.
   * @throws LatheError as the reading; `engine.failed` where it takes too long, or more memory than it may; `cancelled`
   */
  ask<K extends Reading>(kind: K, question: Readings[K]["question"], what: string, signal?: AbortSignal): Promise<Readings[K]["answer"]>;
  close(): void;
}

export interface ReaderOptions {
  readonly launch?: LaunchReader | undefined;
  readonly idle?: number;
  /** Milliseconds in which one of the questions must be answered, whichever. */
  readonly deadline: number;
}

interface Waiting {
  readonly what: string;
  readonly resolve: (answer: never) => void;
  readonly reject: (error: LatheError) => void;
}

/** @param allowed folders that it may read pictures in; null: any. */
export function launchReaderProcess(allowed: readonly string[] | null = null): ReaderLink {
  return forkProcess("reader", { node: READER_OPTIONS, allowed });
}

export function createReader({ launch = () => launchReaderProcess(), idle = IDLE, deadline }: ReaderOptions): Reader {
  let link: ReaderLink | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let next = 0;
  let closed = false;
  /** Questions to the process at hand without an answer, those that nobody waits for among them. */
  let unanswered = 0;
  const waiting = new Map<number, Waiting>();

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
    timer = waiting.size === 0 ? setTimeout(() => end(gone), idle) : setTimeout(() => {
      end((what) => new LatheError("engine.failed", `${what} could not be read within ${deadline / 1000} s, so the process that read it was ended; if it is not yours, do not trust it`));
    }, deadline);
    timer.unref();
  }

  /** What nobody waits for any more is called off; what does not hear of that is ended. */
  function abandoned(process: ReaderLink): void {
    watch();
    const late = setTimeout(() => {
      if (link === process && waiting.size === 0 && unanswered > 0) end(gone);
    }, GRACE);
    late.unref();
  }

  function started(): ReaderLink {
    if (link) return link;
    const own = launch();
    own.onReply((reply) => {
      if (link === own) unanswered--;
      const question = waiting.get(reply.id);
      waiting.delete(reply.id);
      if (link === own) watch();
      if (reply.type === "answer") question?.resolve(reply.answer as never);
      else question?.reject(LatheError.fromRecord(reply.error));
    });
    own.onExit((how) => {
      if (link === own) end((what) => new LatheError("engine.failed", `the process that read ${what} ended unexpectedly (${how}); if it is not yours, do not trust it`, { how }));
    });
    return (link = own);
  }

  return {
    ask<K extends Reading>(kind: K, question: Readings[K]["question"], what: string, signal?: AbortSignal) {
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
        const leave = <T>(settle: (value: T) => void) => (value: T): void => {
          signal?.removeEventListener("abort", giveUp);
          settle(value);
        };
        signal?.addEventListener("abort", giveUp, { once: true });
        waiting.set(id, { what, resolve: leave<never>(resolve), reject: leave(reject) });
        if (waiting.size === 1) watch();
        unanswered++;
        process.send({ type: "ask", id, kind, question } as ReaderCommand);
      });
    },
    close() {
      closed = true;
      end(gone);
    },
  };
}

function gone(): LatheError {
  return new LatheError("cancelled", "Lathe is ending and reads nothing any more");
}

function cancelled(): LatheError {
  return new LatheError("cancelled", "it is no longer asked for");
}
