import { z } from "zod";
import { nothing, procedure, stream } from "./contract.js";
import { runEvent } from "./events.js";
import { projectReference, projectSummary, runMetrics, runReference, runSummary } from "./summaries.js";

/**
 * Everything the studio may ask of its host, typed once. A new procedure is a line here and a handler in `procedures/`; clients follow from the types.
 */
export const studioContract = {
  procedures: {
    app: {
      info: procedure(
        nothing,
        z.strictObject({
          name: z.string(),
          version: z.string(),
          host: z.enum(["electron", "server"]),
          platform: z.string(),
          /** Where projects may lie; null: anywhere. */
          allowedFolders: z.array(z.string()).nullable(),
        }),
      ),
    },
    projects: {
      /** Known projects, the last opened first. */
      list: procedure(nothing, z.array(projectSummary)),
      /** Adds a project to the known ones, or moves it to their front. */
      open: procedure(projectReference, projectSummary),
      /** Takes a project off the list; its files stay. */
      forget: procedure(projectReference, nothing),
    },
    runs: {
      /** The newest first. */
      list: procedure(projectReference, z.array(runSummary)),
      metrics: procedure(runReference, runMetrics),
    },
    training: {
      start: procedure(
        z.strictObject({
          project: projectReference.shape.project,
          /** A run to go on with; absent: a new run. */
          resume: runReference.shape.run.optional(),
          epochs: z.int().positive().optional(),
          seed: z.int().nonnegative().optional(),
          engine: z.string().optional(),
          device: z.string().optional(),
        }),
        runReference,
      ),
      pause: procedure(runReference, nothing),
      resume: procedure(runReference, nothing),
      /** Ends after the step at hand, keeps the best weights, evaluates and exports. */
      stop: procedure(runReference, nothing),
      /** Ends at once; nothing is exported. */
      cancel: procedure(runReference, nothing),
    },
  },
  streams: {
    /** What a run says. A late subscriber first hears how things stand; epochs past come from `runs.metrics`. */
    run: stream(runReference, runEvent, (event) => {
      if (event.event === "step") return "step";
      if (event.event === "stage") return `stage ${event.stage}`;
      if (event.event === "state") return "state";
      return undefined;
    }),
  },
} as const;

export type StudioContract = typeof studioContract;
