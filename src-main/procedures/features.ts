import type { StudioContract } from "../contract/procedures.js";
import type { Handlers, StreamHandlers } from "../rpc/types.js";
import type { Studio } from "../services/studio.js";
import { heardStream } from "./data.js";

export function featureProcedures({ features }: Studio): Handlers<StudioContract>["features"] {
  return { nearest: (asked, { signal }) => features.nearest(asked, signal) };
}

export function featureStream({ features }: Studio): StreamHandlers<StudioContract>["features"] {
  return (run, sink) => heardStream(sink, (hear, signal) => features.look(run, hear, signal));
}
