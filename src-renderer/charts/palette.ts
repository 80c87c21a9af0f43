export interface ChartColors {
  readonly train: string;
  readonly validation: string;
  readonly grid: string;
  readonly text: string;
  readonly surface: string;
}

/**
 * From Okabe and Ito's colours (2008), which people with any colour vision tell apart. The same series has the same hue in both themes, light enough for its
 * ground: at least 3:1 (WCAG 1.4.11).
 */
export function chartColors(dark: boolean): ChartColors {
  return dark
    ? { train: "#56b4e9", validation: "#e69f00", grid: "#2b323b", text: "#a9b4c0", surface: "#171b21" }
    : { train: "#0072b2", validation: "#d55e00", grid: "#e4e8ec", text: "#56616d", surface: "#ffffff" };
}

/** Okabe and Ito's eight, dark or light enough for their ground (3:1); a run or class keeps its place in the list, so its colour is the same everywhere. */
export function seriesColors(dark: boolean): readonly string[] {
  return dark
    ? ["#56b4e9", "#e69f00", "#3ec79b", "#cc79a7", "#f0e442", "#ff8a4c", "#8f9dff", "#a9b4c0"]
    : ["#0072b2", "#d55e00", "#00875f", "#b3508a", "#8a7a00", "#b07500", "#4b4fc4", "#56616d"];
}

/** A blue that grows with a share of 0 to 1, and black or white to write on it: whichever stands out more, at least 4.5:1 (WCAG 1.4.3). */
export function shareColors(share: number, dark: boolean): { readonly ground: string; readonly text: string } {
  const [from, to] = dark
    ? ([
        [23, 27, 33],
        [120, 200, 245],
      ] as const)
    : ([
        [255, 255, 255],
        [0, 82, 140],
      ] as const);
  const at = Math.min(1, Math.max(0, share)) ** 0.7;
  const ground = from.map((channel, i) => Math.round(channel + ((to[i] ?? 0) - channel) * at));
  const [r = 0, g = 0, b = 0] = ground.map((channel) => (channel <= 10 ? channel / 255 / 12.92 : ((channel / 255 + 0.055) / 1.055) ** 2.4));
  const luminance = 0.2126 * r + 0.7152 * g + 0.0722 * b;
  return { ground: `rgb(${ground.join(" ")})`, text: 1.05 / (luminance + 0.05) > (luminance + 0.05) / 0.05 ? "#ffffff" : "#000000" };
}

/** Grounds of the parts that rows are split into, as the split bar has them. */
export function partColors(dark: boolean): Readonly<Record<"train" | "validation" | "test", string>> {
  return dark ? { train: "#173a52", validation: "#4a3208", test: "#12402f" } : { train: "#d6e8f4", validation: "#fbe3d3", test: "#d3eee4" };
}
