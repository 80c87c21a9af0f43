export interface ChartColors {
  readonly train: string;
  readonly validation: string;
  readonly grid: string;
  readonly text: string;
  readonly surface: string;
}

/** From Okabe and Ito's colours (2008), which people with any colour vision tell apart. The same series has the same hue in both themes, light enough for its ground: at least 3:1 (WCAG 1.4.11). */
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
