import { z } from "zod";
import { fillOf, fillOption, wholeBetween } from "./options.js";
import { cropped } from "./picture.js";
import { defineTransform } from "./transform.js";

const pixels = z.int().min(1).max(4096);

/** torchvision.transforms.RandomCrop with `pad_if_needed`. */
export const randomCrop = defineTransform({
  type: "RandomCrop",
  summary: "Cuts out a part at a place drawn anew, with an edge put around before",
  config: z.strictObject({
    size: z.tuple([pixels, pixels]).optional().describe("Height and width of the part; omitted, the picture's own, which moves it about within its padding"),
    padding: z.int().min(0).max(4096).default(0).describe("Pixels put around on each side before"),
    fill: fillOption,
  }),
  create:
    ({ size, padding, fill }) =>
    (picture, random) => {
      const [height, width] = size ?? [picture.height, picture.width];
      // What is too small is padded on both sides, by what is missing.
      const sideways = padding + Math.max(0, width - (picture.width + 2 * padding));
      const upright = padding + Math.max(0, height - (picture.height + 2 * padding));
      const top = wholeBetween(random, 0, picture.height + 2 * upright - height);
      const left = wholeBetween(random, 0, picture.width + 2 * sideways - width);
      return cropped(picture, left - sideways, top - upright, width, height, fillOf(fill));
    },
});
