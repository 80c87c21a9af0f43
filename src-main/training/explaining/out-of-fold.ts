import { Random } from "../../base/random.js";

/** Parts that the rows are cut into; each is told by what the others teach. */
export const FOLDS = 5;
/** Times the sum of squared weights, halved, of which the bias is none. */
const DECAY = 0.01;
const ROUNDS = 150;

export interface LabelledRows {
  /** `[n, m]` */
  readonly rows: Float32Array;
  readonly m: number;
  /** By row its class, -1: not known. */
  readonly labels: Int32Array;
  readonly classes: number;
}

/**
 * What a linear head says of rows that it did not learn from: multinomial logistic regression on the other folds, `[n, classes]` of probabilities; NaN of rows
 * without a class. Folds are drawn by the seed, each class dealt out evenly.
 * @param heed is called with the share done, and may throw
 */
export async function outOfFold(data: LabelledRows, seed: number, heed: (done: number) => Promise<void> = () => Promise.resolve()): Promise<Float32Array> {
  const { rows, m, labels, classes } = data;
  const fold = dealFolds(labels, classes, seed);
  const told = new Float32Array(labels.length * classes).fill(Number.NaN);
  const scaled = standardised(rows, m);
  for (let k = 0; k < FOLDS; k++) {
    const learnt = [...labels.keys()].filter((i) => (labels[i] ?? -1) >= 0 && fold[i] !== k);
    const weights = await fitSoftmax({ ...data, rows: scaled }, learnt, (round) => heed((k + round / ROUNDS) / FOLDS));
    for (let i = 0; i < labels.length; i++)
      if (fold[i] === k && (labels[i] ?? -1) >= 0) softmaxInto(told.subarray(i * classes, (i + 1) * classes), weights, scaled.subarray(i * m, (i + 1) * m));
  }
  return told;
}

function dealFolds(labels: Int32Array, classes: number, seed: number): Int32Array {
  const fold = new Int32Array(labels.length).fill(-1);
  let next = 0;
  for (let c = 0; c < classes; c++) {
    const own = new Random(seed, "folds", c).shuffle(Uint32Array.from([...labels.keys()].filter((i) => labels[i] === c)));
    for (const i of own) fold[i] = next++ % FOLDS;
  }
  return fold;
}

/** Scaled as one, so that the largest variance is 1: what varies little, and is mostly chance, counts for little. Principal components are centred already. */
function standardised(rows: Float32Array, m: number): Float32Array {
  const n = rows.length / Math.max(1, m);
  const sums = new Float64Array(m);
  for (let i = 0; i < rows.length; i++) sums[i % m] = (sums[i % m] ?? 0) + (rows[i] ?? 0) ** 2;
  const scale = Math.sqrt(n / Math.max(...sums, Number.MIN_VALUE));
  return rows.map((value) => value * scale);
}

/**
 * Minimises the mean cross-entropy and the decay by Nesterov's method with a constant step (Nesterov 2004, 2.2.1): the Hessian of the cross-entropy is at most
 * half of the rows' second moment (Böhning 1992).
 * @returns `[classes, m + 1]`, the bias last
 */
async function fitSoftmax(
  { rows, m, labels, classes }: LabelledRows,
  learnt: readonly number[],
  heed: (round: number) => Promise<void>,
): Promise<Float64Array> {
  const width = m + 1;
  const weights = new Float64Array(classes * width);
  const ahead = new Float64Array(classes * width);
  const gradient = new Float64Array(classes * width);
  const probabilities = new Float32Array(classes);
  const curvature = 0.5 * secondMoment(rows, m, learnt) + DECAY;
  const root = Math.sqrt(curvature / DECAY);
  const momentum = (root - 1) / (root + 1);
  for (let round = 0; round < ROUNDS; round++) {
    await heed(round);
    gradient.fill(0);
    for (const i of learnt) {
      const row = rows.subarray(i * m, (i + 1) * m);
      softmaxInto(probabilities, ahead, row);
      for (let c = 0; c < classes; c++) {
        const off = ((probabilities[c] ?? 0) - (labels[i] === c ? 1 : 0)) / learnt.length;
        const own = gradient.subarray(c * width, (c + 1) * width);
        for (let j = 0; j < m; j++) own[j] = (own[j] ?? 0) + off * (row[j] ?? 0);
        own[m] = (own[m] ?? 0) + off;
      }
    }
    for (let k = 0; k < weights.length; k++) {
      const decay = k % width === m ? 0 : DECAY * (ahead[k] ?? 0);
      const next = (ahead[k] ?? 0) - ((gradient[k] ?? 0) + decay) / curvature;
      ahead[k] = next + momentum * (next - (weights[k] ?? 0));
      weights[k] = next;
    }
  }
  return weights;
}

/** The largest eigenvalue of the mean of x·xᵀ, rows x with a one behind: by the power method, and a little more. */
function secondMoment(rows: Float32Array, m: number, learnt: readonly number[]): number {
  let vector = new Float64Array(m + 1).fill(1 / Math.sqrt(m + 1));
  let value = 1;
  for (let round = 0; round < 30; round++) {
    const next = new Float64Array(m + 1);
    for (const i of learnt) {
      let along = vector[m] ?? 0;
      for (let j = 0; j < m; j++) along += (rows[i * m + j] ?? 0) * (vector[j] ?? 0);
      for (let j = 0; j < m; j++) next[j] = (next[j] ?? 0) + along * (rows[i * m + j] ?? 0);
      next[m] = (next[m] ?? 0) + along;
    }
    const length = Math.sqrt(next.reduce((sum, x) => sum + x * x, 0));
    value = length / Math.max(1, learnt.length);
    if (length === 0) break;
    vector = next.map((x) => x / length);
  }
  return 1.1 * value;
}

function softmaxInto(target: Float32Array, weights: Float64Array, row: Float32Array): void {
  const [classes, m] = [target.length, row.length];
  let largest = -Infinity;
  for (let c = 0; c < classes; c++) {
    const at = c * (m + 1);
    let sum = weights[at + m] ?? 0;
    for (let j = 0; j < m; j++) sum += (weights[at + j] ?? 0) * (row[j] ?? 0);
    target[c] = sum;
    largest = Math.max(largest, sum);
  }
  let all = 0;
  for (let c = 0; c < classes; c++) all += target[c] = Math.exp((target[c] ?? 0) - largest);
  for (let c = 0; c < classes; c++) target[c] = (target[c] ?? 0) / all;
}
