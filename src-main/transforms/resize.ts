import { z } from "zod";
import type { Picture } from "./picture.js";
import { resized } from "./resample.js";
import { defineTransform } from "./transform.js";

const pixels = z.int().min(1).max(4096);

/** torchvision.transforms.Resize: antialiased, bilinear; to a height and width, or so that the shorter side has a length. */
export const resize = defineTransform({
  type: "Resize",
  summary: "Resizes to a height and width, or to a length of the shorter side",
  config: z.strictObject({ size: z.union([pixels, z.tuple([pixels, pixels])]).describe("Length of the shorter side, or height and width") }),
  create:
    ({ size }) =>
    (picture) =>
      typeof size === "number" ? withShorterSide(picture, size) : resized(picture, size[1], size[0]),
});

/** The longer side keeps its share, its fraction dropped. */
export function withShorterSide(picture: Picture, length: number): Picture {
  const { width, height } = picture;
  return width <= height ? resized(picture, length, Math.trunc((length * height) / width)) : resized(picture, Math.trunc((length * width) / height), length);
}
