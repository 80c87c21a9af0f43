import { describe, expect, it } from "vitest";
import type { FeatureMapsAnswer, FiltersAnswer } from "../../../src-main/contract/picture-insight.js";
import {
  colorAt,
  filterPixels,
  hasFilters,
  layerName,
  mapPixels,
  rangeOfAll,
  risingColors,
  signedColors,
} from "../../../src-renderer/composables/map-pixels.js";

/** Two maps of one row of two places: −1 and 3, and 7 everywhere. */
const maps: FeatureMapsAnswer = {
  layer: "conv1",
  maps: 2,
  height: 1,
  width: 2,
  from: 0,
  ranges: [
    { min: -1, max: 3 },
    { min: 7, max: 7 },
  ],
  pixels: Uint8Array.from([0, 255, 0, 0]),
};
const filters = (channels: number, weights: readonly number[], height: number, width: number): FiltersAnswer => ({
  layer: "conv1",
  filters: weights.length / (channels * height * width),
  channels,
  height,
  width,
  min: Math.min(...weights),
  max: Math.max(...weights),
  weights: new Uint8Array(Float32Array.from(weights).buffer),
});
const pixel = (pixels: Uint8Array, i: number) => [...pixels.subarray(i * 3, i * 3 + 3)];

describe("colours of a scale", () => {
  it("go from the first to the last, and no further", () => {
    expect(colorAt(risingColors, 0)).toEqual(risingColors[0]);
    expect(colorAt(risingColors, 1)).toEqual(risingColors.at(-1));
    expect([colorAt(risingColors, -3), colorAt(risingColors, 3)]).toEqual([risingColors[0], risingColors.at(-1)]);
    expect(colorAt(signedColors, 0.5)).toEqual([247, 247, 247]);
  });

  it("grow brighter all the way, so that they are told apart without colour", () => {
    const brightness = Array.from({ length: 50 }, (_, i) => colorAt(risingColors, i / 49)).map(([r, g, b]) => 0.2126 * r + 0.7152 * g + 0.0722 * b);
    expect(brightness).toEqual(brightness.toSorted((a, b) => a - b));
  });
});

describe("a feature map", () => {
  it("fills its own scale, or its part of the one for all", () => {
    expect(rangeOfAll(maps)).toEqual({ min: -1, max: 7 });
    const own = mapPixels(maps, 0).pixels;
    expect([pixel(own, 0), pixel(own, 1)]).toEqual([risingColors[0], risingColors.at(-1)]);
    const shared = mapPixels(maps, 0, rangeOfAll(maps)).pixels;
    expect([pixel(shared, 0), pixel(shared, 1)]).toEqual([risingColors[0], colorAt(risingColors, 0.5)]);
  });

  it("that is the same everywhere is dark on its own, and as light as it is among the others", () => {
    expect(pixel(mapPixels(maps, 1).pixels, 0)).toEqual(risingColors[0]);
    expect(pixel(mapPixels(maps, 1, rangeOfAll(maps)).pixels, 0)).toEqual(risingColors.at(-1));
  });
});

describe("a filter", () => {
  it("of three channels is drawn in their colours: gray is 0, the ends are the largest weight of all filters", () => {
    // One filter of one place a channel: red counts for, green against, blue not at all; and a weaker one.
    const two = filters(3, [2, -2, 0, 1, 0, 0], 1, 1);
    expect(pixel(filterPixels(two, 0).pixels, 0)).toEqual([255, 0, 128]);
    expect(pixel(filterPixels(two, 1).pixels, 0)).toEqual([191, 128, 128]);
  });

  it("of others is each channel in signed colours, side by side with a line between", () => {
    const { pixels, width, height } = filterPixels(filters(4, [-1, 1, 0, 0.5], 1, 1), 0);
    expect([width, height]).toEqual([3, 3]);
    expect([0, 2, 6, 8].map((i) => pixel(pixels, i))).toEqual([signedColors[0], signedColors.at(-1), signedColors[2], colorAt(signedColors, 0.75)]);
    expect(pixel(pixels, 1)).toEqual([127, 127, 127]);
  });

  it("is read wherever its bytes begin", () => {
    const { weights, ...one } = filters(3, [1, -1, 0], 1, 1);
    const shifted = new Uint8Array(weights.length + 1);
    shifted.set(weights, 1);
    expect(filterPixels({ ...one, weights: shifted.subarray(1) }, 0).pixels).toEqual(filterPixels({ ...one, weights }, 0).pixels);
  });
});

it("a layer is called what its model calls it, with what the file has folded into it; convolutions have filters", () => {
  expect(layerName({ id: "conv1", folded: ["norm1"] })).toBe("conv1 + norm1");
  expect(layerName({ id: "act1", folded: [] })).toBe("act1");
  expect([hasFilters({ operators: ["Conv"] }), hasFilters({ operators: ["Relu"] })]).toEqual([true, false]);
});
