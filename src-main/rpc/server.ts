import type { z } from "zod";
import { DisposableStore, type Disposable } from "../base/disposable.js";
import { LatheError, toLatheError } from "../base/errors.js";
import type { Contract, Procedure, Stream } from "../contract/contract.js";
import { EventQueue } from "./event-queue.js";
import { checkValue, type clientMethods, failure, serverMethods, type Reply } from "./messages.js";
import { createPeer } from "./peer.js";
import type { Transport } from "./transport.js";
import type { CallContext, Router, Sink } from "./types.js";

export interface ServeOptions<C extends Contract> {
  readonly contract: C;
  readonly router: Router<C>;
  readonly transport: Transport;
  /** Hears of every message that was refused: malformed, unknown, invalid, not allowed, too much. */
  readonly onRefusal?: (error: LatheError, path: string) => void;
  readonly limits?: Partial<Limits>;
}

export interface Limits {
  /** Calls in work at a time. */
  readonly calls: number;
  readonly subscriptions: number;
  /** Events waiting for one subscriber that no later event makes worthless. */
  readonly backlog: number;
}

const defaultLimits: Limits = { calls: 256, subscriptions: 64, backlog: 20_000 };

/** One connection, served until it is disposed or its transport closes. */
export interface Connection extends Disposable {
  readonly calls: number;
  readonly subscriptions: number;
}

type AnyHandler = (input: unknown, context: CallContext) => unknown;
type AnyStreamHandler = (params: unknown, sink: Sink<unknown>, context: CallContext) => Disposable | Promise<Disposable>;

interface Subscription {
  readonly abort: AbortController;
  readonly queue: EventQueue<unknown>;
  source?: Disposable;
}

