import type { z } from "zod";
import type { Disposable } from "../base/disposable.js";
import type { Contract } from "../contract/contract.js";

export interface CallOptions {
  /** Aborting rejects the call with `cancelled` and tells the other side to stop. */
  readonly signal?: AbortSignal;
}

/** The contract as functions to call. */
export type Procedures<C extends Contract> = {
  readonly [N in keyof C["procedures"]]: {
    readonly [P in keyof C["procedures"][N]]: (
      input: z.input<C["procedures"][N][P]["input"]>,
      options?: CallOptions,
    ) => Promise<z.output<C["procedures"][N][P]["output"]>>;
  };
};

export interface CallContext {
  /** Aborted when the caller gives up or its connection ends. */
  readonly signal: AbortSignal;
}

/** The contract as functions to write. */
export type Handlers<C extends Contract> = {
  readonly [N in keyof C["procedures"]]: {
    readonly [P in keyof C["procedures"][N]]: (
      input: z.output<C["procedures"][N][P]["input"]>,
      context: CallContext,
    ) => z.input<C["procedures"][N][P]["output"]> | Promise<z.input<C["procedures"][N][P]["output"]>>;
  };
};

/** Where a stream's handler puts its events. After `end` nothing more is heard. */
export interface Sink<E> {
  next(event: E): void;
  end(error?: unknown): void;
}

export type StreamHandlers<C extends Contract> = {
  readonly [S in keyof C["streams"]]: (
    params: z.output<C["streams"][S]["params"]>,
    sink: Sink<z.input<C["streams"][S]["event"]>>,
    context: CallContext,
  ) => Disposable | Promise<Disposable>;
};

export interface Router<C extends Contract> {
  readonly procedures: Handlers<C>;
  readonly streams: StreamHandlers<C>;
}

export interface Observer<E> {
  next(event: E): void;
  /** Called once when the stream ends by itself; not after `dispose`. */
  end?(error?: Error): void;
  /** The subscription was made anew after a gap: fetch what may have been missed. Only of clients that reconnect. */
  resumed?(): void;
}

export type EventOf<C extends Contract, S extends keyof C["streams"]> = z.output<C["streams"][S]["event"]>;
export type ParamsOf<C extends Contract, S extends keyof C["streams"]> = z.input<C["streams"][S]["params"]>;

/** What the studio holds: procedures, and streams by name. */
export interface Client<C extends Contract> {
  readonly procedures: Procedures<C>;
  subscribe<S extends keyof C["streams"] & string>(stream: S, params: ParamsOf<C, S>, observer: Observer<EventOf<C, S>>): Disposable;
}
