/** 97.5 % quantile of the normal distribution: of an interval of 95 %. */
const Z = 1.959964;

/**
 * Where a share lies, with 95 % confidence, of which so many samples are an example: Wilson's score interval.
 * E. B. Wilson, "Probable Inference, the Law of Succession, and Statistical Inference" (1927).
 */
export function wilsonInterval(share: number, samples: number): readonly [number, number] {
  const zz = Z ** 2 / samples;
  const middle = (share + zz / 2) / (1 + zz);
  const half = (Z * Math.sqrt((share * (1 - share)) / samples + zz / (4 * samples))) / (1 + zz);
  return [Math.max(0, middle - half), Math.min(1, middle + half)];
}
