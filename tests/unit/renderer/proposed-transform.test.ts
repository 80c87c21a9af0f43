import { describe, expect, it } from "vitest";
import { transforms } from "../../../src-main/transforms/index.js";
import { proposedTransform } from "../../../src-renderer/composables/proposed-transform.js";
import { transformSchema } from "../../../src-main/contract/data.js";

const filled = { properties: { degrees: {}, fill: {} } };

/** Of one colour, with some pixels of another. */
function picture(colour: readonly number[], others: Readonly<Record<number, readonly number[]>> = {}) {
  return {
    width: 4,
    height: 3,
    channels: colour.length,
    pixels: Uint8Array.from({ length: 12 }, (_, at) => at).reduce<number[]>((all, at) => [...all, ...(others[at] ?? colour)], []),
  };
}

describe("a change that is added by hand", () => {
  it("fills with what transparent pictures are flattened on, until one is looked at", () => {
    expect(proposedTransform("RandomRotation", filled, "#ffffff", undefined)).toEqual({ type: "RandomRotation", fill: 255 });
    expect(proposedTransform("RandomAffine", filled, "#ff8000", undefined)).toEqual({ type: "RandomAffine", fill: [255, 128, 0] });
  });

  it("fills with the ground of the picture that is looked at: black stays black, light stays light", () => {
    expect(proposedTransform("Pad", filled, "#ffffff", picture([0]))).toEqual({ type: "Pad", fill: 0 });
    expect(proposedTransform("Pad", filled, "#000000", picture([240, 241, 236], { 5: [9, 9, 9], 0: [244, 241, 236] }))).toEqual({
      type: "Pad",
      fill: [241, 241, 236],
    });
  });

  it("goes by the colour of flattening where the corners are of no one ground", () => {
    expect(proposedTransform("Pad", filled, "#ffffff", picture([200, 0, 0], { 11: [0, 0, 200] }))).toEqual({ type: "Pad", fill: 255 });
  });

  it("says nothing of a fill to what has none", () => {
    expect(proposedTransform("RandomHorizontalFlip", { properties: {} }, "#ffffff", undefined)).toEqual({ type: "RandomHorizontalFlip" });
    expect(proposedTransform("Unknown", undefined, "#ffffff", undefined)).toEqual({ type: "Unknown" });
  });

  it("is one that a project takes, of every kind that has a fill", () => {
    const types = transforms.all.map(({ type }) => type).filter((type) => transformSchema.safeParse({ type, fill: 255 }).success);
    expect(types).toEqual(expect.arrayContaining(["RandomRotation", "RandomAffine", "RandomCrop"]));
    for (const type of types) expect(transformSchema.safeParse(proposedTransform(type, filled, "#ff8000", undefined)).success, type).toBe(true);
  });
});
