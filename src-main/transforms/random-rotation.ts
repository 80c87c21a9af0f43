import { z } from "zod";
import { rotated } from "./geometry.js";
import { between, fillOf, fillOption, interpolationOption, range } from "./options.js";
import { defineTransform } from "./transform.js";

/** torchvision.transforms.RandomRotation, without `expand` and `center`. */
export const randomRotation = defineTransform({
  type: "RandomRotation",
  summary: "Turns by an angle drawn from a range",
  caution: "turned far, 6 and 9, or M and W, become each other",
  config: z.strictObject({
    degrees: z
      .union([z.number().min(0).max(360), range(-360, 360)])
      .default(15)
      .describe("At most so far either way, or [least, most]; counter-clockwise"),
    interpolation: interpolationOption,
    fill: fillOption,
  }),
  create({ degrees, interpolation, fill }) {
    const angles: readonly [number, number] = typeof degrees === "number" ? [-degrees, degrees] : degrees;
    return (picture, random) => rotated(picture, between(random, angles), interpolation, fillOf(fill));
  },
});
