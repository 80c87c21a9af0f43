import type { StudioContract } from "../contract/procedures.js";
import type { RunReference } from "../contract/summaries.js";
import type { Handlers, StreamHandlers } from "../rpc/types.js";
import { mayRead, mayResume } from "../services/projects/project-data.js";
import type { Studio } from "../services/studio.js";

export function trainingProcedures({ access, jobs, settings }: Studio): Handlers<StudioContract>["training"] {
  const control =
    (action: "pause" | "resume" | "stop" | "cancel") =>
    async ({ project, run }: RunReference) => {
      jobs.control({ project: await access.resolve(project, "the project"), run }, action);
      return {};
    };
  return {
    async start({ project, resume, epochs, seed, engine, device }, { signal }) {
      const folder = await access.resolve(project, "the project");
      // The engine process reads what it is told to: here is where it is seen whether this host may.
      const run = resume === undefined ? undefined : await mayResume(access, { project: folder, run: resume });
      if (run === undefined) await mayRead(access, folder);
      const { engine: anyEngine, device: anyDevice, threads } = await settings.read();
      return jobs.start(
        {
          project: folder,
          ...(run === undefined ? { preferred: { engine: anyEngine, device: anyDevice, threads } } : { resume: run }),
          ...(epochs === undefined ? {} : { epochs }),
          ...(seed === undefined ? {} : { seed }),
          ...(engine === undefined ? {} : { engine }),
          ...(device === undefined ? {} : { device }),
        },
        signal,
      );
    },
    underWay: () => jobs.underWay(),
    pause: control("pause"),
    resume: control("resume"),
    stop: control("stop"),
    cancel: control("cancel"),
  };
}

export function preparingStream({ access, jobs }: Studio): StreamHandlers<StudioContract>["preparing"] {
  return async ({ project }, sink) => jobs.onPreparing(await access.resolve(project, "the project"), (event) => sink.next(event));
}
