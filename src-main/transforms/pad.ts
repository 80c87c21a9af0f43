import { z } from "zod";
import { fillOf, fillOption } from "./options.js";
import { type Picture, cropped } from "./picture.js";
import { defineTransform } from "./transform.js";

const pixels = z.int().min(0).max(4096);

/** torchvision.transforms.Pad */
export const pad = defineTransform({
  type: "Pad",
  summary: "Puts an edge around the picture, which makes it smaller within its size",
  config: z.strictObject({
    padding: z
      .union([pixels, z.tuple([pixels, pixels]), z.tuple([pixels, pixels, pixels, pixels])])
      .describe("Pixels on each side; left and right, then top and bottom; or left, top, right, bottom"),
    fill: fillOption,
    mode: z
      .enum(["constant", "edge", "reflect"])
      .default("constant")
      .describe("A colour, the outermost pixels, or the picture mirrored at its outermost pixels"),
  }),
  create({ padding, fill, mode }) {
    const [left, top, right = left, bottom = top] = typeof padding === "number" ? [padding, padding] : padding;
    return (picture) => padded(picture, [left, top, right, bottom], mode, fillOf(fill));
  },
});

export function padded(
  picture: Picture,
  [left, top, right, bottom]: readonly [number, number, number, number],
  mode: "constant" | "edge" | "reflect",
  fill: readonly number[],
): Picture {
  const [width, height] = [picture.width + left + right, picture.height + top + bottom];
  if (mode === "constant") return cropped(picture, -left, -top, width, height, fill);
  const { channels, data } = picture;
  const out = new Uint8Array(width * height * channels);
  for (let y = 0, at = 0; y < height; y++) {
    const row = inside(y - top, picture.height, mode) * picture.width;
    for (let x = 0; x < width; x++) {
      const from = (row + inside(x - left, picture.width, mode)) * channels;
      for (let c = 0; c < channels; c++) out[at++] = data[from + c] ?? 0;
    }
  }
  return { width, height, channels, data: out };
}

/** Where a place beyond the edge is taken from. */
export function inside(at: number, length: number, mode: "edge" | "reflect"): number {
  if (at >= 0 && at < length) return at;
  if (mode === "edge" || length === 1) return at < 0 ? 0 : length - 1;
  const period = 2 * (length - 1);
  const folded = ((at % period) + period) % period;
  return folded < length ? folded : period - folded;
}
