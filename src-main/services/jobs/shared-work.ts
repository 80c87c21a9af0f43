import { LatheError } from "../../base/errors.js";

export type Progress = (stage: string, done: number, total?: number) => void;

/** Work that several wait for: done once, called off when the last of them has left. */
export interface SharedWork<T> {
  /** @throws LatheError what the work failed with; `cancelled` where `signal` was aborted first. */
  join(signal?: AbortSignal, onProgress?: Progress): Promise<T>;
  /** True once it is done, well. */
  readonly done: boolean;
  /** True once it was called off: whoever comes now begins it anew. */
  readonly abandoned: boolean;
  /** Whether it ended well, once it has ended. */
  readonly settled: Promise<boolean>;
}

export function shareWork<T>(work: (progress: Progress, signal: AbortSignal) => Promise<T>): SharedWork<T> {
  const abort = new AbortController();
  const listeners = new Set<Progress>();
  let last: Parameters<Progress> | undefined;
  let [waiting, done, ended] = [0, false, false];
  const result = work((...progress) => {
    last = progress;
    for (const listener of listeners) listener(...progress);
  }, abort.signal);
  const settled = result.then(
    () => {
      [done, ended] = [true, true];
      return true;
    },
    () => {
      ended = true;
      return false;
    },
  );
  return {
    settled,
    get done() {
      return done;
    },
    get abandoned() {
      return abort.signal.aborted;
    },
    async join(signal, onProgress) {
      let leave: () => void = () => undefined;
      const left = new Promise<never>((_, reject) => (leave = () => reject(new LatheError("cancelled", "reading the data was cancelled"))));
      if (signal?.aborted) leave();
      signal?.addEventListener("abort", leave, { once: true });
      if (onProgress) {
        listeners.add(onProgress);
        if (last && !ended) onProgress(...last);
      }
      waiting++;
      try {
        return await Promise.race([result, left]);
      } finally {
        waiting--;
        signal?.removeEventListener("abort", leave);
        if (onProgress) listeners.delete(onProgress);
        if (waiting === 0 && !ended) abort.abort();
      }
    },
  };
}
