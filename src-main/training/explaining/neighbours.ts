/** Of each picture so many of the nearest pictures, whichever, and of the nearest that were trained on. */
export const NEAREST = 5;
export const NEAREST_TRAINING = 12;

/**
 * Of the nearest of each row, `[n, most]`: places, -1 where there are fewer; and distances 1 − cosine. The nearest first, of equally near ones the earlier
 * place.
 */
export interface NearestRows {
  readonly most: number;
  readonly places: Int32Array;
  readonly distances: Float32Array;
}

/** Rows scaled to length 1, `[n, d]`; a row of zeros stays one. */
export function unitRows(rows: Float32Array, d: number): Float32Array {
  const scaled = new Float32Array(rows.length);
  for (let at = 0; at < rows.length; at += d) {
    let sum = 0;
    for (let j = at; j < at + d; j++) sum += (rows[j] ?? 0) ** 2;
    const scale = sum > 0 ? 1 / Math.sqrt(sum) : 0;
    for (let j = at; j < at + d; j++) scaled[j] = (rows[j] ?? 0) * scale;
  }
  return scaled;
}

/** The nearest rows seen so far of one row. */
class Nearest {
  constructor(
    private readonly into: NearestRows,
    private readonly row: number,
  ) {}

  /** Above this no row is taken any more. */
  get bound(): number {
    return this.into.distances[(this.row + 1) * this.into.most - 1] ?? Infinity;
  }

  add(place: number, distance: number): void {
    const { most, places, distances } = this.into;
    const first = this.row * most;
    let at = first + most - 1;
    const isNearer = (k: number) => distance < (distances[k] ?? 0) || (distance === distances[k] && place < (places[k] ?? 0)) || places[k] === -1;
    if (!isNearer(at)) return;
    for (; at > first && isNearer(at - 1); at--) {
      places[at] = places[at - 1] ?? -1;
      distances[at] = distances[at - 1] ?? Infinity;
    }
    places[at] = place;
    distances[at] = distance;
  }
}

function emptyNearest(n: number, most: number): NearestRows {
  return { most, places: new Int32Array(n * most).fill(-1), distances: new Float32Array(n * most).fill(Infinity) };
}

/** Rows to search. */
export interface SearchedRows {
  /** `[n, d]`, each of length 1. */
  readonly units: Float32Array;
  readonly d: number;
  /** The first so many were trained on. */
  readonly trained: number;
  /** Where the same rows lie in fewer dimensions, `[n, m]`, none further apart than in all: what is too far there need not be computed. */
  readonly scores?: Float32Array;
}

/**
 * The nearest rows of each row by 1 − cosine, compared one by one: `all` of any others, `training` of those trained on. 1 − cosine is half the square of the
 * distance of rows of length 1.
 * @param heed is called with how many rows are done, and may throw
 */
export async function nearestRows(
  { units, d, trained, scores = new Float32Array(0) }: SearchedRows,
  heed: (done: number) => Promise<void> = () => Promise.resolve(),
): Promise<{ readonly all: NearestRows; readonly training: NearestRows }> {
  const n = units.length / Math.max(1, d);
  const m = n > 0 ? scores.length / n : 0;
  const found = { all: emptyNearest(n, NEAREST), training: emptyNearest(n, NEAREST_TRAINING) };
  const all = Array.from({ length: n }, (_, i) => new Nearest(found.all, i));
  const training = Array.from({ length: n }, (_, i) => new Nearest(found.training, i));
  for (let i = 0; i < n; i++) {
    await heed(i);
    const [ownAll, ownTraining] = [all[i], training[i]];
    for (let j = 0; j < i && ownAll && ownTraining; j++) {
      const [otherAll, otherTraining] = [all[j], training[j]];
      if (!otherAll || !otherTraining) break;
      const bound = Math.max(ownAll.bound, otherAll.bound, j < trained ? ownTraining.bound : 0, i < trained ? otherTraining.bound : 0);
      if (m > 0 && isBeyond(scores, m, i, j, bound)) continue;
      const distance = distanceOf(units, i * d, units, j * d, d);
      ownAll.add(j, distance);
      otherAll.add(i, distance);
      if (j < trained) ownTraining.add(j, distance);
      if (i < trained) otherTraining.add(i, distance);
    }
  }
  return found;
}

/** The nearest of some rows to one more. @param unit of length 1 */
export function nearestTo(unit: Float32Array, units: Float32Array, trained: number, most = NEAREST_TRAINING): NearestRows {
  const d = unit.length;
  const found = emptyNearest(1, most);
  const nearest = new Nearest(found, 0);
  for (let j = 0; j < trained; j++) nearest.add(j, distanceOf(unit, 0, units, j * d, d));
  return found;
}

