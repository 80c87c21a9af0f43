import { onScopeDispose, shallowRef, type Ref } from "vue";
import type { Disposable } from "../../src-main/base/disposable.js";
import { LatheError, toLatheError } from "../../src-main/base/errors.js";
import type { StudioContract } from "../../src-main/contract/procedures.js";
import type { EventOf, ParamsOf } from "../../src-main/rpc/types.js";
import type { StudioClient } from "../rpc/studio.js";

/** Streams whose purpose is one result. */
type WorkStream =
  | "features"
  | "columns"
  | "audit"
  | "learningRate"
  | "predictTable"
  | "export"
  | "forecast"
  | "backtest"
  | "setUpTensorflow"
  | "lookAtNetwork"
  | "importNetwork";
export type WorkResult<S extends WorkStream> = Extract<EventOf<StudioContract, S>, { event: "result" }>["value"];

export interface WorkState<T> {
  readonly running: boolean;
  readonly stage: string | undefined;
  readonly done: number;
  /** Absent where the end is not known. */
  readonly total: number | undefined;
  readonly secondsLeft: number | undefined;
  /** Warnings that came with it. */
  readonly notes: readonly string[];
  /** The last result stays while the work is done again. */
  readonly result: T | undefined;
  readonly error: LatheError | undefined;
}

export interface Work<S extends WorkStream> {
  readonly state: Readonly<Ref<WorkState<WorkResult<S>>>>;
  /** Begins, giving up what was under way. */
  start(params: ParamsOf<StudioContract, S>): void;
  /** Gives up; the last result stays. */
  cancel(): void;
  reset(): void;
}

/** Work of the host's that takes time: how far it is, cancelled when its scope ends. */
export function createWork<S extends WorkStream>(studio: StudioClient, stream: S): Work<S> {
  type T = WorkResult<S>;
  const idle: WorkState<T> = {
    running: false,
    stage: undefined,
    done: 0,
    total: undefined,
    secondsLeft: undefined,
    notes: [],
    result: undefined,
    error: undefined,
  };
  const state = shallowRef<WorkState<T>>(idle);
  let subscription: Disposable | undefined;
  let stageBegan = { stage: "", at: 0 };

  function hear(event: EventOf<StudioContract, S>): void {
    switch (event.event) {
      case "stage": {
        const now = performance.now();
        if (stageBegan.stage !== event.stage) stageBegan = { stage: event.stage, at: now };
        const seconds = (now - stageBegan.at) / 1000;
        const reckoned = event.total !== undefined && event.done > 0 && seconds > 1 ? (seconds / event.done) * (event.total - event.done) : undefined;
        const secondsLeft = event.secondsLeft ?? reckoned;
        state.value = { ...state.value, stage: event.stage, done: event.done, total: event.total, secondsLeft };
        return;
      }
      case "log":
        if (event.level !== "info") state.value = { ...state.value, notes: [...state.value.notes, event.message] };
        return;
      case "result":
        state.value = { ...idle, notes: state.value.notes, result: event.value };
    }
  }

  function cancel(): void {
    subscription?.dispose();
    subscription = undefined;
    if (state.value.running) state.value = { ...state.value, running: false, stage: undefined };
  }

  onScopeDispose(() => subscription?.dispose());
  return {
    state,
    start(params) {
      cancel();
      stageBegan = { stage: "", at: 0 };
      state.value = { ...idle, running: true, result: state.value.result };
      const current = studio.subscribe(stream, params, {
        next: hear,
        end(error) {
          if (subscription !== current) return;
          subscription = undefined;
          const failure = error && toLatheError(error);
          state.value = {
            ...state.value,
            running: false,
            stage: undefined,
            error: failure ?? (state.value.running ? new LatheError("internal", "the work ended without a result") : undefined),
          };
        },
      });
      subscription = current;
    },
    cancel,
    reset() {
      cancel();
      state.value = idle;
    },
  };
}
