import type { StudioContract } from "../contract/procedures.js";
import type { Handlers } from "../rpc/types.js";
import type { Studio } from "../services/studio.js";

export function pictureProcedures({ pictures, corrections }: Studio): Handlers<StudioContract>["pictures"] {
  return {
    layers: (run, { signal }) => pictures.layers(run, signal),
    filters: (asked, { signal }) => pictures.filters(asked, signal),
    saliency: (asked, { signal }) => pictures.saliency(asked, signal),
    featureMaps: (asked, { signal }) => pictures.featureMaps(asked, signal),
    correct: ({ project, corrections: asked }) => corrections.correct(project, asked),
  };
}