/** Room for what rounding to float32 makes of a distance. */
const ROUNDING = 1e-5;

function isBeyond(scores: Float32Array, m: number, i: number, j: number, bound: number): boolean {
  const limit = 2 * bound * (1 + ROUNDING) + ROUNDING;
  let sum = 0;
  for (let k = 0; k < m; k += 8) {
    const end = Math.min(m, k + 8);
    for (let l = k; l < end; l++) sum += ((scores[i * m + l] ?? 0) - (scores[j * m + l] ?? 0)) ** 2;
    if (sum > limit) return true;
  }
  return false;
}

/** 1 − cosine, from 0 to 2, rounded to float32. */
function distanceOf(a: Float32Array, from: number, b: Float32Array, other: number, d: number): number {
  let sum = 0;
  for (let j = 0; j < d; j++) sum += (a[from + j] ?? 0) * (b[other + j] ?? 0);
  return Math.fround(Math.min(2, Math.max(0, 1 - sum)));
}

/** Distances up to this one count as none: what rounding makes of the same features twice. */
export const SAME = 1e-5;
/** Cosine from which near duplicates are looked for at all, as imagededup's CNN does (`min_similarity_threshold`, https://idealo.github.io/imagededup/). */
const ALIKE = 0.9;
/** Beyond this modified z-score a value is unusual (Iglewicz and Hoaglin 1993, "How to Detect and Handle Outliers"). */
const UNUSUAL = 3.5;

export interface OddRows {
  /** A pair nearer than this is worth a look. */
  readonly duplicateBelow: number;
  /** Two rows, the earlier first, the nearest pair first. */
  readonly duplicates: readonly { readonly a: number; readonly b: number; readonly distance: number }[];
  /** A row whose mean distance from its nearest is larger is worth a look; null where none can be. */
  readonly outlierAbove: number | null;
  /** The farthest first, with the mean distance from its nearest. */
  readonly outliers: readonly { readonly place: number; readonly distance: number }[];
}

/**
 * Rows that are unusually near to another, and those unusually far from all: by the modified z-score 0.6745·(x − median)/MAD of the logarithm x of the distance
 * from the nearest, or of the mean distance from the `NEAREST`. Median and MAD (the median distance from the median) stay what they are until half of the rows
 * are unusual. The network that has learnt to tell few classes sees all of a class as nearly the same: what is unusual is measured against that.
 */
export function oddRows({ most, places, distances }: NearestRows): OddRows {
  const n = distances.length / most;
  const near = new Float64Array(n);
  const mean = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    const own = [...distances.subarray(i * most, (i + 1) * most)].filter((value) => Number.isFinite(value));
    near[i] = Math.log(Math.max(SAME, own[0] ?? 2));
    mean[i] = Math.log(Math.max(SAME, own.reduce((sum, value) => sum + value, 0) / Math.max(1, own.length)));
  }
  const low = fence(near, -UNUSUAL);
  const duplicateBelow = Math.max(SAME, Math.min(1 - ALIKE, low === undefined ? 0 : Math.exp(low)));
  const duplicates = [];
  for (let i = 0; i < n; i++)
    for (let k = i * most; k < (i + 1) * most; k++) {
      const [b, distance] = [places[k] ?? -1, distances[k] ?? Infinity];
      if (b < 0 || !(distance <= duplicateBelow)) continue;
      // Each pair once: where the other has this one among its nearest, too, the earlier tells it.
      const back = places.subarray(b * most, (b + 1) * most).includes(i);
      if (i < b || !back) duplicates.push({ a: Math.min(i, b), b: Math.max(i, b), distance });
    }
  duplicates.sort((p, q) => p.distance - q.distance || p.a - q.a || p.b - q.b);
  const high = n > NEAREST ? fence(mean, UNUSUAL) : undefined;
  const outliers =
    high === undefined ? [] : [...mean.keys()].filter((i) => (mean[i] ?? 0) > high).map((place) => ({ place, distance: Math.exp(mean[place] ?? 0) }));
  outliers.sort((p, q) => q.distance - p.distance || p.place - q.place);
  return { duplicateBelow, duplicates, outlierAbove: high === undefined ? null : Math.exp(high), outliers };
}

/** The value of a modified z-score; undefined where all values are nearly one. */
function fence(values: Float64Array, z: number): number | undefined {
  const middle = median(values);
  const spread = median(values.map((value) => Math.abs(value - middle)));
  return spread > 1e-9 ? middle + (z * spread) / 0.6745 : undefined;
}

function median(values: Float64Array): number {
  const sorted = values.toSorted();
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? (sorted[half] ?? 0) : ((sorted[half - 1] ?? 0) + (sorted[half] ?? 0)) / 2;
}
