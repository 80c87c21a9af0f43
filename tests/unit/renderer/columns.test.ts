import { describe, expect, it } from "vitest";
import { thinned } from "../../../src-renderer/charts/columns.js";

describe("points to draw", () => {
  it("keep all that lie on the edges of what is in view", () => {
    const [x, y] = [
      [0, 0, 0.5, 1, 1, 1],
      [0, 0.4, 0.6, 0.7, 0.9, 1],
    ];
    expect(thinned(x, y, 0, 1, 100)).toEqual(x.map((at, i) => ({ x: at, y: y[i] })));
    expect(thinned(x, y, 0.2, 0.6, 100).map((point) => point.x)).toEqual([0, 0.5, 1]);
  });

  it("keep every stretch's least and greatest where there are many", () => {
    const x = Array.from({ length: 10_000 }, (_, i) => i);
    const y = x.map((i) => (i === 4321 ? 99 : i === 8765 ? -99 : Math.sin(i)));
    const points = thinned(x, y, 0, 9999, 500);
    expect(points.length).toBeLessThanOrEqual(502);
    expect(points).toContainEqual({ x: 4321, y: 99 });
    expect(points).toContainEqual({ x: 8765, y: -99 });
    expect(points.map((point) => point.x)).toEqual(points.map((point) => point.x).toSorted((a, b) => a - b));
  });
});
