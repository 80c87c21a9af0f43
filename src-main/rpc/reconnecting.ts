import { Emitter, toDisposable, type Disposable } from "../base/disposable.js";
import { LatheError } from "../base/errors.js";
import type { Contract } from "../contract/contract.js";
import { createClient, mapProcedures, type ClientOptions, type ConnectedClient } from "./client.js";
import type { Transport } from "./transport.js";
import type { Client, EventOf, Observer, ParamsOf } from "./types.js";

/** `refused`: the other side is there but will not speak to us, now or later. */
export type ConnectionState = "connecting" | "connected" | "lost" | "refused" | "closed";

export interface ReconnectingOptions extends ClientOptions {
  /** Milliseconds to wait before the n-th attempt (from 1) after a loss. */
  readonly delay?: (attempt: number) => number;
}

/** A client that outlives its connections. */
export interface ReconnectingClient<C extends Contract> extends Client<C>, Disposable {
  readonly state: ConnectionState;
  /** Fires on every change of `state`. */
  onState(listener: (state: ConnectionState) => void): Disposable;
}

/**
 * Connects, and again whenever the connection is lost. Calls wait for a connection; those under way when it is lost fail with `rpc.closed`, because the
 * other side may have carried them out. Subscriptions are made again, so an observer may hear of something twice.
 */
export function connect<C extends Contract>(
  contract: C,
  open: () => Promise<Transport>,
  options: ReconnectingOptions = {},
): ReconnectingClient<C> {
  const delay = options.delay ?? ((attempt) => Math.min(5000, 250 * 2 ** (attempt - 1)));
  const states = new Emitter<ConnectionState>();
  const restore = new Set<(client: ConnectedClient<C>) => void>();
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
      for (const subscribe of restore) subscribe(client);
      change("connected");
    } catch (thrown) {
      if (thrown instanceof LatheError && thrown.code === "rpc.refused") change("refused");
      else retry(count + 1);
    }
  }

  function retry(count: number): void {
    if (state === "closed") return;
    change("lost");
    timer = setTimeout(() => void attempt(count), delay(count));
  }

  /** @throws LatheError `cancelled`, or `rpc.closed` once the client was disposed. */
  function connected(signal?: AbortSignal): Promise<ConnectedClient<C>> {
    if (current) return Promise.resolve(current);
    return new Promise((resolve, reject) => {
      const done = () => {
        registration.dispose();
        signal?.removeEventListener("abort", onAbort);
      };
      const onAbort = () => {
        done();
        reject(new LatheError("cancelled", "the call was cancelled"));
      };
      const registration = states.on(() => {
        if (current) resolve(current);
        else if (state === "closed") reject(new LatheError("rpc.closed", "the connection to Lathe was closed"));
        else return;
        done();
      });
      if (state === "closed") {
        done();
        reject(new LatheError("rpc.closed", "the connection to Lathe was closed"));
      } else if (signal?.aborted) onAbort();
      else signal?.addEventListener("abort", onAbort, { once: true });
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
              if (current === client && restore.has(make)) make(client);
            });
            return;
          }
          restore.delete(make);
          observer.end?.(error);
        },
      });
      if (made) observer.resumed?.();
      made = true;
    };
    restore.add(make);
    if (current) make(current);
    return toDisposable(() => {
      restore.delete(make);
      inner?.dispose();
    });
  }

  void attempt(0);
  return {
    procedures: mapProcedures(contract, async (path, procedure, input, callOptions) => {
      const client = await connected(callOptions?.signal);
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
