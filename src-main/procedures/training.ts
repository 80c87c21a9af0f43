import type { StudioContract } from "../contract/procedures.js";
import type { RunReference } from "../contract/summaries.js";
import type { Handlers } from "../rpc/types.js";
import type { Studio } from "../services/studio.js";

export function trainingProcedures({ access, jobs }: Studio): Handlers<StudioContract>["training"] {
  const control = (action: "pause" | "resume" | "stop" | "cancel") => async ({ project, run }: RunReference) => {
    jobs.control({ project: await access.resolve(project, "the project"), run }, action);
    return {};
  };
  return {
    async start({ project, resume, epochs, seed, engine, device }) {
      return jobs.start({
        project: await access.resolve(project, "the project"),
        ...(resume === undefined ? {} : { resume }),
        ...(epochs === undefined ? {} : { epochs }),
        ...(seed === undefined ? {} : { seed }),
        ...(engine === undefined ? {} : { engine }),
        ...(device === undefined ? {} : { device }),
      });
    },
    pause: control("pause"),
    resume: control("resume"),
    stop: control("stop"),
    cancel: control("cancel"),
  };
}
