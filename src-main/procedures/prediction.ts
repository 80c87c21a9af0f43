import type { StudioContract } from "../contract/procedures.js";
import type { Handlers, StreamHandlers } from "../rpc/types.js";
import type { Studio } from "../services/studio.js";
import { workStream } from "./data.js";

export function predictionProcedures({ prediction }: Studio): Handlers<StudioContract>["prediction"] {
  return { form: (run) => prediction.form(run), one: ({ values, ...run }) => prediction.one(run, values) };
}

export function predictTableStream({ prediction }: Studio): StreamHandlers<StudioContract>["predictTable"] {
  return (asked, sink) => workStream(sink, (progress, signal, log) => prediction.table(asked, progress, log, signal));
}
