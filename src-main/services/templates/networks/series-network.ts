import type { ProjectInput } from "../../../contract/project.js";
import { type LayerInput, last } from "../template.js";
import type { Ids } from "./network.js";

/** The input that is a window of a series, `[N, length, features]`, the latest step last. */
export interface SeriesWindow {
  readonly name: string;
  readonly length: number;
  readonly features: number;
}

export interface SeriesTarget {
  readonly name: string;
  /** Numbers to forecast, one for each step of the horizon; or classes of the window. */
  readonly outFeatures: number | "classes";
}

/** What one target is answered from. */
export interface SeriesAnswer {
  readonly target: SeriesTarget;
  /** The id of the last layer, and how to make the others'. */
  readonly out: string;
  readonly id: Ids;
  /** The network's layers that may be read. */
  readonly layers: readonly LayerInput[];
  /** Inputs of one row a sample, `[N, F]`, such as what is known in advance of the steps to forecast. */
  readonly others: readonly string[];
}

/** A network that reads a window of a series. */
export interface SeriesNetwork {
  readonly type: string;
  /** What a user calls it. */
  readonly title: string;
  readonly summary: string;
  /** Its layers; the first reads the window, the last is a row of features `[N, F]` unless `answer` says otherwise. */
  layers(id: Ids, window: SeriesWindow): readonly LayerInput[];
  /** Layers that answer one target, `[N, outFeatures]`; absent: a Linear on the features and the other inputs side by side. */
  answer?(answer: SeriesAnswer): readonly LayerInput[];
}

export interface SeriesParts {
  readonly window: SeriesWindow;
  readonly others: readonly string[];
  readonly targets: readonly SeriesTarget[];
}

/** How all templates for series train. Gradients through many steps can grow out of all measure: they are clipped. */
export const seriesTraining = {
  epochs: 30,
  batchSize: 32,
  shuffle: true,
  optimizer: { type: "Adam", lr: 0.003 },
  clipGradNorm: 1,
} as const satisfies ProjectInput["training"];

/** The network with its answers: one output a target. */
export function seriesModel(network: SeriesNetwork, id: Ids, { window, others, targets }: SeriesParts): ProjectInput["model"] {
  const trunk = network.layers(id, window);
  const layers: LayerInput[] = [...trunk];
  if (!network.answer && others.length > 0) layers.push({ id: id("join"), type: "Concat", from: [last(layers), ...others] });
  const features = last(layers);
  const outputs = targets.map((target) => {
    const out = id(targets.length === 1 ? "out" : `out_${target.name}`);
    layers.push(
      ...(network.answer?.({ target, out, id, layers: trunk, others }) ?? [{ id: out, type: "Linear", from: [features], outFeatures: target.outFeatures }]),
    );
    return { target: target.name, from: out };
  });
  return { layers, outputs };
}
