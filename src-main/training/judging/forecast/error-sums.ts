import { meanOf, squaredError } from "../../../metrics/columns.js";
import { percentageError } from "../../../metrics/mape.js";
import type { RawValues } from "../../../metrics/metric.js";
import { symmetricPercentageError } from "../../../metrics/smape.js";

/** Sums of errors by cell (step of the horizon, column), over samples in any order. */
export class ErrorSums {
  samples = 0;
  /** Samples with a forecast that is not a finite number. */
  notFinite = 0;
  readonly #squared: Float64Array;
  readonly #absolute: Float64Array;
  readonly #percentage: Float64Array;
  readonly #symmetric: Float64Array;
  readonly #signed: Float64Array;

  /** @param cells horizon · columns */
  constructor(readonly cells: number) {
    this.#squared = new Float64Array(cells);
    this.#absolute = new Float64Array(cells);
    this.#percentage = new Float64Array(cells);
    this.#symmetric = new Float64Array(cells);
    this.#signed = new Float64Array(cells);
  }

  /** Counts one sample. @returns its mean squared error. */
  add(forecast: ArrayLike<number>, from: number, truth: ArrayLike<number>, truthFrom: number): number {
    this.samples++;
    let squares = 0;
    for (let cell = 0; cell < this.cells; cell++) {
      const [y, t] = [forecast[from + cell] ?? NaN, truth[truthFrom + cell] ?? NaN];
      const squared = squaredError(y, t);
      squares += squared;
      add(this.#squared, cell, squared);
      add(this.#absolute, cell, Math.abs(y - t));
      add(this.#percentage, cell, percentageError(y, t));
      add(this.#symmetric, cell, symmetricPercentageError(y, t));
      add(this.#signed, cell, y - t);
    }
    if (!Number.isFinite(squares)) this.notFinite++;
    return squares / this.cells;
  }

  /** Mean squared error of some cells. */
  mse(cells: readonly number[]): number | undefined {
    return this.#mean(this.#squared, cells);
  }

  /** Means over samples and some cells. @param scale by cell: MASE's divisor. */
  values(cells: readonly number[], scale: (cell: number) => number | undefined): RawValues {
    const mse = this.mse(cells);
    return {
      mse,
      rmse: mse === undefined ? undefined : Math.sqrt(mse),
      mae: this.#mean(this.#absolute, cells),
      mape: this.#mean(this.#percentage, cells),
      smape: this.#mean(this.#symmetric, cells),
      mase: this.#mean(this.#absolute, cells, scale),
      bias: this.#mean(this.#signed, cells),
    };
  }

  /** Mean squared error of some cells, each divided by a variance. */
  standardised(cells: readonly number[], variance: (cell: number) => number | undefined): number | undefined {
    return this.#mean(this.#squared, cells, variance);
  }

  /** The mean of each cell is that of the metrics; theirs over several columns is the mean of those. */
  #mean(sums: Float64Array, cells: readonly number[], divisor: (cell: number) => number | undefined = () => 1): number | undefined {
    if (this.samples === 0) return undefined;
    return meanOf(
      cells.map((cell) => {
        const by = divisor(cell);
        return by === undefined ? undefined : (sums[cell] ?? NaN) / this.samples / by;
      }),
    );
  }
}

function add(sums: Float64Array, cell: number, value: number): void {
  sums[cell] = (sums[cell] ?? 0) + value;
}
