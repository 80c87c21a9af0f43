import type { z } from "zod";
import { LatheError, toLatheError } from "../base/errors.js";
import { type Message, type MethodTable, checkMessage } from "./messages.js";
import type { Transport } from "./transport.js";

type ArgumentOf<T extends MethodTable, M extends keyof T> = z.output<T[M]>[0];

/** A method table as functions to write. What they return, or settle with, answers the other side where it wants an answer. */
export type Functions<T extends MethodTable> = { readonly [M in keyof T]: (argument: ArgumentOf<T, M>) => unknown };

export interface PeerOptions<Own extends MethodTable> {
  readonly transport: Transport;
  /** What this side offers; every message is checked against it. */
  readonly methods: Own;
  readonly functions: Functions<Own>;
  /** Hears of each message that is not in the form of the protocol. */
  readonly onMalformed: (error: LatheError) => void;
}

/** One side of a connection: asks and tells the other side, and answers it. */
export interface Peer<Other extends MethodTable> {
  readonly closed: boolean;
  /** Settles with the answer. @throws LatheError what `close` was given, `rpc.closed`, `rpc.invalid` where the other side could not answer */
  ask<M extends keyof Other & string>(method: M, argument: ArgumentOf<Other, M>): Promise<unknown>;
  /** Wants no answer. A connection that is gone has nobody to tell. */
  tell<M extends keyof Other & string>(method: M, argument: ArgumentOf<Other, M>): void;
  /** Rejects what waits for answers, and hears nothing more. */
  close(error: LatheError): void;
}

interface Waiting {
  resolve(answer: unknown): void;
  reject(error: LatheError): void;
}

/** Requests, answers and messages that want none, over a transport. The envelope stands in `messages.ts`. */
export function createPeer<Own extends MethodTable, Other extends MethodTable>({ transport, methods, functions, onMalformed }: PeerOptions<Own>): Peer<Other> {
  const waiting = new Map<string, Waiting>();
  let lastId = 0;
  let failure: LatheError | undefined;

  function receive(message: unknown): void {
    let checked: Message;
    try {
      checked = checkMessage(message, methods);
    } catch (thrown) {
      onMalformed(toLatheError(thrown));
      return;
    }
    if (checked.t === "q") void answer(checked);
    else settle(checked);
  }

  async function answer({ i, m, a }: Extract<Message, { readonly t: "q" }>): Promise<void> {
    // A message may have come before this peer was there: whoever makes it has it when the function is called.
    await Promise.resolve();
    let reply: { readonly r?: unknown; readonly e?: string };
    try {
      // `checkMessage` has found the method in the table, and its argument in that method's form.
      reply = { r: await functions[m]?.(a[0]) };
    } catch (thrown) {
      reply = { e: toLatheError(thrown).message };
    }
    if (i === undefined) return;
    // What cannot be sent, such as a BigInt as JSON, is a failure of this side: whoever asked must not wait for ever.
    if (!trySend({ t: "s", i, ...reply })) trySend({ t: "s", i, e: "the answer could not be sent" });
  }

  function settle({ i, r, e }: Extract<Message, { readonly t: "s" }>): void {
    const asked = waiting.get(i);
    waiting.delete(i);
    if (e === undefined || e === null) asked?.resolve(r);
    else asked?.reject(new LatheError("rpc.invalid", `the other side could not answer: ${typeof e === "string" ? e : "it did not say why"}`));
  }

  function trySend(message: unknown): boolean {
    try {
      transport.send(message);
      return true;
    } catch {
      return false;
    }
  }

  const listening = transport.onMessage(receive);

  return {
    get closed() {
      return failure !== undefined;
    },
    ask(method, argument) {
      return new Promise((resolve, reject) => {
        if (failure) throw failure;
        const i = String(++lastId);
        waiting.set(i, { resolve, reject });
        try {
          transport.send({ t: "q", i, m: method, a: [argument] });
        } catch (thrown) {
          waiting.delete(i);
          throw thrown;
        }
      });
    },
    tell(method, argument) {
      if (!failure) trySend({ t: "q", m: method, a: [argument] });
    },
    close(error) {
      if (failure) return;
      failure = error;
      listening.dispose();
      for (const asked of waiting.values()) asked.reject(error);
      waiting.clear();
    },
  };
}
