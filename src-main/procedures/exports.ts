import type { StudioContract } from "../contract/procedures.js";
import type { Handlers, StreamHandlers } from "../rpc/types.js";
import { cardOf, describeFormats, writeExport } from "../services/models/exports.js";
import type { Studio } from "../services/studio.js";
import { heardStream } from "./data.js";

export function exportProcedures({ access, models }: Studio): Handlers<StudioContract>["exports"] {
  return { formats: () => describeFormats(), card: (run) => cardOf(access, models, run) };
}

export function exportStream({ access, work }: Studio): StreamHandlers<StudioContract>["export"] {
  return (asked, sink) =>
    heardStream(sink, (hear, signal) =>
      writeExport(access, asked, {
        work,
        signal,
        onEvent: (event) => {
          if (event.event === "stage" || event.event === "log") hear(event);
        },
      }),
    );
}
