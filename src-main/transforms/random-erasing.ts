import { z } from "zod";
import { between, fillOf, fillOption, range, wholeBetween } from "./options.js";
import type { Picture } from "./picture.js";
import { defineTransform } from "./transform.js";

/** Draws before the picture is left as it is. */
const ATTEMPTS = 10;

/** torchvision.transforms.RandomErasing, before the picture is normalised; Zhong et al. 2017, https://arxiv.org/abs/1708.04896 */
export const randomErasing = defineTransform({
  type: "RandomErasing",
  summary: "Covers a rectangle of drawn area and shape",
  caution: "what tells classes apart may be what is covered",
  config: z.strictObject({
    p: z.number().min(0).max(1).default(0.5).describe("How often"),
    scale: range(0, 1).default([0.02, 0.33]).describe("[least, most] share of the area"),
    ratio: range(0.01, 100).default([0.3, 3.3]).describe("[least, most] height by width"),
    value: fillOption,
  }),
  create:
    ({ p, scale, ratio, value }) =>
    (picture, random) => {
      if (random.uniform() >= p) return picture;
      const { width, height } = picture;
      for (let n = 0; n < ATTEMPTS; n++) {
        const area = width * height * between(random, scale);
        const shape = Math.exp(between(random, [Math.log(ratio[0]), Math.log(ratio[1])]));
        const [h, w] = [Math.round(Math.sqrt(area * shape)), Math.round(Math.sqrt(area / shape))];
        if (h < height && w < width) return covered(picture, wholeBetween(random, 0, width - w), wholeBetween(random, 0, height - h), w, h, fillOf(value));
      }
      return picture;
    },
});

export function covered({ width, height, channels, data }: Picture, left: number, top: number, w: number, h: number, value: readonly number[]): Picture {
  const out = Uint8Array.from(data);
  for (let y = top; y < top + h; y++) {
    for (let x = left; x < left + w; x++) for (let c = 0; c < channels; c++) out[(y * width + x) * channels + c] = value[c % value.length] ?? 0;
  }
  return { width, height, channels, data: out };
}
