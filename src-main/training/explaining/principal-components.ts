import { Random } from "../../base/random.js";

/** Directions beside those asked for, with which these are found sooner (Halko, Martinsson, Tropp 2011, https://arxiv.org/abs/0909.4061). */
const SPARE = 8;
const MOST_ROUNDS = 300;
/** Change of the first variances, as a share of the largest, at which they count as found. */
const SETTLED = 1e-12;

export interface PrincipalComponents {
  /** By component, the most telling first: how many there are is the least of what was asked, rows and columns. */
  readonly count: number;
  /** Of the rows, centred: `[n, count]`. */
  readonly scores: Float32Array;
  /** By component, the share of all variance. */
  readonly shares: readonly number[];
}

/**
 * Principal component analysis of rows of numbers, `[n, d]`: each is centred and turned so that the first component has the most variance. Found by subspace
 * iteration from a fixed beginning, so that the same rows give the same components; of each, the largest part of its direction is positive.
 * @param exact how many of the first components must settle; the others have nearly all variance that so many can have.
 * @param heed is called between rounds, and may throw
 */
export async function principalComponents(
  rows: Float32Array,
  d: number,
  wanted: number,
  exact: number,
  heed: () => Promise<void> = () => Promise.resolve(),
): Promise<PrincipalComponents> {
  const n = rows.length / Math.max(1, d);
  const count = Math.max(0, Math.min(wanted, d, n - 1));
  if (count === 0) return { count: 0, scores: new Float32Array(0), shares: [] };
  const centred = centre(rows, n, d);
  const total = centred.reduce((sum, value) => sum + value * value, 0);
  const b = Math.min(d, n, count + SPARE);
  const random = new Random("principal components");
  let basis = orthonormal(
    Float64Array.from({ length: b * d }, () => random.normal()),
    d,
  );
  let before: readonly number[] = [];
  let found = ritz(centred, n, d, basis);
  for (let round = 0; round < MOST_ROUNDS; round++) {
    await heed();
    found = ritz(centred, n, d, basis);
    const first = found.variances.slice(0, exact);
    const most = Math.max(...first, Number.MIN_VALUE);
    const settled = first.every((value, k) => Math.abs(value - (before[k] ?? Infinity)) <= SETTLED * most);
    before = first;
    if (settled || b === Math.min(n, d)) {
      if (round > 0) break;
    }
    basis = orthonormal(backward(centred, n, d, found.scores, b), d);
  }
  const scores = new Float32Array(n * count);
  const directions = backward(centred, n, d, found.scores, b);
  for (let k = 0; k < count; k++) {
    const sign = signOf(directions.subarray(k * d, (k + 1) * d));
    for (let i = 0; i < n; i++) scores[i * count + k] = sign * (found.scores[i * b + k] ?? 0);
  }
  return { count, scores, shares: found.variances.slice(0, count).map((value) => (total > 0 ? value / total : 0)) };
}

function centre(rows: Float32Array, n: number, d: number): Float32Array {
  const mean = new Float64Array(d);
  for (let i = 0; i < n; i++) for (let j = 0; j < d; j++) mean[j] = (mean[j] ?? 0) + (rows[i * d + j] ?? 0);
  for (let j = 0; j < d; j++) mean[j] = (mean[j] ?? 0) / n;
  const centred = new Float32Array(rows.length);
  for (let i = 0; i < n; i++) for (let j = 0; j < d; j++) centred[i * d + j] = (rows[i * d + j] ?? 0) - (mean[j] ?? 0);
  return centred;
}

/** Rayleigh and Ritz: the best components within a subspace. @param basis `[b, d]`, orthonormal @returns scores `[n, b]`, by variance (times n) */
function ritz(x: Float32Array, n: number, d: number, basis: Float64Array): { readonly scores: Float64Array; readonly variances: readonly number[] } {
  const b = basis.length / d;
  const y = new Float64Array(n * b);
  for (let i = 0; i < n; i++) {
    const row = x.subarray(i * d, (i + 1) * d);
    for (let k = 0; k < b; k++) {
      const direction = basis.subarray(k * d, (k + 1) * d);
      let sum = 0;
      for (let j = 0; j < d; j++) sum += (row[j] ?? 0) * (direction[j] ?? 0);
      y[i * b + k] = sum;
    }
  }
  const gram = new Float64Array(b * b);
  for (let i = 0; i < n; i++)
    for (let k = 0; k < b; k++) for (let l = k; l < b; l++) gram[k * b + l] = (gram[k * b + l] ?? 0) + (y[i * b + k] ?? 0) * (y[i * b + l] ?? 0);
  const { values, vectors } = symmetricEigen(gram, b);
  const scores = new Float64Array(n * b);
  for (let i = 0; i < n; i++)
    for (let k = 0; k < b; k++) {
      let sum = 0;
      for (let l = 0; l < b; l++) sum += (y[i * b + l] ?? 0) * (vectors[k * b + l] ?? 0);
      scores[i * b + k] = sum;
    }
  return { scores, variances: values };
}

