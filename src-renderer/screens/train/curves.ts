import { smoothed } from "../../charts/columns.js";
import { chartColors, seriesColors } from "../../charts/palette.js";
import type { LineSeries } from "../../charts/series.js";
import type { EpochEvent } from "../../../src-main/contract/events.js";
import { formatNumber } from "../../composables/format.js";
import type { TargetWeight } from "../../document/target-weights.js";
import type { EpochColumns, LayerQuantity } from "../../figures/epoch-columns.js";
import { lossSum } from "../../figures/loss-parts.js";
import { texts } from "../../texts/index.js";

/** Lines of one metric: training solid, validation dashed; smoothed, with the values themselves pale behind. */
export function curvesOf(columns: EpochColumns, metric: string, dark: boolean, smoothing: number): readonly LineSeries[] {
  const colors = chartColors(dark);
  const x = columns.epoch;
  return (["train", "validation"] as const).flatMap((part): LineSeries[] => {
    const y = columns.metric(part, metric);
    if (!y.some((value) => Number.isFinite(value))) return [];
    const line = { label: texts.train.charts[part], color: colors[part], dashed: part === "validation", x };
    return smoothing > 0
      ? [
          { ...line, id: part, y: smoothed(y, smoothing) },
          { ...line, id: `${part}:raw`, faint: true, y },
        ]
      : [{ ...line, id: part, y }];
  });
}

/** Layers that are drawn: as many as there are colours to tell them apart, spread over the depth of the network. */
export function drawnLayers(layers: readonly string[], most: number): readonly string[] {
  if (layers.length <= most) return layers;
  return Array.from({ length: most }, (_, i) => layers[Math.round((i * (layers.length - 1)) / (most - 1))] ?? "");
}

export function layerCurves(columns: EpochColumns, quantity: LayerQuantity, dark: boolean): readonly LineSeries[] {
  const palette = seriesColors(dark);
  return drawnLayers(columns.layers(quantity), palette.length).map((layer, i) => ({
    id: layer,
    label: layer,
    color: palette[i] ?? "",
    x: columns.epoch,
    y: columns.layer(quantity, layer),
  }));
}

/** The loss of each target as it is: training solid, validation dashed, a colour a target. */
export function targetCurves(columns: EpochColumns, targets: readonly string[], palette: readonly string[]): readonly LineSeries[] {
  const t = texts.train.charts;
  return drawnLayers(targets, palette.length).flatMap((target) =>
    (["train", "validation"] as const).flatMap((part): LineSeries[] => {
      const y = columns.metric(part, `${target}.loss`);
      if (!y.some((value) => Number.isFinite(value))) return [];
      const color = palette[targets.indexOf(target) % palette.length] ?? "";
      return [{ id: `${target} ${part}`, label: `${target}, ${t[part]}`, color, dashed: part === "validation", x: columns.epoch, y }];
    }),
  );
}

/**
 * The combined loss and the weighted losses that it is the sum of, of validation, or of training where nothing validates; none where their factors are not
 * told.
 */
export function partCurves(
  columns: EpochColumns,
  epochs: readonly EpochEvent[],
  { targets, combine }: { readonly targets: readonly TargetWeight[]; readonly combine: string },
  dark: boolean,
): readonly LineSeries[] {
  const palette = seriesColors(dark);
  const part = columns.metric("validation", "loss").some((value) => Number.isFinite(value)) ? "validation" : "train";
  const sums = epochs.slice(0, columns.epoch.length).map((epoch) => lossSum(epoch, part, targets, combine));
  const newest = sums.at(-1);
  if (!newest) return [];
  const t = texts.train.charts;
  const dashed = part === "validation";
  return [
    { id: "loss", label: t.together, color: chartColors(dark).text, dashed, x: columns.epoch, y: sums.map((sum) => sum?.total ?? Number.NaN) },
    ...drawnLayers(
      targets.map(({ name }) => name),
      palette.length,
    ).map((name): LineSeries => {
      const k = targets.findIndex((target) => target.name === name);
      return {
        id: `part ${name}`,
        label: t.weighted(formatNumber(newest.parts[k]?.factor), name),
        color: palette[k % palette.length] ?? "",
        dashed,
        x: columns.epoch,
        y: sums.map((sum) => sum?.parts[k]?.weighted ?? Number.NaN),
      };
    }),
  ];
}
