import type { StudioContract } from "../contract/procedures.js";
import type { Handlers, StreamHandlers } from "../rpc/types.js";
import type { Studio } from "../services/studio.js";
import { heardStream } from "./data.js";

export function predictionProcedures({ prediction }: Studio): Handlers<StudioContract>["prediction"] {
  return {
    form: (run) => prediction.form(run),
    one: ({ values, ...run }) => prediction.one(run, values),
    async discard({ out }) {
      await prediction.discard(out);
      return {};
    },
  };
}

export function predictTableStream({ prediction }: Studio): StreamHandlers<StudioContract>["predictTable"] {
  return (asked, sink) => heardStream(sink, (hear, signal) => prediction.table(asked, hear, signal));
}
