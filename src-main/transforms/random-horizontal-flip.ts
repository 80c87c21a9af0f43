import { z } from "zod";
import type { Picture } from "./picture.js";
import { defineTransform } from "./transform.js";

/** torchvision.transforms.RandomHorizontalFlip */
export const randomHorizontalFlip = defineTransform({
  type: "RandomHorizontalFlip",
  summary: "Mirrors left and right",
  caution: "letters and digits become other signs",
  config: z.strictObject({ p: z.number().min(0).max(1).default(0.5).describe("How often") }),
  create:
    ({ p }) =>
    (picture, random) =>
      random.uniform() < p ? mirrored(picture) : picture,
});

export function mirrored({ width, height, channels, data }: Picture): Picture {
  const out = new Uint8Array(data.length);
  const stride = width * channels;
  for (let row = 0; row < data.length; row += stride) {
    for (let c = 0; c < channels; c++) {
      for (let to = row + c, from = row + stride - channels + c; to < row + stride; to += channels, from -= channels) out[to] = data[from] ?? 0;
    }
  }
  return { width, height, channels, data: out };
}
