import { inject, type InjectionKey } from "vue";
import { LatheError } from "../../src-main/base/errors.js";
import { studioContract, type StudioContract } from "../../src-main/contract/procedures.js";
import { connect, type ConnectionState, type ReconnectingClient } from "../../src-main/rpc/reconnecting.js";
import { openTransport } from "./open-transport.js";

export type { ConnectionState };
export type StudioClient = ReconnectingClient<StudioContract>;

export const studioKey: InjectionKey<StudioClient> = Symbol("studio");

/** Milliseconds between batches of a stream, at least: a frame or three, which no eye tells apart. */
const pace = 50;

export function connectStudio(): StudioClient {
  return connect(studioContract, openTransport, {
    taken: () => new Promise((resolve) => setTimeout(resolve, pace)),
    onInvalid: (error) => console.error(`Lathe's host sent what it should not have: ${error.message}`),
  });
}

/** The client, in a component or a store. */
export function useStudio(): StudioClient {
  const client = inject(studioKey);
  if (!client) throw new LatheError("internal", "the studio is used outside the app");
  return client;
}
