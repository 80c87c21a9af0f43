import { shallowRef, type Ref } from "vue";
import { type LatheError, toLatheError } from "../../src-main/base/errors.js";

/** Something fetched: not there yet, there, or refused with a reason. While it is fetched again the old value stays. */
export interface Loadable<T> {
  readonly value: T | undefined;
  readonly loading: boolean;
  readonly error: LatheError | undefined;
}

export interface Loader<T> {
  readonly state: Readonly<Ref<Loadable<T>>>;
  /** Fetches; an answer that a later `load` or `reset` has overtaken is dropped. @returns what was fetched, unless it was dropped or refused */
  load(fetch: (signal: AbortSignal) => Promise<T>): Promise<T | undefined>;
  reset(): void;
}

export function createLoader<T>(): Loader<T> {
  const state = shallowRef<Loadable<T>>({ value: undefined, loading: false, error: undefined });
  let current: AbortController | undefined;
  return {
    state,
    async load(fetch) {
      current?.abort();
      const turn = (current = new AbortController());
      state.value = { ...state.value, loading: true };
      try {
        const value = await fetch(turn.signal);
        if (current !== turn) return undefined;
        state.value = { value, loading: false, error: undefined };
        return value;
      } catch (thrown) {
        if (current !== turn) return undefined;
        const error = toLatheError(thrown);
        // What a lost connection interrupted is fetched again once there is one.
        if (error.code === "rpc.closed") state.value = { ...state.value, loading: true };
        else state.value = { ...state.value, loading: false, error };
        return undefined;
      }
    },
    reset() {
      current?.abort();
      current = undefined;
      state.value = { value: undefined, loading: false, error: undefined };
    },
  };
}