/** Answers the contract's procedures and streams over a transport. */
export function serveConnection<C extends Contract>(options: ServeOptions<C>): Connection {
  const { contract, router, transport } = options;
  const limits = { ...defaultLimits, ...options.limits };
  const refused = (error: LatheError, path: string) => options.onRefusal?.(error, path);
  const calls = new Map<string, AbortController>();
  const subscriptions = new Map<string, Subscription>();
  const store = new DisposableStore();

  async function call({ id, path, input }: z.output<typeof serverMethods.call>[0]): Promise<Reply> {
    const abort = new AbortController();
    try {
      const { procedure, handler } = findProcedure(contract, router, path);
      if (calls.has(id)) throw new LatheError("rpc.invalid", `a call with the id ${id} is in work already`);
      if (calls.size >= limits.calls) throw new LatheError("rpc.refused", `${limits.calls} calls are in work already; wait for some to end`);
      const checked = checkValue(procedure.input, input, `the input of ${path}`);
      calls.set(id, abort);
      try {
        const value = await handler(checked, { signal: abort.signal });
        if (abort.signal.aborted) throw new LatheError("cancelled", `${path} was cancelled`);
        return { ok: true, value };
      } finally {
        calls.delete(id);
      }
    } catch (thrown) {
      return fail(thrown, path);
    }
  }

  async function subscribe({ id, stream: name, params }: z.output<typeof serverMethods.subscribe>[0]): Promise<Reply> {
    try {
      const { stream, handler } = findStream(contract, router, name);
      if (subscriptions.has(id)) throw new LatheError("rpc.invalid", `a subscription with the id ${id} is there already`);
      if (subscriptions.size >= limits.subscriptions) {
        throw new LatheError("rpc.refused", `${limits.subscriptions} subscriptions are there already; end some first`);
      }
      const checked = checkValue(stream.params, params, `the parameters of ${name}`);
      const queue = new EventQueue<unknown>({
        deliver: (events) => remote.ask("deliver", { id, events: [...events] }),
        supersedes: (event) => stream.supersedes(event),
        limit: limits.backlog,
        onOverflow: () => void finish(id, new LatheError("rpc.closed", `the receiver of ${name} fell more than ${limits.backlog} events behind`)),
      });
      const subscription: Subscription = { abort: new AbortController(), queue };
      subscriptions.set(id, subscription);
      const sink: Sink<unknown> = {
        next: (event) => {
          if (subscriptions.get(id) === subscription) queue.push(event);
        },
        end(error) {
          // What the handler finds out only while it works is as much a refusal.
          const failure = error === undefined ? undefined : toLatheError(error);
          if (failure?.code.startsWith("rpc.")) refused(failure, name);
          void finish(id, failure);
        },
      };
      try {
        const source = await handler(checked, sink, { signal: subscription.abort.signal });
        // The client may have left while the handler was at work.
        if (subscriptions.get(id) === subscription) subscription.source = source;
        else source.dispose();
      } catch (thrown) {
        release(id);
        throw thrown;
      }
      return { ok: true, value: null };
    } catch (thrown) {
      return fail(thrown, name);
    }
  }

  /** The stream ended by itself: what waits is still delivered, then the end. */
  async function finish(id: string, error: unknown): Promise<void> {
    const subscription = subscriptions.get(id);
    if (!subscription) return;
    subscriptions.delete(id);
    subscription.abort.abort();
    // A stream may end before its handler returned its source; `subscribe` disposes of that one.
    subscription.source?.dispose();
    await subscription.queue.drained();
    subscription.queue.close();
    remote.tell("end", { id, ...(error === undefined ? {} : { error: wireError(error) }) });
  }

  function release(id: string): void {
    const subscription = subscriptions.get(id);
    subscriptions.delete(id);
    subscription?.abort.abort();
    subscription?.queue.close();
    subscription?.source?.dispose();
  }

  function fail(thrown: unknown, path: string): Reply {
    const error = toLatheError(thrown);
    if (error.code.startsWith("rpc.")) refused(error, path);
    return failure(error);
  }

  const remote = createPeer<typeof serverMethods, typeof clientMethods>({
    transport,
    methods: serverMethods,
    functions: { call, cancel: (id) => calls.get(id)?.abort(new LatheError("cancelled", "the caller gave up")), subscribe, unsubscribe: release },
    onMalformed: (error) => {
      refused(error, "");
      transport.close("malformed");
    },
  });
  store.add(
    transport.onClose(() => {
      for (const abort of calls.values()) abort.abort(new LatheError("cancelled", "the connection closed"));
      for (const id of [...subscriptions.keys()]) release(id);
      remote.close(new LatheError("rpc.closed", "the connection closed"));
      store.dispose();
    }),
  );
  return {
    get calls() {
      return calls.size;
    },
    get subscriptions() {
      return subscriptions.size;
    },
    dispose: () => transport.close(),
  };
}

function findProcedure<C extends Contract>(contract: C, router: Router<C>, path: string): { procedure: Procedure; handler: AnyHandler } {
  const [namespace = "", name = "", ...rest] = path.split(".");
  const procedure = own(own(contract.procedures, namespace), name);
  const handler = own(own(router.procedures, namespace), name);
  if (!procedure || typeof handler !== "function" || rest.length > 0) {
    throw new LatheError("rpc.invalid", `there is no procedure ${JSON.stringify(path)}; are both sides of the same version?`);
  }
  return { procedure, handler: handler as AnyHandler };
}

function findStream<C extends Contract>(contract: C, router: Router<C>, name: string): { stream: Stream; handler: AnyStreamHandler } {
  const stream = own(contract.streams, name);
  const handler = own(router.streams, name);
  if (!stream || typeof handler !== "function") {
    throw new LatheError("rpc.invalid", `there is no stream ${JSON.stringify(name)}; are both sides of the same version?`);
  }
  return { stream, handler: handler as AnyStreamHandler };
}

/** A property of the object itself: `constructor` and the like are not names of procedures. */
function own<T extends object>(object: T | undefined, key: string): T[keyof T] | undefined {
  return object && Object.hasOwn(object, key) ? object[key as keyof T] : undefined;
}

function wireError(thrown: unknown) {
  const wire = failure(thrown);
  if (wire.ok) throw new LatheError("internal", "a failure has an error");
  return { code: wire.error.code, message: wire.error.message, details: { ...wire.error.details } };
}
