import { meanOf, squaredError } from "../../../metrics/columns.js";
import { percentageError } from "../../../metrics/mape.js";
import type { RawValues } from "../../../metrics/metric.js";
import { symmetricPercentageError } from "../../../metrics/smape.js";

/** Sums of squared errors by cell (step of the horizon, column), over samples in any order. */
export class SquaredErrors {
  samples = 0;
  /** Samples with a forecast that is not a finite number. */
  notFinite = 0;
  readonly squared: Float64Array;

  /** @param cells horizon · columns */
  constructor(readonly cells: number) {
    this.squared = new Float64Array(cells);
  }

  /** Counts one sample, whose cells begin at a place of each array. @returns its mean squared error. */
  add(forecast: Float32Array | Float64Array, from: number, truth: Float32Array | Float64Array, truthFrom: number): number {
    const { cells, squared } = this;
    let squares = 0;
    for (let cell = 0; cell < cells; cell++) {
      const square = squaredError(forecast[from + cell] ?? NaN, truth[truthFrom + cell] ?? NaN);
      squares += square;
      squared[cell] = (squared[cell] ?? 0) + square;
    }
    this.samples++;
    if (!Number.isFinite(squares)) this.notFinite++;
    return squares / cells;
  }

  /** Mean squared error of some cells, each divided by a variance where one is given. */
  mse(cells: readonly number[], variance?: (cell: number) => number | undefined): number | undefined {
    return this.mean(this.squared, cells, variance);
  }

  /** The mean of each cell is that of the metrics; theirs over several columns is the mean of those. */
  protected mean(sums: Float64Array, cells: readonly number[], divisor: (cell: number) => number | undefined = () => 1): number | undefined {
    if (this.samples === 0) return undefined;
    return meanOf(
      cells.map((cell) => {
        const by = divisor(cell);
        return by === undefined ? undefined : (sums[cell] ?? NaN) / this.samples / by;
      }),
    );
  }
}

/** Sums of all kinds of errors by cell. */
export class ErrorSums extends SquaredErrors {
  readonly #absolute: Float64Array;
  readonly #percentage: Float64Array;
  readonly #symmetric: Float64Array;
  readonly #signed: Float64Array;

  constructor(cells: number) {
    super(cells);
    this.#absolute = new Float64Array(cells);
    this.#percentage = new Float64Array(cells);
    this.#symmetric = new Float64Array(cells);
    this.#signed = new Float64Array(cells);
  }

  override add(forecast: Float32Array | Float64Array, from: number, truth: Float32Array | Float64Array, truthFrom: number): number {
    const [absolute, percentage, symmetric, signed] = [this.#absolute, this.#percentage, this.#symmetric, this.#signed];
    for (let cell = 0; cell < this.cells; cell++) {
      const y = forecast[from + cell] ?? NaN;
      const t = truth[truthFrom + cell] ?? NaN;
      absolute[cell] = (absolute[cell] ?? 0) + Math.abs(y - t);
      percentage[cell] = (percentage[cell] ?? 0) + percentageError(y, t);
      symmetric[cell] = (symmetric[cell] ?? 0) + symmetricPercentageError(y, t);
      signed[cell] = (signed[cell] ?? 0) + y - t;
    }
    return super.add(forecast, from, truth, truthFrom);
  }

  /** Means over samples and some cells. @param scale by cell: MASE's divisor. */
  values(cells: readonly number[], scale: (cell: number) => number | undefined): RawValues {
    const mse = this.mse(cells);
    return {
      mse,
      rmse: mse === undefined ? undefined : Math.sqrt(mse),
      mae: this.mean(this.#absolute, cells),
      mape: this.mean(this.#percentage, cells),
      smape: this.mean(this.#symmetric, cells),
      mase: this.mean(this.#absolute, cells, scale),
      bias: this.mean(this.#signed, cells),
    };
  }
}
