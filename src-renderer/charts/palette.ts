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
