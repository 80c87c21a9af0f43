import type { EmbeddingView, MetricDefinition } from "./metric.js";

/** Multiplications that looking for neighbours may take, about a second; of larger data every so many samples look for theirs. */
const MOST_PRODUCTS = 5e8;

/**
 * Share of samples whose nearest other sample, by Euclidean distance, is of their class; a class of one sample is not asked. Beside it what a nearest sample
 * drawn at random would reach. torchmetrics' RetrievalPrecision with `top_k=1`, of each sample against all others.
 */
export const precisionAt1: MetricDefinition = {
  type: "precisionAt1",
  summary: "Share of samples whose nearest other sample is of their class.",
  better: "higher",
  embedding(view) {
    const asked = queries(view);
    if (asked.length === 0) return { precisionAt1: undefined, "precisionAt1.chance": undefined };
    let right = 0;
    let chance = 0;
    const sizes = sizesOf(view.targets);
    const known = [...sizes.values()].reduce((sum, size) => sum + size, 0);
    for (const sample of asked) {
      const own = view.targets[sample] ?? -1;
      if (view.targets[nearest(view, sample)] === own) right++;
      chance += ((sizes.get(own) ?? 1) - 1) / (known - 1);
    }
    return { precisionAt1: right / asked.length, "precisionAt1.chance": chance / asked.length };
  },
};

function queries({ rows, width, targets }: EmbeddingView): readonly number[] {
  const sizes = sizesOf(targets);
  const all = Array.from({ length: rows }, (_, i) => i).filter((i) => (sizes.get(targets[i] ?? -1) ?? 0) > 1);
  const step = Math.max(1, Math.ceil((all.length * rows * width) / MOST_PRODUCTS));
  return all.filter((_, k) => k % step === 0);
}

function sizesOf(targets: Int32Array): ReadonlyMap<number, number> {
  const sizes = new Map<number, number>();
  for (const target of targets) if (target >= 0) sizes.set(target, (sizes.get(target) ?? 0) + 1);
  return sizes;
}

/** The first of equally near ones. A point that is not a number is far from all. */
function nearest({ rows, width, outputs, targets }: EmbeddingView, sample: number): number {
  let [best, found] = [Number.POSITIVE_INFINITY, -1];
  for (let other = 0; other < rows; other++) {
    if (other === sample || (targets[other] ?? -1) < 0) continue;
    let sum = 0;
    for (let k = 0, a = sample * width, b = other * width; k < width && sum < best; k++) {
      const difference = (outputs[a++] ?? 0) - (outputs[b++] ?? 0);
      sum += difference * difference;
    }
    if (sum < best) [best, found] = [sum, other];
  }
  return found;
}
