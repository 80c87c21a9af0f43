import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { defined } from "../../base/assert.js";
import { entryPath } from "../../base/entries.js";
import { DecodingRoom } from "./decoding-room.js";
import { loadSharp } from "./load-sharp.js";
import type { PictureResult, PictureTask, PictureThreadReply, PictureThreadRequest, PixelFormat, PixelResult, PixelTask } from "./picture-task.js";

/** Pictures that a thread has at hand: while one is read from disk, another is decoded. */
const AT_HAND = 2;
const MOST_THREADS = 8;

/** Threads that read pictures, as many as processors. Large pictures wait for one another. */
export class PicturePool {
  readonly #room = new DecodingRoom();
  readonly #threads: Thread[] = [];
  #next = 0;

  constructor(threads = Math.max(1, Math.min(MOST_THREADS, availableParallelism()))) {
    for (let i = 0; i < threads; i++) this.#threads.push(new Thread(this.#room));
  }

  /**
   * Reads pictures, no more at a time than the threads have at hand; what is done with a result is waited for, so memory stays bounded.
   * @param handle is called in the order in which results come.
   */
  async read(
    paths: Iterable<{ readonly path: string; readonly formats: readonly PixelFormat[] }>,
    handle: (path: string, result: PictureResult) => Promise<void>,
    signal?: AbortSignal,
  ): Promise<void> {
    // Before a thread does.
    await loadSharp();
    const iterator = paths[Symbol.iterator]();
    let failure: { readonly error: unknown } | undefined;
    // One result is handled at a time, whichever thread it comes from.
    let turn: Promise<void> = Promise.resolve();
    const feed = async (thread: Thread) => {
      for (;;) {
        if (failure || signal?.aborted) return;
        const next = iterator.next();
        if (next.done === true) return;
        const { path, formats } = next.value;
        const result = await thread.read({ id: this.#next++, path, formats });
        turn = turn
          .then(() => (failure ? undefined : handle(path, result)))
          .catch((error: unknown) => {
            failure ??= { error };
          });
        await turn;
      }
    };
    await Promise.all(this.#threads.flatMap((thread) => Array.from({ length: AT_HAND }, () => feed(thread))));
    if (failure) throw failure.error;
  }

  /** The pixels of one picture, by the thread with the least to do. Never fails: a bad file is a result. */
  async pixels(path: string, format: PixelFormat): Promise<PixelResult> {
    await loadSharp();
    const [first, ...others] = this.#threads;
    const freest = others.reduce((best, thread) => (best && best.load <= thread.load ? best : thread), first);
    return defined(freest, "a thread").pixels({ id: this.#next++, path, format });
  }

  async close(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.close()));
  }
}

class Thread {
  readonly #room: DecodingRoom;
  #worker: Worker | undefined;
  readonly #waiting = new Map<number, (result: PictureResult | PixelResult) => void>();
  /** Those of them of which pixels alone are asked for. */
  readonly #plain = new Set<number>();
  /** Rooms that pictures at hand have taken. */
  readonly #taken = new Map<number, () => void>();

  constructor(room: DecodingRoom) {
    this.#room = room;
  }

  /** Pictures that wait for it. */
  get load(): number {
    return this.#waiting.size;
  }

  read(task: PictureTask): Promise<PictureResult> {
    return this.#ask(task) as Promise<PictureResult>;
  }

  pixels(task: PixelTask): Promise<PixelResult> {
    this.#plain.add(task.id);
    return this.#ask(task) as Promise<PixelResult>;
  }

  #ask(task: PictureTask | PixelTask): Promise<PictureResult | PixelResult> {
    return new Promise((resolve) => {
      this.#waiting.set(task.id, resolve);
      tell(this.#started(), task);
    });
  }

  async close(): Promise<void> {
    await this.#worker?.terminate();
  }

  #started(): Worker {
    if (this.#worker) return this.#worker;
    const worker = new Worker(entryPath("pictures"), { name: "pictures" });
    worker.on("message", (reply: PictureThreadReply) => {
      if ("bytes" in reply) void this.#grant(worker, reply);
      else this.#settle(reply);
    });
    // A thread that dies, as of memory, takes the pictures at hand with it; the next ones get a new thread.
    worker.on("error", (error) => {
      if (this.#worker === worker) this.#worker = undefined;
      for (const id of [...this.#waiting.keys()]) this.#settle(failed(id, `could not be decoded: ${error.message}`, this.#plain.has(id)));
    });
    return (this.#worker = worker);
  }

  async #grant(worker: Worker, { id, bytes }: { readonly id: number; readonly bytes: number }): Promise<void> {
    const giveBack = await this.#room.take(bytes);
    // Its thread may have died meanwhile.
    if (!this.#waiting.has(id)) return giveBack();
    this.#taken.set(id, giveBack);
    tell(worker, { granted: id });
  }

  #settle(result: PictureResult | PixelResult): void {
    this.#plain.delete(result.id);
    this.#taken.get(result.id)?.();
    this.#taken.delete(result.id);
    this.#waiting.get(result.id)?.(result);
    this.#waiting.delete(result.id);
  }
}

function failed(id: number, bad: string, isPlain: boolean): PictureResult | PixelResult {
  return isPlain ? { id, bad } : { id, facts: { bad }, pixels: [] };
}

function tell(worker: Worker, request: PictureThreadRequest): void {
  worker.postMessage(request);
}
