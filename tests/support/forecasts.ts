import type { ForecastSamples, ForecastSeries, ForecastTruth } from "../../src-main/training/judging/forecast/series.js";
import golden from "../fixtures/forecasts/forecasts.json" with { type: "json" };

/** Golden numbers; the generator beside the file says whose they are. */
export { golden };

/** Two series of two columns, the second too short for a season before its first samples. */
export function goldenPanel(): { readonly series: ForecastSeries; readonly truth: ForecastTruth; readonly samples: ForecastSamples } {
  const { panel } = golden;
  return {
    series: {
      segment: Int32Array.from(panel.segment),
      time: BigInt64Array.from(panel.time, BigInt),
      training: Uint8Array.from(panel.training),
      season: panel.season,
    },
    truth: { columns: panel.columns, values: Float64Array.from(panel.values), horizon: panel.horizon },
    samples: { origins: Uint32Array.from(panel.origins), outputs: Float32Array.from(panel.outputs), truths: Float32Array.from(panel.truths) },
  };
}

interface Made {
  readonly values: readonly number[];
  /** From 0; all of a run by default. */
  readonly segment?: readonly number[];
  readonly horizon: number;
  readonly season?: number;
  /** Rows before this one are the training span. */
  readonly trained: number;
  /** A sample's forecast of one step. @param origin from 1 */
  readonly forecast: (origin: number, step: number, truth: number) => number;
}

/** One column, with a sample after every row of the training span's last that has a future. */
export function oneColumn({ values, segment = values.map(() => 0), horizon, season = 1, trained, forecast }: Made) {
  const series: ForecastSeries = {
    segment: Int32Array.from(segment),
    time: Float64Array.from(values, (_, row) => row),
    training: Uint8Array.from(values, (_, row) => (row < trained ? 1 : 0)),
    season,
  };
  const origins = values.flatMap((_, row) => (row >= trained - 1 && segment[row] === segment[row + horizon] ? [row + 1] : []));
  const steps = Array.from({ length: horizon }, (_, h) => h + 1);
  const truths = origins.flatMap((origin) => steps.map((step) => values[origin - 1 + step]!));
  const outputs = origins.flatMap((origin) => steps.map((step) => forecast(origin, step, values[origin - 1 + step]!)));
  const samples: ForecastSamples = { origins: Uint32Array.from(origins), outputs: Float32Array.from(outputs), truths: Float32Array.from(truths) };
  return { series, truth: { columns: ["y"], values: Float64Array.from(values), horizon } satisfies ForecastTruth, samples };
}

/** The same samples in another order. */
export function reordered({ origins, outputs, truths }: ForecastSamples, order: readonly number[]): ForecastSamples {
  const cells = outputs.length / origins.length;
  const move = (values: Float32Array) => Float32Array.from(order.flatMap((i) => [...values.subarray(i * cells, (i + 1) * cells)]));
  return { origins: Uint32Array.from(order, (i) => origins[i]!), outputs: move(outputs), truths: move(truths) };
}
