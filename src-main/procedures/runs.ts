import type { StudioContract } from "../contract/procedures.js";
import type { Handlers, StreamHandlers } from "../rpc/types.js";
import type { Studio } from "../services/studio.js";

export function runProcedures({ runs }: Studio): Handlers<StudioContract>["runs"] {
  return {
    list: ({ project }) => runs.list(project),
    metrics: (run) => runs.metrics(run),
  };
}

export function runStream({ runs }: Studio): StreamHandlers<StudioContract>["run"] {
  return (run, sink) => runs.follow(run, (event) => sink.next(event), () => sink.end());
}
