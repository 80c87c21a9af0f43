import { smoothed } from "../../charts/columns.js";
import { chartColors, seriesColors } from "../../charts/palette.js";
import type { LineSeries } from "../../charts/series.js";
import type { EpochColumns, LayerQuantity } from "../../figures/epoch-columns.js";
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
