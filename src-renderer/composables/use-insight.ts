import type { Ref } from "vue";
import type { FeatureMapsAnswer, FiltersAnswer, LayersAnswer } from "../../src-main/contract/picture-insight.js";
import type { RunReference } from "../../src-main/contract/summaries.js";
import { useStudio } from "../rpc/studio.js";
import { createLoader, type Loadable } from "../fetching/loadable.js";

/** A row of the run's data, or any file. */
export type PictureOf = { readonly row: number } | { readonly path: string };

/** Maps that are shown at once. */
export const mapsAtOnce = 64;

export interface Insight {
  readonly layers: Readonly<Ref<Loadable<LayersAnswer>>>;
  readonly maps: Readonly<Ref<Loadable<FeatureMapsAnswer>>>;
  readonly filters: Readonly<Ref<Loadable<FiltersAnswer>>>;
  askLayers: (run: RunReference) => void;
  /** @param from the first map of those shown. */
  askMaps: (run: RunReference, picture: PictureOf, layer: string, from: number) => void;
  /** @param layer the first convolution by default. */
  askFilters: (run: RunReference, layer?: string) => void;
}

/** What a run's network is made of, and what its layers make of a picture. */
export function useInsight(): Insight {
  const {
    procedures: { pictures },
  } = useStudio();
  const [layers, maps, filters] = [createLoader<LayersAnswer>(), createLoader<FeatureMapsAnswer>(), createLoader<FiltersAnswer>()];
  return {
    layers: layers.state,
    maps: maps.state,
    filters: filters.state,
    askLayers: (run) => void layers.load((signal) => pictures.layers(run, { signal })),
    askMaps: (run, picture, layer, from) =>
      void maps.load((signal) => pictures.featureMaps({ ...run, ...picture, layer, from, limit: mapsAtOnce }, { signal })),
    askFilters: (run, layer) => void filters.load((signal) => pictures.filters({ ...run, ...(layer === undefined ? {} : { layer }) }, { signal })),
  };
}