/** Directions `[b, d]` that scores `[n, b]` are the result of, not yet of length 1. */
function backward(x: Float32Array, n: number, d: number, scores: Float64Array, b: number): Float64Array {
  const directions = new Float64Array(b * d);
  for (let i = 0; i < n; i++) {
    const row = x.subarray(i * d, (i + 1) * d);
    for (let k = 0; k < b; k++) {
      const score = scores[i * b + k] ?? 0;
      if (score === 0) continue;
      const direction = directions.subarray(k * d, (k + 1) * d);
      for (let j = 0; j < d; j++) direction[j] = (direction[j] ?? 0) + score * (row[j] ?? 0);
    }
  }
  return directions;
}

/** Gram and Schmidt, twice, in place. Directions that depend on those before become zero. */
function orthonormal(vectors: Float64Array, d: number): Float64Array {
  const b = vectors.length / d;
  for (let k = 0; k < b; k++) {
    const own = vectors.subarray(k * d, (k + 1) * d);
    const before = Math.sqrt(dot(own, own));
    for (let turn = 0; turn < 2; turn++)
      for (let l = 0; l < k; l++) {
        const other = vectors.subarray(l * d, (l + 1) * d);
        const share = dot(own, other);
        for (let j = 0; j < d; j++) own[j] = (own[j] ?? 0) - share * (other[j] ?? 0);
      }
    const length = Math.sqrt(dot(own, own));
    const scale = length > 1e-12 * before && length > 0 ? 1 / length : 0;
    for (let j = 0; j < d; j++) own[j] = (own[j] ?? 0) * scale;
  }
  return vectors;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let j = 0; j < a.length; j++) sum += (a[j] ?? 0) * (b[j] ?? 0);
  return sum;
}

function signOf(direction: Float64Array): 1 | -1 {
  let largest = 0;
  for (const value of direction) if (Math.abs(value) > Math.abs(largest)) largest = value;
  return largest < 0 ? -1 : 1;
}

/** Jacobi's method (Golub and Van Loan, 8.5). @param upper the upper triangle of a symmetric matrix `[b, b]` @returns the largest first; vectors as rows */
function symmetricEigen(upper: Float64Array, b: number): { readonly values: readonly number[]; readonly vectors: Float64Array } {
  const a = Float64Array.from({ length: b * b }, (_, i) => upper[Math.min(Math.floor(i / b), i % b) * b + Math.max(Math.floor(i / b), i % b)] ?? 0);
  const v = Float64Array.from({ length: b * b }, (_, i) => (Math.floor(i / b) === i % b ? 1 : 0));
  const diagonal = (k: number) => a[k * b + k] ?? 0;
  /** Turns two columns, or two rows: those that begin at these places, whose values are so far apart. */
  const turn = (of: Float64Array, p: number, q: number, step: number, c: number, s: number) => {
    for (let k = 0; k < b; k++, p += step, q += step) {
      const [first, second] = [of[p] ?? 0, of[q] ?? 0];
      of[p] = c * first - s * second;
      of[q] = s * first + c * second;
    }
  };
  // What is lost in the rounding of the largest variance need not be turned away.
  const negligible = 1e-17 * a.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  for (let sweep = 0; sweep < 60; sweep++) {
    let turned = false;
    for (let p = 0; p < b; p++)
      for (let q = p + 1; q < b; q++) {
        const apq = a[p * b + q] ?? 0;
        if (Math.abs(apq) <= negligible) continue;
        turned = true;
        const theta = (diagonal(q) - diagonal(p)) / (2 * apq);
        const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
        const c = 1 / Math.sqrt(t * t + 1);
        turn(a, p, q, b, c, t * c);
        turn(a, p * b, q * b, 1, c, t * c);
        turn(v, p * b, q * b, 1, c, t * c);
      }
    if (!turned) break;
  }
  const order = Array.from({ length: b }, (_, k) => k).sort((k, l) => diagonal(l) - diagonal(k) || k - l);
  return { values: order.map((k) => Math.max(0, diagonal(k))), vectors: Float64Array.from(order.flatMap((k) => [...v.subarray(k * b, (k + 1) * b)])) };
}
