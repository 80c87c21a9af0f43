import { z } from "zod";
import type { Picture } from "./picture.js";
import { defineTransform } from "./transform.js";

/** torchvision.transforms.RandomAutocontrast */
export const randomAutocontrast = defineTransform({
  type: "RandomAutocontrast",
  summary: "Stretches each channel from black to white",
  config: z.strictObject({ p: z.number().min(0).max(1).default(0.5).describe("How often") }),
  create:
    ({ p }) =>
    (picture, random) =>
      random.uniform() < p ? autocontrast(picture) : picture,
});

/** As PIL's ImageOps.autocontrast without a cutoff: x ↦ ⌊x·s - low·s⌋ with s = 255 / (high - low). */
export function autocontrast({ channels, data, ...rest }: Picture): Picture {
  const out = new Uint8Array(data.length);
  for (let c = 0; c < channels; c++) {
    let low = 255;
    let high = 0;
    for (let i = c; i < data.length; i += channels) {
      const x = data[i] ?? 0;
      if (x < low) low = x;
      if (x > high) high = x;
    }
    const scale = 255 / (high - low);
    const table = new Uint8Array(256);
    for (let x = 0; x < 256; x++) table[x] = high <= low ? x : Math.min(255, Math.max(0, Math.trunc(x * scale - low * scale)));
    for (let i = c; i < data.length; i += channels) out[i] = table[data[i] ?? 0] ?? 0;
  }
  return { ...rest, channels, data: out };
}
