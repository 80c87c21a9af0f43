import type { StudioContract } from "../contract/procedures.js";
import type { Handlers, StreamHandlers } from "../rpc/types.js";
import type { Studio } from "../services/studio.js";

export function runProcedures({ runs }: Studio): Handlers<StudioContract>["runs"] {
  return {
    list: ({ project }) => runs.list(project),
    links: ({ project }) => runs.links(project),
    metrics: (run) => runs.metrics(run),
    settings: (run) => runs.settings(run),
    log: (run) => runs.log(run),
    describe: ({ name, note, ...run }) => runs.describe(run, { name, note }),
    async trash({ project, runs: some }) {
      await runs.trash(project, some);
      return {};
    },
    async restore({ project, runs: some }) {
      await runs.restore(project, some);
      return {};
    },
    trashed: ({ project }) => runs.trashed(project),
    async emptyTrash({ project }) {
      await runs.emptyTrash(project);
      return {};
    },
  };
}

export function runStream({ runs }: Studio): StreamHandlers<StudioContract>["run"] {
  return (run, sink) =>
    runs.follow(
      run,
      (event) => sink.next(event),
      () => sink.end(),
    );
}
