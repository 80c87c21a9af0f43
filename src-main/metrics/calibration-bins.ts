/** Rows of about the same confidence. */
export interface CalibrationBin {
  readonly rows: number;
  /** Mean of their confidences. */
  readonly confidence: number;
  /** Share of them that was right. */
  readonly accuracy: number;
}

/**
 * Rows by confidence in `count` bins of equal width, each with its lower bound and without its upper one; what is surely 1 has a bin of its own behind them, as
 * in torchmetrics. A row whose confidence is no number is in none.
 * @returns `count` + 1 bins; an empty one is all zeros.
 */
export function calibrationBins(rows: number, confidence: (i: number) => number, right: (i: number) => boolean, count: number): readonly CalibrationBin[] {
  const bins = Array.from({ length: count + 1 }, () => ({ rows: 0, sum: 0, right: 0 }));
  // The bounds as torch.linspace makes them, in float32: a confidence on a bound must fall as it does there.
  const bounds = Float32Array.from({ length: count + 1 }, (_, b) =>
    b < (count + 1) / 2 ? Math.fround(b * Math.fround(1 / count)) : Math.fround(1 - Math.fround((count - b) * Math.fround(1 / count))),
  );
  for (let i = 0; i < rows; i++) {
    const value = confidence(i);
    let at = Math.min(count, Math.max(0, Math.floor(value * count)));
    while (at < count && value >= (bounds[at + 1] ?? 1)) at++;
    while (at > 0 && value < (bounds[at] ?? 0)) at--;
    const bin = bins[at];
    if (!bin || Number.isNaN(value)) continue;
    bin.rows++;
    bin.sum += value;
    if (right(i)) bin.right++;
  }
  return bins.map((bin) =>
    bin.rows === 0 ? { rows: 0, confidence: 0, accuracy: 0 } : { rows: bin.rows, confidence: bin.sum / bin.rows, accuracy: bin.right / bin.rows },
  );
}
