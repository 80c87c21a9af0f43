import { z } from "zod";
import type { Picture } from "./picture.js";
import { defineTransform } from "./transform.js";

/** torchvision.transforms.RandomHorizontalFlip */
export const randomHorizontalFlip = defineTransform({
  type: "RandomHorizontalFlip",
  summary: "Mirrors left and right",
  caution: "letters and digits become other signs",
  config: z.strictObject({ p: z.number().min(0).max(1).default(0.5).describe("How often") }),
  create: ({ p }) => (picture, random) => (random.uniform() < p ? mirrored(picture) : picture),
});

export function mirrored({ width, height, channels, data }: Picture): Picture {
  const out = new Uint8Array(data.length);
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = width - 1; x >= 0; x--) {
      const from = (y * width + x) * channels;
      for (let c = 0; c < channels; c++) out[at++] = data[from + c] ?? 0;
    }
  }
  return { width, height, channels, data: out };
}
