import { DisposableStore, toDisposable, type Disposable } from "../base/disposable.js";
import { LatheError, toLatheError } from "../base/errors.js";
import type { Contract, Procedure, Stream } from "../contract/contract.js";
import { checkValue, clientMethods, errorFromWire, reply, type serverMethods } from "./messages.js";
import { createPeer } from "./peer.js";
import type { Transport } from "./transport.js";
import type { CallOptions, Client, EventOf, Observer, ParamsOf, Procedures } from "./types.js";

export interface ClientOptions {
  /** Hears of what the other side sent and should not have. */
  readonly onInvalid?: (error: LatheError) => void;
  /** Settles when a batch of events counts as taken; the host gathers what comes until then. By default at once. */
  readonly taken?: () => Promise<void>;
}

/** A client of one connection; `connect` in `reconnecting.ts` outlives connections. */
export interface ConnectedClient<C extends Contract> extends Client<C>, Disposable {
  onClose(listener: () => void): Disposable;
  /** A procedure by its path, for what wraps this client. */
  call(path: string, procedure: Procedure, input: unknown, options?: CallOptions): Promise<unknown>;
  /** Calls under way and subscriptions; tests of leaks ask. */
  readonly pending: number;
  readonly subscriptions: number;
}

interface Subscriber {
  readonly name: string;
  readonly stream: Stream;
  readonly observer: Observer<unknown>;
}

/** Calls a contract's procedures and listens to its streams over a transport. Runs in a browser and in Node. */
export function createClient<C extends Contract>(contract: C, transport: Transport, options: ClientOptions = {}): ConnectedClient<C> {
  const subscribers = new Map<string, Subscriber>();
  const store = new DisposableStore();
  let lastId = 0;
  let pending = 0;
  const invalid = (error: LatheError) => options.onInvalid?.(error);

  const remote = createPeer<typeof clientMethods, typeof serverMethods>({
    transport,
    methods: clientMethods,
    onMalformed: invalid,
    functions: {
      async deliver({ id, events }) {
        for (const event of events) {
          const subscriber = subscribers.get(id);
          if (!subscriber) return;
          try {
            subscriber.observer.next(checkValue(subscriber.stream.event, event, `an event of ${subscriber.name}`));
          } catch (thrown) {
            invalid(toLatheError(thrown));
          }
        }
        await options.taken?.();
      },
      end({ id, error }) {
        const subscriber = subscribers.get(id);
        subscribers.delete(id);
        subscriber?.observer.end?.(error && errorFromWire(error));
      },
    },
  });
  const closedError = () => new LatheError("rpc.closed", "the connection to Lathe was lost");
  store.add(
    transport.onClose(() => {
      remote.close(closedError());
      store.dispose();
      for (const [id, { observer }] of [...subscribers]) {
        subscribers.delete(id);
        observer.end?.(closedError());
      }
    }),
  );

  async function call(path: string, procedure: Procedure, input: unknown, { signal }: CallOptions = {}): Promise<unknown> {
    const cancelled = () => new LatheError("cancelled", `${path} was cancelled`);
    if (signal?.aborted) throw cancelled();
    if (remote.closed) throw closedError();
    const id = `c${++lastId}`;
    pending++;
    let stop = () => undefined as void;
    try {
      const given = new Promise<never>((_resolve, reject) => {
        const onAbort = () => {
          remote.tell("cancel", id);
          reject(cancelled());
        };
        signal?.addEventListener("abort", onAbort, { once: true });
        stop = () => signal?.removeEventListener("abort", onAbort);
      });
      const answer = checkValue(reply, await Promise.race([remote.ask("call", { id, path, input }), given]), `the answer to ${path}`);
      if (!answer.ok) throw errorFromWire(answer.error);
      return checkValue(procedure.output, answer.value, `the answer to ${path}`);
    } finally {
      stop();
      pending--;
    }
  }

  function subscribe<S extends keyof C["streams"] & string>(name: S, params: ParamsOf<C, S>, observer: Observer<EventOf<C, S>>): Disposable {
    const stream = Object.hasOwn(contract.streams, name) ? contract.streams[name] : undefined;
    if (!stream) throw new LatheError("rpc.invalid", `there is no stream ${name}`);
    const id = `s${++lastId}`;
    const fail = (thrown: unknown) => {
      if (subscribers.delete(id)) observer.end?.(toLatheError(thrown));
    };
    subscribers.set(id, { name, stream, observer: observer });
    if (remote.closed) queueMicrotask(() => fail(closedError()));
    else {
      remote
        .ask("subscribe", { id, stream: name, params })
        .then((answer) => {
          const checked = checkValue(reply, answer, `the answer to ${name}`);
          if (!checked.ok) fail(errorFromWire(checked.error));
        })
        .catch(fail);
    }
    return toDisposable(() => {
      if (subscribers.delete(id)) remote.tell("unsubscribe", id);
    });
  }

  return {
    procedures: mapProcedures(contract, call),
    subscribe,
    call,
    onClose: (listener) => transport.onClose(listener),
    get pending() {
      return pending;
    },
    get subscriptions() {
      return subscribers.size;
    },
    dispose: () => transport.close(),
  };
}

/** The contract's tree of names, each a function that calls `call` with its path. */
export function mapProcedures<C extends Contract>(
  contract: C,
  call: (path: string, procedure: Procedure, input: unknown, options?: CallOptions) => Promise<unknown>,
): Procedures<C> {
  const namespaces = Object.entries(contract.procedures).map(([namespace, procedures]) => {
    const functions = Object.entries(procedures).map(([name, procedure]) => {
      const path = `${namespace}.${name}`;
      return [name, (input: unknown, options?: CallOptions) => call(path, procedure, input, options)] as const;
    });
    return [namespace, Object.fromEntries(functions)] as const;
  });
  // The types of a tree built by a loop are those of the contract it was built from.
  return Object.fromEntries(namespaces) as Procedures<C>;
}
