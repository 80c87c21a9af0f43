/** Samples by falling score, ties together: point `i` counts those whose score is at least `thresholds[i]`. */
export interface Ranking {
  readonly positives: number;
  readonly negatives: number;
  /** Distinct scores, falling. */
  readonly thresholds: Float32Array;
  readonly truePositives: Uint32Array;
  readonly falsePositives: Uint32Array;
}

/**
 * Ranks one class against the rest in O(n log n): scores of either side are sorted by themselves, as plain numbers, and merged. A score that is NaN ranks
 * nothing: there are then no points.
 *
 * @param probabilities `[n, width]`; `[n]` of class 1 where the width is 1. @param targets `[n]`, class indices.
 */
export function rankClass(probabilities: Float32Array, targets: ArrayLike<number>, positiveClass: number, width = 1): Ranking {
  const rows = targets.length;
  const column = width === 1 ? 0 : positiveClass;
  // Positives from the front, negatives from the back.
  const scores = new Float32Array(rows);
  let [positives, negatives] = [0, 0];
  for (let i = 0; i < rows; i++) {
    const score = probabilities[i * width + column] ?? NaN;
    if (targets[i] === positiveClass) scores[positives++] = score;
    else scores[rows - ++negatives] = score;
  }
  const p = scores.subarray(0, positives).sort();
  const n = scores.subarray(positives).sort();
  const thresholds = new Float32Array(rows);
  const truePositives = new Uint32Array(rows);
  const falsePositives = new Uint32Array(rows);
  let points = 0;
  let [i, j] = [positives, negatives];
  const broken = Number.isNaN(p[i - 1]) || Number.isNaN(n[j - 1]); // sorted last
  while (!broken && (i > 0 || j > 0)) {
    const threshold = Math.max(p[i - 1] ?? -Infinity, n[j - 1] ?? -Infinity);
    while (i > 0 && p[i - 1] === threshold) i--;
    while (j > 0 && n[j - 1] === threshold) j--;
    thresholds[points] = threshold;
    truePositives[points] = positives - i;
    falsePositives[points] = negatives - j;
    points++;
  }
  return {
    positives,
    negatives,
    thresholds: thresholds.subarray(0, points),
    truePositives: truePositives.subarray(0, points),
    falsePositives: falsePositives.subarray(0, points),
  };
}
