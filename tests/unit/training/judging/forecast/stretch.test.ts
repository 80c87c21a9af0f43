import { describe, expect, it } from "vitest";
import { chooseStretch, drawStretch } from "../../../../../src-main/training/judging/forecast/stretch.js";

const origins = Uint32Array.from({ length: 10 }, (_, i) => 20 + i);

describe("a stretch of forecasts", () => {
  it("puts whole horizons one behind the other, up to the last one", () => {
    const { places, origins: at, from, to } = chooseStretch(origins, { chosen: () => true, horizon: 3, lead: 0, most: 100 });
    expect([at, places, from, to]).toEqual([[20, 23, 26, 29], [0, 3, 6, 9], 1, 3]);
  });

  it("takes each sample's forecast of one step ahead, and the last ones where there are too many", () => {
    const { origins: at, from, to } = chooseStretch(origins, { chosen: (row) => row < 28, horizon: 3, lead: 2, most: 4 });
    expect([at, from, to]).toEqual([[24, 25, 26, 27], 2, 2]);
  });

  it("is drawn at the times of the rows that were forecast; what is no number is none", () => {
    const samples = chooseStretch(origins, { chosen: () => true, horizon: 2, lead: 0, most: 4 });
    const drawn = drawStretch(
      { target: "y", column: "y" },
      samples,
      (row) => row * 10,
      (place, step) => ({ actual: place + step / 10, forecast: step === 2 ? NaN : place }),
    );
    expect(drawn).toEqual({
      target: "y",
      column: "y",
      times: [280, 290, 300, 310],
      actual: [7.1, 7.2, 9.1, 9.2],
      forecast: [7, null, 9, null],
      starts: [0, 2],
    });
  });
});
