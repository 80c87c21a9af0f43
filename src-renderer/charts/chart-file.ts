import { saveFile } from "../composables/save-file.js";
import type { LineSeries } from "./series.js";

/** The values of a chart as rows of a file, heads first: a row for every x that any of them has. Faint lines are the others' raw values and come along. */
export function seriesRows(xLabel: string, series: readonly LineSeries[]): readonly (readonly string[])[] {
  const rows = new Map<number, (number | undefined)[]>();
  series.forEach(({ x, y }, k) => {
    for (let i = 0; i < x.length; i++) {
      const at = x[i] ?? 0;
      const row = rows.get(at) ?? new Array<number | undefined>(series.length).fill(undefined);
      row[k] = y[i];
      rows.set(at, row);
    }
  });
  const lines = [...rows]
    .sort(([a], [b]) => a - b)
    .map(([x, values]) => [String(x), ...values.map((value) => (value === undefined || Number.isNaN(value) ? "" : String(value)))]);
  return [[xLabel, ...series.map(({ label }) => label)], ...lines];
}

/** A canvas as it looks, on its ground: alone it is transparent. */
export function savePicture(name: string, canvas: HTMLCanvasElement, ground: string): void {
  const picture = document.createElement("canvas");
  picture.width = canvas.width;
  picture.height = canvas.height;
  const context = picture.getContext("2d");
  if (!context) return;
  context.fillStyle = ground;
  context.fillRect(0, 0, picture.width, picture.height);
  context.drawImage(canvas, 0, 0);
  picture.toBlob((blob) => {
    if (blob) saveFile(name, blob);
  }, "image/png");
}
