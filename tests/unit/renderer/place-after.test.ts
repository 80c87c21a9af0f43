import { describe, expect, it } from "vitest";
import { placeAfter } from "../../../src-renderer/composables/place-after.js";

// Eleven tiles, four in a line: the last line has three.
const after = (key: string, at: number | undefined) => placeAfter(key, at, 4, 11);

describe("in a grid of tiles", () => {
  it("arrows go to the neighbour, over the end of a line too", () => {
    expect([after("ArrowRight", 3), after("ArrowLeft", 4), after("ArrowDown", 1), after("ArrowUp", 9)]).toEqual([4, 3, 5, 5]);
  });

  it("there is nothing beyond the edges", () => {
    expect([after("ArrowLeft", 0), after("ArrowRight", 10), after("ArrowUp", 3), after("ArrowDown", 8), after("ArrowDown", 7)]).toEqual([0, 10, 3, 8, 7]);
  });

  it("Home and End go to the first and the last, from wherever", () => {
    expect([after("Home", 7), after("End", 0), after("End", undefined), after("Home", undefined)]).toEqual([0, 10, 10, 0]);
  });

  it("any arrow leads to the first where none is reached yet", () => {
    expect(["ArrowRight", "ArrowLeft", "ArrowDown", "ArrowUp"].map((key) => after(key, undefined))).toEqual([0, 0, 0, 0]);
  });

  it("other keys lead nowhere, and so does any among no tiles", () => {
    expect(["Enter", " ", "a", "PageDown"].map((key) => after(key, 2))).toEqual([undefined, undefined, undefined, undefined]);
    expect(["ArrowRight", "Home", "End"].map((key) => placeAfter(key, undefined, 4, 0))).toEqual([undefined, undefined, undefined]);
  });
});
