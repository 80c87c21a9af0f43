import { evaluateBinary, evaluateCategory, evaluateEmbedding, evaluateLabels, evaluateNumeric } from "../../src-main/metrics/index.js";

const classes = ["a", "b", "c", "d", "e", "f"];
const rows = 12;

/** What every metric says of predictions of each kind, forecasts among them. */
export const evaluations = [
  {
    kind: "category" as const,
    classes,
    ...evaluateCategory({
      probabilities: Float32Array.from({ length: rows * 6 }, (_, i) => (i % 5 === 0 ? 0.5 : 0.1)),
      targets: Int32Array.from({ length: rows }, (_, i) => i % 6),
      classes,
    }),
  },
  {
    kind: "binary" as const,
    classes: ["0", "1"],
    ...evaluateBinary({ probabilities: Float32Array.from({ length: rows }, (_, i) => i / rows), targets: Int32Array.from({ length: rows }, (_, i) => i % 2) }),
  },
  {
    kind: "numeric" as const,
    classes: [],
    confusion: undefined,
    ...evaluateNumeric({
      predictions: Float32Array.from({ length: rows }, (_, i) => i),
      targets: Float32Array.from({ length: rows }, (_, i) => i + (i % 3)),
      columns: ["y"],
      forecast: true,
    }),
  },
  {
    kind: "embedding" as const,
    classes: [],
    confusion: undefined,
    ...evaluateEmbedding({
      rows,
      width: 2,
      outputs: Float32Array.from({ length: rows * 2 }, (_, i) => (i * 7) % 5),
      targets: Int32Array.from({ length: rows }, (_, i) => i % 3),
    }),
  },
  {
    kind: "labels" as const,
    classes: ["rain", "wind"],
    confusion: undefined,
    ...evaluateLabels({
      probabilities: Float32Array.from({ length: rows * 2 }, (_, i) => (i % 7) / 7),
      targets: Float32Array.from({ length: rows * 2 }, (_, i) => (i >> 1) % 2),
      labels: ["rain", "wind"],
      thresholds: [0.5, 0.5],
    }),
  },
];
