import code from "./luma.wat";
import { type VectorModule, startModule } from "./vector-module.js";

/** Vectors are read beyond the last pixel, and luma begins behind the pixels. */
const MARGIN = 64;

let started: VectorModule | false | undefined;

/** `luma` of `picture.ts` in vectors, to the very bytes. @returns false where the machine has no vectors, and nothing was done. */
export function lumaInVectors(colours: Uint8Array, gray: Uint8Array): boolean {
  const run = (started ??= startModule(code) ?? false);
  if (!run) return false;
  const memory = new Uint8Array(run.memory.buffer);
  // Pixels that go through the memory at a time: three bytes of each in, one out.
  const band = (memory.length - MARGIN) / 4;
  for (let from = 0; from < gray.length; from += band) {
    const pixels = Math.min(band, gray.length - from);
    const target = pixels * 3 + 16;
    memory.set(colours.subarray(from * 3, (from + pixels) * 3));
    run.call("luma", 0, pixels * 3, target);
    gray.set(memory.subarray(target, target + pixels), from);
  }
  return true;
}
