/** More lags make no readable chart, and each costs a pass. */
const MOST_LAGS = 2000;

/** Lags worth a look: two seasons, or 40. */
export function usualLags(season: number): number {
  return Math.max(2 * season, 40);
}

/**
 * r(k) = Σ (e[t] − ē)(e[t+k] − ē) / Σ (e[t] − ē)², over pairs of one segment. (Box and Jenkins; statsmodels' acf without adjustment.) What is not a finite
 * number counts as missing.
 * @param rows of the values, rising within a segment; @param segment of each row.
 * @returns of lags 0, 1, …: null where no two values lie so far apart, or all are equal; and the 95 % band of white noise, ±1.96/√n.
 */
export function autocorrelation(
  values: Float64Array,
  rows: Uint32Array,
  segment: (row: number) => number | undefined,
  lags: number,
): { readonly values: (number | null)[]; readonly band: number | null } {
  let [n, total] = [0, 0];
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    n++;
    total += value;
  }
  const runs = runsOf(values, rows, segment, total / n);
  const longest = runs.reduce((most, { centred }) => Math.max(most, centred.length), 0);
  const covariances = Array.from({ length: Math.min(lags, MOST_LAGS, Math.max(longest - 1, 0)) + 1 }, (_, lag) => {
    let [sum, pairs] = [0, 0];
    for (const { centred, present } of runs) {
      for (let t = lag; t < centred.length; t++) {
        sum += (centred[t] ?? 0) * (centred[t - lag] ?? 0);
        pairs += (present[t] ?? 0) & (present[t - lag] ?? 0);
      }
    }
    return pairs > 0 ? sum : undefined;
  });
  const variance = covariances[0];
  return { values: covariances.map((sum) => (sum === undefined || !variance ? null : sum / variance)), band: n > 0 ? 1.96 / Math.sqrt(n) : null };
}

interface Run {
  /** By row; 0 where there is none. */
  readonly centred: Float64Array;
  readonly present: Uint8Array;
}

function runsOf(values: Float64Array, rows: Uint32Array, segment: (row: number) => number | undefined, mean: number): readonly Run[] {
  const runs: Run[] = [];
  for (let from = 0, to = 0; from < rows.length; from = to) {
    const [first, id] = [rows[from] ?? 0, segment(rows[from] ?? 0)];
    while (to < rows.length && segment(rows[to] ?? 0) === id) to++;
    const length = (rows[to - 1] ?? 0) - first + 1;
    const run = { centred: new Float64Array(length), present: new Uint8Array(length) };
    for (let i = from; i < to; i++) {
      const value = values[i] ?? NaN;
      if (!Number.isFinite(value)) continue;
      run.centred[(rows[i] ?? 0) - first] = value - mean;
      run.present[(rows[i] ?? 0) - first] = 1;
    }
    runs.push(run);
  }
  return runs;
}
