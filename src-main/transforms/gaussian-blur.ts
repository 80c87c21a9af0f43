import { z } from "zod";
import { between, range } from "./options.js";
import { inside } from "./pad.js";
import type { Picture } from "./picture.js";
import { defineTransform } from "./transform.js";

const odd = z.int().min(1).max(255).refine((n) => n % 2 === 1, "expected an odd number");

/** torchvision.transforms.GaussianBlur */
export const gaussianBlur = defineTransform({
  type: "GaussianBlur",
  summary: "Blurs by a deviation drawn from a range",
  config: z.strictObject({
    kernelSize: odd.default(5).describe("Pixels that are mixed along each axis, an odd number"),
    sigma: z.union([z.number().positive(), range(0.001, 100)]).default([0.1, 2]).describe("Deviation in pixels, or [least, most]"),
  }),
  create: ({ kernelSize, sigma }) => (picture, random) => blurred(picture, kernelSize, typeof sigma === "number" ? sigma : between(random, sigma)),
});

/** exp(-x² / 2σ²), normalised, along both axes; beyond the edge the picture is mirrored; in float32, rounded to the nearest even. */
export function blurred({ width, height, channels, data }: Picture, size: number, sigma: number): Picture {
  const half = (size - 1) / 2;
  const raw = Array.from({ length: size }, (_, k) => Math.exp(-0.5 * ((k - half) / sigma) ** 2));
  const sum = raw.reduce((a, b) => a + b, 0);
  const kernel = Float32Array.from(raw, (w) => w / sum);
  const rows = new Float64Array(data.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let c = 0; c < channels; c++) {
        let value = 0;
        for (let k = 0; k < size; k++) value += (kernel[k] ?? 0) * (data[(y * width + inside(x + k - half, width, "reflect")) * channels + c] ?? 0);
        rows[(y * width + x) * channels + c] = value;
      }
    }
  }
  const out = new Uint8Array(data.length);
  const stride = width * channels;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < stride; x++) {
      let value = 0;
      for (let k = 0; k < size; k++) value += (kernel[k] ?? 0) * (rows[inside(y + k - half, height, "reflect") * stride + x] ?? 0);
      const floor = Math.floor(value);
      out[y * stride + x] = value - floor === 0.5 ? floor + (floor % 2) : Math.round(value);
    }
  }
  return { width, height, channels, data: out };
}
