import type { StudioContract } from "../contract/procedures.js";
import type { Handlers } from "../rpc/types.js";
import type { Studio } from "../services/studio.js";

export function pictureProcedures({ pictures, corrections, pictureViews }: Studio): Handlers<StudioContract>["pictures"] {
  return {
    thumbnails: (asked, { signal }) => pictureViews.thumbnails(asked, signal),
    sample: (asked, { signal }) => pictureViews.sample(asked, signal),
    augmented: (asked, { signal }) => pictureViews.augmented(asked, signal),
    async tryAgain(asked) {
      await pictureViews.tryAgain(asked);
      return {};
    },
    file: (asked, { signal }) => pictureViews.file(asked, signal),
    layers: (run, { signal }) => pictures.layers(run, signal),
    filters: (asked, { signal }) => pictures.filters(asked, signal),
    saliency: (asked, { signal }) => pictures.saliency(asked, signal),
    featureMaps: (asked, { signal }) => pictures.featureMaps(asked, signal),
    correct: ({ project, corrections: asked }) => corrections.correct(project, asked),
  };
}
