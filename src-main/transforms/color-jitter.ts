import { z } from "zod";
import type { Random } from "../base/random.js";
import { withBrightness, withContrast, withHue, withSaturation } from "./adjust.js";
import { between, range } from "./options.js";
import type { Picture } from "./picture.js";
import { defineTransform } from "./transform.js";

const factor = z
  .union([z.number().min(0), range(0, 100)])
  .default(0)
  .describe("So far from 1 either way, or [least, most]; 0 leaves it");

/** torchvision.transforms.ColorJitter: brightness, contrast, saturation and hue, in an order drawn anew. */
export const colorJitter = defineTransform({
  type: "ColorJitter",
  summary: "Changes brightness, contrast, saturation and hue",
  caution: "where colour tells classes apart, hue takes that away",
  config: z.strictObject({
    brightness: factor,
    contrast: factor,
    saturation: factor,
    hue: z
      .union([z.number().min(0).max(0.5), range(-0.5, 0.5)])
      .default(0)
      .describe("So far either way of the circle of colours, at most 0.5, or [least, most]"),
  }),
  create({ brightness, contrast, saturation, hue }) {
    const changes: readonly (readonly [readonly [number, number], number, (picture: Picture, factor: number) => Picture])[] = [
      [around(brightness, 1), 1, withBrightness],
      [around(contrast, 1), 1, withContrast],
      [around(saturation, 1), 1, withSaturation],
      [around(hue, 0), 0, withHue],
    ];
    const active = changes.filter(([[low, high], still]) => low !== still || high !== still);
    return (picture, random: Random) => random.shuffle([...active]).reduce((before, [drawn, , change]) => change(before, between(random, drawn)), picture);
  },
});

function around(value: number | readonly [number, number], centre: number): readonly [number, number] {
  if (typeof value !== "number") return value;
  return [centre === 0 ? -value : Math.max(0, centre - value), centre + value];
}
