import { type LayerInput } from "../template.js";
import type { SeriesAnswer, SeriesNetwork } from "./series-network.js";

/** As in the paper: steps of the moving average that is the trend. */
const KERNEL = 25;

/**
 * The window is parted into its trend, a moving average, and what is left; a Linear over time makes a forecast of each, the same one for every column, and
 * their sum is mixed into the target. Zeng et al. 2022, https://arxiv.org/abs/2205.13504, where columns are forecast by themselves and are all targets. At
 * the ends the average is over the steps that are there; the paper repeats the first and last.
 *
 * A class is answered by one Linear on all of trend and rest.
 */
export const dLinear: SeriesNetwork = {
  type: "linear",
  title: "Linear",
  summary: "DLinear: trend and rest of the window, a weighted sum of each; the one to beat",
  layers: (id, { name, length }) => {
    const kernelSize = 2 * Math.floor((Math.min(KERNEL, length) - 1) / 2) + 1;
    const turned = id("turned");
    const trend = id("trend");
    return [
      { id: turned, type: "Permute", from: [name], dims: [0, 2, 1] },
      { id: trend, type: "AvgPool1d", kernelSize, stride: 1, padding: (kernelSize - 1) / 2, countIncludePad: false },
      { id: id("rest"), type: "Sub", from: [turned, trend] },
    ];
  },
  answer: (answer) => (answer.target.outFeatures === "classes" ? classes(answer) : forecast(answer, answer.target.outFeatures)),
};

function forecast({ target, out, id, layers, others }: SeriesAnswer, horizon: number): readonly LayerInput[] {
  const [, trend, rest] = layers.map((layer) => layer.id);
  const of = (part: string) => id(`${part}_${target.name}`);
  const [ofTrend, ofRest, sum, mixed] = [of("of_trend"), of("of_rest"), of("sum"), of("mixed")];
  const steps: LayerInput[] = [
    { id: ofTrend, type: "Linear", from: [trend ?? ""], outFeatures: horizon },
    { id: ofRest, type: "Linear", from: [rest ?? ""], outFeatures: horizon },
    { id: of("columns"), type: "Add", from: [ofTrend, ofRest] },
    { id: of("steps"), type: "Permute", dims: [0, 2, 1] },
    { id: mixed, type: "Linear", outFeatures: 1 },
  ];
  if (others.length === 0) return [...steps, { id: out, type: "Flatten" }];
  const known = beside(of("known"), others);
  const ofKnown = of("of_known");
  return [
    ...steps,
    { id: sum, type: "Flatten" },
    ...known.layers,
    { id: ofKnown, type: "Linear", from: [known.row], outFeatures: horizon },
    { id: out, type: "Add", from: [sum, ofKnown] },
  ];
}

function classes({ target, out, id, layers, others }: SeriesAnswer): readonly LayerInput[] {
  const [, trend, rest] = layers.map((layer) => layer.id);
  const of = (part: string) => id(`${part}_${target.name}`);
  const [ofTrend, ofRest] = [of("of_trend"), of("of_rest")];
  return [
    { id: ofTrend, type: "Flatten", from: [trend ?? ""] },
    { id: ofRest, type: "Flatten", from: [rest ?? ""] },
    { id: of("all"), type: "Concat", from: [ofTrend, ofRest, ...others] },
    { id: out, type: "Linear", outFeatures: "classes" },
  ];
}

/** Rows side by side. */
function beside(id: string, rows: readonly string[]): { readonly row: string; readonly layers: readonly LayerInput[] } {
  const [only] = rows;
  return only !== undefined && rows.length === 1 ? { row: only, layers: [] } : { row: id, layers: [{ id, type: "Concat", from: rows.slice() }] };
}
