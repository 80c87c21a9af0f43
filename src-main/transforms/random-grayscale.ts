import { z } from "zod";
import { desaturated } from "./adjust.js";
import { defineTransform } from "./transform.js";

/** torchvision.transforms.RandomGrayscale */
export const randomGrayscale = defineTransform({
  type: "RandomGrayscale",
  summary: "Takes the colours out of some pictures",
  config: z.strictObject({ p: z.number().min(0).max(1).default(0.1).describe("How often") }),
  create:
    ({ p }) =>
    (picture, random) =>
      random.uniform() < p ? desaturated(picture) : picture,
});
