/** The Train screen. */
export const trainTexts = {
  title: "Train",
} as const;
