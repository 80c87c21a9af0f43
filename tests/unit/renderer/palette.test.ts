import { expect, it } from "vitest";
import { shareColors } from "../../../src-renderer/charts/palette.js";

function luminance(color: string): number {
  const channels = color.startsWith("#") ? [1, 3, 5].map((at) => parseInt(color.slice(at, at + 2), 16)) : (color.match(/\d+/g) ?? []).map(Number);
  const [r = 0, g = 0, b = 0] = channels.map((c) => c / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

it("a share's number can be read on its colour, in both themes, and more is never mistaken for less", () => {
  for (const dark of [false, true]) {
    let before: number | undefined;
    for (let share = 0; share <= 1; share += 0.01) {
      const { ground, text } = shareColors(share, dark);
      const [high, low] = [luminance(ground), luminance(text)].sort((a, b) => b - a) as [number, number];
      expect((high + 0.05) / (low + 0.05)).toBeGreaterThanOrEqual(4.5);
      if (before !== undefined) expect((luminance(ground) - before) * (dark ? 1 : -1)).toBeGreaterThanOrEqual(0);
      before = luminance(ground);
    }
  }
});
