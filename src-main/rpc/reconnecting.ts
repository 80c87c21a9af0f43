import { Listeners, toDisposable, type Disposable } from "../base/disposable.js";
import { LatheError, toLatheError } from "../base/errors.js";
import type { Contract } from "../contract/contract.js";
import { createClient, mapProcedures, type ClientOptions, type ConnectedClient } from "./client.js";
import type { Transport } from "./transport.js";
import type { Client, EventOf, Observer, ParamsOf } from "./types.js";

/** `refused`: the other side is there but will not speak to us, now or later. */
export type ConnectionState = "connecting" | "connected" | "lost" | "refused" | "closed";

export interface ReconnectingOptions extends ClientOptions {
  /** Milliseconds to wait before the n-th attempt (from 1) after a loss. */
  readonly delay?: (attempt: number) => number;
  /** Milliseconds that a call waits for a connection; 30 s unless given. */
  readonly patience?: number;
}

/** A client that outlives its connections. */
export interface ReconnectingClient<C extends Contract> extends Client<C>, Disposable {
  readonly state: ConnectionState;
  /** Fires on every change of `state`. */
  onState(listener: (state: ConnectionState) => void): Disposable;
}

/**
 * Connects, and again whenever the connection is lost. Calls wait for a connection, as long as patience lasts, then fail with `rpc.closed`; so do those under
 * way when it is lost, because the other side may have carried them out. Subscriptions are made again, so an observer may hear of something twice. Where the
 * other side refuses for good, calls and subscriptions end with why it does, and so do those made later.
 */
export function connect<C extends Contract>(contract: C, open: () => Promise<Transport>, options: ReconnectingOptions = {}): ReconnectingClient<C> {
  const delay = options.delay ?? ((attempt) => Math.min(5000, 250 * 2 ** (attempt - 1)));
  const patience = options.patience ?? 30_000;
  const states = new Listeners<ConnectionState>();
  interface Subscribed {
    readonly make: (client: ConnectedClient<C>) => void;
    readonly end: (error: LatheError) => void;
  }
  const restore = new Set<Subscribed>();
  /** Why the last attempt to connect failed. */
  let failure: LatheError | undefined;
  let state: ConnectionState = "connecting";
  let current: ConnectedClient<C> | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function change(next: ConnectionState): void {
    if (state === next || state === "closed") return;
    state = next;
    states.fire(next);
  }

  async function attempt(count: number): Promise<void> {
    try {
      const transport = await open();
      if (state === "closed") return transport.close();
      const client = createClient(contract, transport, options);
      current = client;
      client.onClose(() => {
        current = undefined;
        retry(1);
      });
      failure = undefined;
      for (const { make } of restore) make(client);
      change("connected");
    } catch (thrown) {
      failure = toLatheError(thrown);
      if (failure.code !== "rpc.refused") return retry(count + 1);
      change("refused");
      for (const { end } of [...restore]) end(failure);
    }
  }

  /** Why there will be no connection any more, where that is so. */
  function whyNever(): LatheError | undefined {
    if (state === "closed") return new LatheError("rpc.closed", "the connection to Lathe was closed");
    return state === "refused" ? failure : undefined;
  }

  function retry(count: number): void {
    if (state === "closed") return;
    change("lost");
    timer = setTimeout(() => void attempt(count), delay(count));
  }

  /** @throws LatheError `cancelled`, `rpc.closed` once patience has ended or the client was disposed, `rpc.refused` */
  function connected(path: string, signal?: AbortSignal): Promise<ConnectedClient<C>> {
    if (current) return Promise.resolve(current);
    return new Promise((resolve, reject) => {
      const fail = (error: LatheError) => {
        done();
        reject(error);
      };
      const onAbort = () => fail(new LatheError("cancelled", "the call was cancelled"));
      const look = () => {
        const never = whyNever();
        if (never) return fail(never);
        if (!current) return;
        done();
        resolve(current);
      };
      const waiting = setTimeout(() => {
        const why = failure ? `: ${failure.message}` : "";
        fail(new LatheError("rpc.closed", `${path} was given up after ${patience / 1000} s without a connection${why}; try again once the connection is back`));
      }, patience);
      const registration = states.on(look);
      const done = () => {
        clearTimeout(waiting);
        registration.dispose();
        signal?.removeEventListener("abort", onAbort);
      };
      signal?.addEventListener("abort", onAbort, { once: true });
      if (signal?.aborted) onAbort();
      else look();
    });
  }

  function subscribe<S extends keyof C["streams"] & string>(name: S, params: ParamsOf<C, S>, observer: Observer<EventOf<C, S>>): Disposable {
    let inner: Disposable | undefined;
    let made = false;
    const make = (client: ConnectedClient<C>) => {
      inner = client.subscribe(name, params, {
        next: (event) => observer.next(event),
        end(error) {
          if (error instanceof LatheError && error.code === "rpc.closed" && state !== "closed") {
            // Not the stream's end: the connection went, and a new one will restore it; or we fell behind on one that is still there.
            queueMicrotask(() => {
              if (current === client && restore.has(subscribed)) make(client);
            });
            return;
          }
          restore.delete(subscribed);
          observer.end?.(error);
        },
      });
      if (made) observer.resumed?.();
      made = true;
    };
    const subscribed: Subscribed = {
      make,
      end(error) {
        if (restore.delete(subscribed)) observer.end?.(error);
      },
    };
    restore.add(subscribed);
    const never = whyNever();
    // Whoever subscribes holds what it can dispose of before it hears anything.
    if (never) queueMicrotask(() => subscribed.end(never));
    else if (current) make(current);
    return toDisposable(() => {
      restore.delete(subscribed);
      inner?.dispose();
    });
  }

  void attempt(0);
  return {
    procedures: mapProcedures(contract, async (path, procedure, input, callOptions) => {
      const client = await connected(path, callOptions?.signal);
      return client.call(path, procedure, input, callOptions);
    }),
    subscribe,
    get state() {
      return state;
    },
    onState: (listener) => states.on(listener),
    dispose() {
      clearTimeout(timer);
      change("closed");
      current?.dispose();
    },
  };
}
