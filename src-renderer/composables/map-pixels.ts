import type { FeatureMapsAnswer, FiltersAnswer, LayersAnswer } from "../../src-main/contract/picture-insight.js";

/** What is drawn of a layer: red, green and blue bytes, `[height, width, 3]`. */
export interface DrawnPixels {
  readonly pixels: Uint8Array;
  readonly width: number;
  readonly height: number;
}

type Color = readonly [red: number, green: number, blue: number];

/** From little to much: cividis (Nuñez et al. 2018), which grows evenly brighter for eyes of any colour vision. */
export const risingColors: readonly Color[] = [
  [0, 34, 78],
  [53, 69, 108],
  [102, 105, 112],
  [148, 142, 119],
  [200, 184, 102],
  [254, 232, 56],
];
/** From less than nothing over nothing to more: blue, near white, orange. */
export const signedColors: readonly Color[] = [
  [33, 102, 172],
  [146, 197, 222],
  [247, 247, 247],
  [253, 184, 99],
  [179, 88, 6],
];

/** @param share 0 to 1 along the colours */
export function colorAt(colors: readonly Color[], share: number): Color {
  const at = Math.min(1, Math.max(0, share)) * (colors.length - 1);
  const from = Math.min(colors.length - 2, Math.floor(at));
  const [a, b]: readonly [Color, Color] = [colors[from] ?? [0, 0, 0], colors[from + 1] ?? [0, 0, 0]];
  const between = (c: 0 | 1 | 2) => Math.round(a[c] + (b[c] - a[c]) * (at - from));
  return [between(0), between(1), between(2)];
}

/** For a legend. */
export function gradientOf(colors: readonly Color[]): string {
  return `linear-gradient(to right, ${colors.map((color) => `rgb(${color.join(" ")})`).join(", ")})`;
}

interface Range {
  readonly min: number;
  readonly max: number;
}

/** From the smallest to the largest of all the maps that were told. */
export function rangeOfAll({ ranges }: FeatureMapsAnswer): Range {
  return { min: Math.min(...ranges.map(({ min }) => min)), max: Math.max(...ranges.map(({ max }) => max)) };
}

/** One feature map in colours. @param place of those told. @param scale what the darkest and the lightest colour stand for; the map's own range where absent */
export function mapPixels(maps: FeatureMapsAnswer, place: number, scale?: Range): DrawnPixels {
  const { width, height } = maps;
  const own = maps.ranges[place] ?? { min: 0, max: 0 };
  const { min, max } = scale ?? own;
  const pixels = new Uint8Array(width * height * 3);
  for (let i = 0; i < width * height; i++) {
    const value = own.min + ((own.max - own.min) * (maps.pixels[place * width * height + i] ?? 0)) / 255;
    pixels.set(colorAt(risingColors, max > min ? (value - min) / (max - min) : 0), i * 3);
  }
  return { pixels, width, height };
}

/** The largest weight without its sign: what the ends of the filters' scale stand for. */
export function reachOf({ min, max }: Range): number {
  return Math.max(Math.abs(min), Math.abs(max));
}

/** Whether filters read colours, and are drawn in them. */
export function isColored({ channels }: FiltersAnswer): boolean {
  return channels === 3;
}

/** One filter: of three channels in its own colours, gray for 0; of others each channel as a square of signed colours, side by side. @param k from 0 */
export function filterPixels(filters: FiltersAnswer, k: number): DrawnPixels {
  const { channels, height, width } = filters;
  const reach = reachOf(filters) || 1;
  const view = new DataView(filters.weights.buffer, filters.weights.byteOffset, filters.weights.byteLength);
  const weight = (c: number, y: number, x: number) => view.getFloat32((((k * channels + c) * height + y) * width + x) * 4, true) / reach;
  if (isColored(filters)) {
    const pixels = new Uint8Array(width * height * 3);
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++) for (let c = 0; c < 3; c++) pixels[(y * width + x) * 3 + c] = Math.round(127.5 + 127.5 * weight(c, y, x));
    return { pixels, width, height };
  }
  const across = Math.ceil(Math.sqrt(channels));
  const down = Math.ceil(channels / across);
  // Between channels a line of one pixel is left.
  const [w, h] = [across * (width + 1) - 1, down * (height + 1) - 1];
  const pixels = new Uint8Array(w * h * 3).fill(127);
  for (let c = 0; c < channels; c++) {
    const [left, top] = [(c % across) * (width + 1), Math.floor(c / across) * (height + 1)];
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++) pixels.set(colorAt(signedColors, (weight(c, y, x) + 1) / 2), ((top + y) * w + left + x) * 3);
  }
  return { pixels, width: w, height: h };
}

type Layer = LayersAnswer["layers"][number];

/** As the user's model has it; what the file has folded together stands together. */
export function layerName({ id, folded }: Pick<Layer, "id" | "folded">): string {
  return [id, ...folded].join(" + ");
}

/** Whether filters of it can be shown. */
export function hasFilters({ operators }: Pick<Layer, "operators">): boolean {
  return operators.includes("Conv");
}
