/** Okabe and Ito's colours (2008), which people with any colour vision tell apart; those with too little contrast on white come last. */
export const okabeIto = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00", "#f0e442"] as const;

export interface ChartColors {
  readonly train: string;
  readonly validation: string;
  readonly grid: string;
  readonly text: string;
  readonly surface: string;
}

/** The same series has the same hue in both themes, light enough for its ground: at least 3:1 (WCAG 1.4.11). */
export function chartColors(dark: boolean): ChartColors {
  return dark
    ? { train: "#56b4e9", validation: "#e69f00", grid: "#2b323b", text: "#a9b4c0", surface: "#171b21" }
    : { train: "#0072b2", validation: "#d55e00", grid: "#e4e8ec", text: "#56616d", surface: "#ffffff" };
}
