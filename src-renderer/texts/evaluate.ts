/** The Evaluate screen. */
export const evaluateTexts = {
  title: "Evaluate",
} as const;
