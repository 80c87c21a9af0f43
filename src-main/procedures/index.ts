import type { StudioContract } from "../contract/procedures.js";
import type { Router } from "../rpc/types.js";
import type { Studio } from "../services/studio.js";
import { appProcedures, type Host } from "./app.js";
import { projectProcedures } from "./projects.js";
import { runProcedures, runStream } from "./runs.js";
import { trainingProcedures } from "./training.js";

/** The one router of both hosts. */
export function createRouter(studio: Studio, host: Host): Router<StudioContract> {
  return {
    procedures: {
      app: appProcedures(studio, host),
      projects: projectProcedures(studio),
      runs: runProcedures(studio),
      training: trainingProcedures(studio),
    },
    streams: { run: runStream(studio) },
  };
}
