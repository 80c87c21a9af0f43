import { z } from "zod";
import { type Picture, cropped } from "./picture.js";
import { defineTransform } from "./transform.js";

const pixels = z.int().min(1).max(4096);

/** torchvision.transforms.CenterCrop */
export const centerCrop = defineTransform({
  type: "CenterCrop",
  summary: "Cuts out the middle",
  config: z.strictObject({ size: z.tuple([pixels, pixels]).describe("Height and width; what is missing is black") }),
  create:
    ({ size: [height, width] }) =>
    (picture) =>
      middleOf(picture, height, width),
});

/** A picture smaller than its middle is padded with black, the odd pixel before it. */
export function middleOf(picture: Picture, height: number, width: number): Picture {
  const start = (whole: number, part: number) => (part > whole ? -Math.floor((part - whole) / 2) : roundHalfEven((whole - part) / 2));
  return cropped(picture, start(picture.width, width), start(picture.height, height), width, height);
}

/** As Python's `round`. */
function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  if (value - floor !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}
