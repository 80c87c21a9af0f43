import { z } from "zod";
import type { Random } from "../base/random.js";
import { between, range, wholeBetween } from "./options.js";
import { type Picture, cropped } from "./picture.js";
import { resized } from "./resample.js";
import { defineTransform } from "./transform.js";

/** Draws before the middle is taken. */
const ATTEMPTS = 10;

/** torchvision.transforms.RandomResizedCrop, to the picture's own size. */
export const randomResizedCrop = defineTransform({
  type: "RandomResizedCrop",
  summary: "Cuts out a part of drawn area and shape, and resizes it to the whole",
  caution: "a small part may not show what the picture shows",
  config: z.strictObject({
    scale: range(0.0001, 1).default([0.08, 1]).describe("[least, most] share of the area"),
    ratio: range(0.01, 100)
      .default([3 / 4, 4 / 3])
      .describe("[least, most] width by height"),
  }),
  create:
    ({ scale, ratio }) =>
    (picture, random) => {
      const { left, top, width, height } = partOf(picture, scale, ratio, random);
      return resized(cropped(picture, left, top, width, height), picture.width, picture.height);
    },
});

function partOf({ width: W, height: H }: Picture, scale: readonly [number, number], ratio: readonly [number, number], random: Random) {
  for (let n = 0; n < ATTEMPTS; n++) {
    const area = W * H * between(random, scale);
    const shape = Math.exp(between(random, [Math.log(ratio[0]), Math.log(ratio[1])]));
    const [width, height] = [Math.round(Math.sqrt(area * shape)), Math.round(Math.sqrt(area / shape))];
    if (width > 0 && width <= W && height > 0 && height <= H)
      return { width, height, top: wholeBetween(random, 0, H - height), left: wholeBetween(random, 0, W - width) };
  }
  const shape = W / H;
  const [width, height] =
    shape < ratio[0] ? [W, Math.min(H, Math.round(W / ratio[0]))] : shape > ratio[1] ? [Math.min(W, Math.round(H * ratio[1])), H] : [W, H];
  return { width, height, top: Math.floor((H - height) / 2), left: Math.floor((W - width) / 2) };
}
