import type { StudioContract } from "../contract/procedures.js";
import type { StreamHandlers } from "../rpc/types.js";
import type { Studio } from "../services/studio.js";
import { heardStream } from "./data.js";

export function lookAtNetworkStream({ imports }: Studio): StreamHandlers<StudioContract>["lookAtNetwork"] {
  return (asked, sink) => heardStream(sink, (hear, signal) => imports.look(asked, hear, signal));
}

export function importNetworkStream({ imports }: Studio): StreamHandlers<StudioContract>["importNetwork"] {
  return (wanted, sink) => heardStream(sink, (hear, signal) => imports.create(wanted, hear, signal));
}
