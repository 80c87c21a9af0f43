import { z } from "zod";
import type { Sink } from "../../../src-main/rpc/types.js";
import { toDisposable } from "../../../src-main/base/disposable.js";
import { LatheError } from "../../../src-main/base/errors.js";
import { nothing, procedure, stream, type Contract } from "../../../src-main/contract/contract.js";
import { createClient } from "../../../src-main/rpc/client.js";
import { serveConnection, type Limits } from "../../../src-main/rpc/server.js";
import { createMemoryPair } from "../../../src-main/rpc/transports/memory.js";
import type { Router } from "../../../src-main/rpc/types.js";

export const testContract = {
  procedures: {
    math: {
      add: procedure(z.strictObject({ a: z.number(), b: z.number() }), z.number()),
      /** Whose handler breaks the contract. */
      lie: procedure(nothing, z.number()),
    },
    work: { wait: procedure(nothing, z.string()), fail: procedure(z.strictObject({ how: z.enum(["lathe", "plain"]) }), nothing) },
  },
  streams: {
    count: stream(z.strictObject({ name: z.string() }), z.strictObject({ kind: z.enum(["tick", "mark"]), value: z.number() }), (event) =>
      event.kind === "tick" ? "tick" : undefined,
    ),
  },
} as const satisfies Contract;

export type CountEvent = { kind: "tick" | "mark"; value: number };

/** A server and a client over a memory pair, with what the test wants to look at. */
export function createFixture(limits: Partial<Limits> = {}) {
  const [clientEnd, serverEnd] = createMemoryPair();
  const refusals: { error: LatheError; path: string }[] = [];
  const invalid: LatheError[] = [];
  const sinks = new Map<string, Sink<CountEvent>>();
  const log: string[] = [];
  const router: Router<typeof testContract> = {
    procedures: {
      math: { add: ({ a, b }) => a + b, lie: () => "four" as unknown as number },
      work: {
        wait: (_input, { signal }) =>
          new Promise((_resolve, reject) => {
            log.push("waiting");
            signal.addEventListener("abort", () => {
              log.push("aborted");
              reject(signal.reason as Error);
            });
          }),
        fail({ how }) {
          if (how === "lathe") throw new LatheError("data.missing", "there is no file x.csv", { path: "x.csv" });
          throw new TypeError("undefined is not a function");
        },
      },
    },
    streams: {
      count({ name }, sink) {
        if (name === "no") throw new LatheError("run.missing", "there is no run no");
        sinks.set(name, sink);
        return toDisposable(() => sinks.delete(name));
      },
    },
  };
  const connection = serveConnection({
    contract: testContract,
    router,
    transport: serverEnd,
    limits,
    onRefusal: (error, path) => refusals.push({ error, path }),
  });
  const client = createClient(testContract, clientEnd, { onInvalid: (error) => invalid.push(error) });
  return { client, connection, clientEnd, serverEnd, refusals, invalid, sinks, log, router };
}

/** Lets messages cross the memory pair a few times: by turns of this process, which come as slowly as messages where the machine has others to serve. */
export async function settle(turns = 20): Promise<void> {
  for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setTimeout(resolve, 1));
}
