import type { MetricDefinition } from "./metric.js";

/** Probabilities are kept within [ε, 1 - ε], ε = 2⁻²³ being float32's: sklearn.metrics.log_loss does the same. */
const EPSILON = 2 ** -23;

/** Mean of -log of the probability given to the true class. */
export const logloss: MetricDefinition = {
  type: "logloss",
  summary: "How surprised the model is by the truth; punishes confident mistakes.",
  better: "lower",
  category: ({ rows, probabilities, targets, classes }) => ({
    logloss: meanSurprise(rows, (i) => probabilities[i * classes.length + (targets[i] ?? 0)] ?? NaN),
  }),
  binary: ({ rows, probabilities, targets }) => ({
    logloss: meanSurprise(rows, (i) => (targets[i] === 1 ? (probabilities[i] ?? NaN) : 1 - (probabilities[i] ?? NaN))),
  }),
};

function meanSurprise(rows: number, probability: (i: number) => number): number | undefined {
  let total = 0;
  for (let i = 0; i < rows; i++) total -= Math.log(Math.min(Math.max(probability(i), EPSILON), 1 - EPSILON));
  return rows === 0 ? undefined : total / rows;
}
