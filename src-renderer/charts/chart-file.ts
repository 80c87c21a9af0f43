import type { LineSeries } from "./series.js";

/** The values of a chart as CSV: a row for every x that any of them has. Faint lines are the others' raw values and come along. */
export function seriesCsv(xLabel: string, series: readonly LineSeries[]): string {
  const rows = new Map<number, (number | undefined)[]>();
  series.forEach(({ x, y }, k) => {
    for (let i = 0; i < x.length; i++) {
      const at = x[i] ?? 0;
      const row = rows.get(at) ?? new Array<number | undefined>(series.length).fill(undefined);
      row[k] = y[i];
      rows.set(at, row);
    }
  });
  const lines = [...rows].sort(([a], [b]) => a - b).map(([x, values]) => [String(x), ...values.map((value) => (value === undefined || Number.isNaN(value) ? "" : String(value)))]);
  return toCsv([[xLabel, ...series.map(({ label }) => label)], ...lines]);
}

/** @returns RFC 4180 */
export function toCsv(rows: readonly (readonly string[])[]): string {
  const quote = (cell: string) => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll("\"", "\"\"")}"` : cell);
  return rows.map((row) => `${row.map(quote).join(",")}\r\n`).join("");
}

export function saveText(name: string, text: string): void {
  save(name, new Blob([text], { type: "text/csv;charset=utf-8" }));
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
    if (blob) save(name, blob);
  }, "image/png");
}

function save(name: string, blob: Blob): void {
  const address = URL.createObjectURL(blob);
  const link = document.createElement("a");
  link.href = address;
  link.download = name.replaceAll(/[^\p{L}\p{N}._-]+/gu, "-");
  link.click();
  // The browser has begun to read it by then.
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
