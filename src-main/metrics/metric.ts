import type { ClassCounts } from "./class-counts.js";
import type { Ranking } from "./ranking.js";

/** Metric values by name (`accuracy`, `f1.macro`, `recall.cat`). What does not exist, such as the AUROC of one class, is null; NaN never occurs. */
export type MetricValues = Readonly<Record<string, number | null>>;

/** Values as a metric computes them: undefined and anything not finite mean "does not exist". */
export type RawValues = Readonly<Record<string, number | undefined>>;

/** One of K classes a sample. */
export interface CategoryData {
  /** `[n, K]`, row-major, each row summing to 1. */
  readonly probabilities: Float32Array;
  /** `[n]`, class indices; a row whose class is negative (not known) is excluded. */
  readonly targets: Int32Array;
  /** K names. */
  readonly classes: readonly string[];
}

/** No or yes a sample. */
export interface BinaryData {
  /** `[n]`, of yes. */
  readonly probabilities: Float32Array;
  /** `[n]`, 0 or 1; a row that is neither is excluded. */
  readonly targets: Float32Array | Int32Array | Uint8Array;
  /** Yes is predicted where the probability is above this; 0.5 by default. */
  readonly threshold?: number;
  /** What 0 and 1 are called; `["0", "1"]` by default. */
  readonly classes?: readonly [string, string];
}

/** Any number of K labels a sample. */
export interface LabelsData {
  /** `[n, K]`, row-major, each label by itself. */
  readonly probabilities: Float32Array;
  /** `[n, K]`, row-major: 0 and 1; anything else is not known, and counts nowhere. */
  readonly targets: Float32Array;
  /** K names. */
  readonly labels: readonly string[];
  /** K numbers: a label is given where its probability is above. */
  readonly thresholds: readonly number[];
}

/** K numbers a sample. */
export interface NumericData {
  /** `[n, K]`, row-major. */
  readonly predictions: Float32Array;
  /** `[n, K]`, row-major; what is NaN is missing and excluded. */
  readonly targets: Float32Array;
  /** K names. */
  readonly columns: readonly string[];
  /** Whether the numbers are steps of a series to come: then shares of the truth are measured too. */
  readonly forecast?: boolean;
}

/** Predictions, counted: what accuracy, precision, recall and F1 are made of. */
export interface CountedPredictions {
  readonly rows: number;
  readonly classes: readonly string[];
  readonly counts: ClassCounts;
}

/** Data with its predictions. */
export interface CategoryView extends CategoryData, CountedPredictions {
  readonly classes: readonly string[];
}

export interface BinaryView extends Required<BinaryData>, CountedPredictions {
  readonly classes: readonly [string, string];
}

export interface LabelsView extends LabelsData {
  readonly rows: number;
  /** By label. */
  readonly counts: {
    readonly truePositives: readonly number[];
    readonly falsePositives: readonly number[];
    readonly falseNegatives: readonly number[];
    readonly trueNegatives: readonly number[];
  };
  /** Rows of which every label is known, and those of them of which every one is right. */
  readonly whole: number;
  readonly exact: number;
}

export interface NumericView extends NumericData {
  readonly rows: number;
}

/** A point a sample. */
export interface EmbeddingView {
  readonly rows: number;
  /** Numbers of a point. */
  readonly width: number;
  /** `[n, width]`, row-major. */
  readonly outputs: Float32Array;
  /** `[n]`, class indices; samples of one class belong together, one whose class is negative (not known) is excluded. */
  readonly targets: Int32Array;
}

/** One metric: for each kind of target it knows, its values by name. torchmetrics' definition unless its comment says otherwise. */
export interface MetricDefinition {
  /** The name its values start with. */
  readonly type: string;
  /** One line of plain words. */
  readonly summary: string;
  readonly better: "higher" | "lower";
  /** Not measured of numbers that are no forecast. */
  readonly forecastsOnly?: boolean;
  readonly category?: (view: CategoryView) => RawValues;
  readonly binary?: (view: BinaryView) => RawValues;
  readonly labels?: (view: LabelsView) => RawValues;
  readonly numeric?: (view: NumericView) => RawValues;
  readonly embedding?: (view: EmbeddingView) => RawValues;
  /**
   * A value that depends on the order of the scores only, of one class against the rest: a yes-or-no target has it as `<type>`; of several classes `<type>` is
   * the mean over the classes that have one, `<type>.weighted` weighs them by how often they are the target; of labels also `<type>.<label>`.
   */
  readonly ranked?: (ranking: Ranking) => number | undefined;
}

/** A curve over all decision thresholds of one class against the rest. */
export interface Curve {
  readonly x: Float64Array;
  readonly y: Float64Array;
  /** The threshold of each point: yes is predicted at or above it. */
  readonly thresholds: Float32Array;
}

export interface CurveDefinition {
  readonly type: string;
  readonly summary: string;
  readonly x: string;
  readonly y: string;
  /** undefined where the curve does not exist. */
  readonly points: (ranking: Ranking) => Curve | undefined;
}
