import { z } from "zod";
import type { Picture } from "./picture.js";
import { defineTransform } from "./transform.js";

/** torchvision.transforms.RandomVerticalFlip */
export const randomVerticalFlip = defineTransform({
  type: "RandomVerticalFlip",
  summary: "Mirrors top and bottom",
  caution: "6 and 9, M and W, n and u become each other",
  config: z.strictObject({ p: z.number().min(0).max(1).default(0.5).describe("How often") }),
  create:
    ({ p }) =>
    (picture, random) =>
      random.uniform() < p ? upsideDown(picture) : picture,
});

export function upsideDown({ width, height, channels, data }: Picture): Picture {
  const out = new Uint8Array(data.length);
  const stride = width * channels;
  for (let y = 0; y < height; y++) out.set(data.subarray(y * stride, (y + 1) * stride), (height - 1 - y) * stride);
  return { width, height, channels, data: out };
}
