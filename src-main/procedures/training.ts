import { LatheError } from "../base/errors.js";
import type { StudioContract } from "../contract/procedures.js";
import type { RunReference } from "../contract/summaries.js";
import type { Handlers, StreamHandlers } from "../rpc/types.js";
import { presetOf } from "../services/models/model-plans.js";
import { mayRead, mayResume, readProjectData } from "../services/projects/project-data.js";
import type { Studio } from "../services/studio.js";

export function trainingProcedures({ access, jobs, runs, settings }: Studio): Handlers<StudioContract>["training"] {
  const control =
    (action: "pause" | "resume" | "stop" | "cancel") =>
    async ({ project, run }: RunReference) => {
      jobs.control({ project: await access.resolve(project, "the project"), run }, action);
      return {};
    };
  return {
    async start({ project, resume, from, learn, epochs, seed, preset, engine, device }, { signal }) {
      const folder = await access.resolve(project, "the project");
      // The engine process reads what it is told to: here is where it is seen whether this host may.
      const run = resume === undefined ? undefined : await mayResume(access, { project: folder, run: resume });
      if (run === undefined) await mayRead(access, folder);
      const model = preset === undefined || run !== undefined ? undefined : presetOf((await readProjectData(access, folder)).document, preset);
      if (model && model.pictures.length > 0)
        throw new LatheError(
          "usage",
          `the preset ${model.title} reads pictures otherwise than the project: ${model.told.join("; ")}; use it on the Model screen`,
        );
      const { engine: anyEngine, device: anyDevice, threads } = await settings.read();
      const begun = await jobs.start(
        {
          project: folder,
          ...(run === undefined ? { preferred: { engine: anyEngine, device: anyDevice, threads } } : { resume: run }),
          ...(from === undefined ? {} : { from }),
          ...(learn === undefined ? {} : { learn }),
          ...(epochs === undefined ? {} : { epochs }),
          ...(seed === undefined ? {} : { seed }),
          ...(model === undefined ? {} : { model: model.model }),
          ...(engine === undefined ? {} : { engine }),
          ...(device === undefined ? {} : { device }),
        },
        signal,
      );
      if (model) await runs.describe(begun, { name: model.title });
      return begun;
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
