/** One line of a chart: columns that go together, x ascending. Columns may grow in place; the chart reads them whenever it is given a new list of series. */
export interface LineSeries {
  readonly id: string;
  readonly label: string;
  readonly color: string;
  readonly dashed?: boolean;
  /** Drawn thin and pale, kept out of the legend and the values under the pointer: what a smoothed line was before. */
  readonly faint?: boolean;
  /** Each value has a dot: there are few. */
  readonly dots?: boolean;
  /** Only dots: the values do not follow each other. */
  readonly loose?: boolean;
  readonly x: ArrayLike<number>;
  /** NaN: there is no value here. */
  readonly y: ArrayLike<number>;
}

/** A point that stands out: the epoch that is kept, the threshold at hand. */
export interface ChartMark {
  readonly label: string;
  readonly x: number;
  readonly y: number;
  readonly color: string;
}

/** A place on the x axis that stands out, as a line across: the learning rate that is proposed. */
export interface ChartRule {
  readonly label: string;
  readonly x: number;
  readonly color: string;
}

/** Bounds of the x axis. */
export interface ChartRange {
  readonly min: number;
  readonly max: number;
}

/** What places in ascending order cover: never nothing, which no axis could show. */
export function rangeOf(x: readonly number[]): ChartRange {
  const [min = 0, max = 1] = [x[0], x.at(-1)];
  return { min, max: Math.max(max, min + 1) };
}
