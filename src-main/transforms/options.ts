import { z } from "zod";
import type { Random } from "../base/random.js";

/** Options that several transforms have. */

/** A colour for what comes from outside: one number for all channels, or one each, 0 to 255. */
export const fillOption = z
  .union([z.int().min(0).max(255), z.array(z.int().min(0).max(255)).length(3)])
  .default(0)
  .describe("Gray or [red, green, blue], 0 to 255, of what comes from outside the picture");

export function fillOf(fill: number | readonly number[]): readonly number[] {
  return typeof fill === "number" ? [fill] : fill;
}

export const interpolationOption = z.enum(["nearest", "bilinear"]).default("nearest");

/** Uniform from low to high. */
export function between(random: Random, [low, high]: readonly [number, number]): number {
  return low + (high - low) * random.uniform();
}

/** From low to high, both. */
export function wholeBetween(random: Random, low: number, high: number): number {
  return low + random.below(high - low + 1);
}

/** Two numbers in order. */
export function range(least: number, most: number) {
  return z.tuple([z.number().min(least).max(most), z.number().min(least).max(most)]).refine(([low, high]) => low <= high, "expected [least, most]");
}
