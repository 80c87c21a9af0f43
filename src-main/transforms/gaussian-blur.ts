import { z } from "zod";
import { between, range } from "./options.js";
import { inside } from "./pad.js";
import type { Picture } from "./picture.js";
import { defineTransform } from "./transform.js";

const odd = z
  .int()
  .min(1)
  .max(255)
  .refine((n) => n % 2 === 1, "expected an odd number");

/** torchvision.transforms.GaussianBlur */
export const gaussianBlur = defineTransform({
  type: "GaussianBlur",
  summary: "Blurs by a deviation drawn from a range",
  config: z.strictObject({
    kernelSize: odd.default(5).describe("Pixels that are mixed along each axis, an odd number"),
    sigma: z
      .union([z.number().positive(), range(0.001, 100)])
      .default([0.1, 2])
      .describe("Deviation in pixels, or [least, most]"),
  }),
  create:
    ({ kernelSize, sigma }) =>
    (picture, random) =>
      blurred(picture, kernelSize, typeof sigma === "number" ? sigma : between(random, sigma)),
});

/** exp(-x² / 2σ²), normalised, along both axes; beyond the edge the picture is mirrored; in float32, rounded to the nearest even. */
export function blurred({ width, height, channels, data }: Picture, size: number, sigma: number): Picture {
  const half = (size - 1) / 2;
  const raw = Array.from({ length: size }, (_, k) => Math.exp(-0.5 * ((k - half) / sigma) ** 2));
  const sum = raw.reduce((a, b) => a + b, 0);
  const kernel = Float32Array.from(raw, (w) => w / sum);
  /** Where each place's taps are, tap by tap. */
  const taps = (length: number, step: number) => {
    const places = new Int32Array(length * size);
    for (let at = 0; at < places.length; at++) places[at] = inside(Math.floor(at / size) + (at % size) - half, length, "reflect") * step;
    return places;
  };
  const stride = width * channels;
  const [columns, starts] = [taps(width, channels), taps(height, stride)];
  const rows = new Float64Array(data.length);
  for (let row = 0, at = 0; row < data.length; row += stride) {
    for (let x = 0; x < columns.length; x += size) {
      for (let c = 0; c < channels; c++, at++) {
        let value = 0;
        for (let k = 0; k < size; k++) value += (kernel[k] ?? 0) * (data[row + (columns[x + k] ?? 0) + c] ?? 0);
        rows[at] = value;
      }
    }
  }
  const out = new Uint8Array(data.length);
  for (let y = 0, at = 0; y < starts.length; y += size) {
    for (let x = 0; x < stride; x++, at++) {
      let value = 0;
      for (let k = 0; k < size; k++) value += (kernel[k] ?? 0) * (rows[(starts[y + k] ?? 0) + x] ?? 0);
      const floor = Math.floor(value);
      out[at] = value - floor === 0.5 ? floor + (floor % 2) : Math.round(value);
    }
  }
  return { width, height, channels, data: out };
}
