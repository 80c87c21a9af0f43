import { defined } from "../../base/assert.js";
import { LatheError } from "../../base/errors.js";
import type { ForecastTargetReport, JudgedForecast } from "../../contract/forecast-report.js";
import { horizonOf, targetColumns } from "../../features/index.js";
import { forecastResiduals } from "../../training/judging/forecast/residuals.js";
import { chooseStretch, drawStretch } from "../../training/judging/forecast/stretch.js";
import type { KeptSplit, KeptTarget } from "../../training/runs/kept-predictions.js";
import { readConfig } from "../../training/runs/run-config.js";
import { RunFolder } from "../../training/runs/run-folder.js";
import type { Tables } from "../data/tables.js";
import type { PlacesOfRun } from "../processes/reading.js";
import { type LoadedPredictions, workedOut } from "../prediction/prediction-store.js";
import type { FoundRun } from "../runs/run-reference.js";

/** Steps of a stretch, and series that are listed. */
const [MOST, LISTED] = [1500, 1000];

export interface ForecastQuestion {
  readonly split: KeptSplit;
  readonly target: string;
  readonly column?: string | undefined;
  readonly series?: string | undefined;
  readonly lead: number;
}

type Places = Exclude<PlacesOfRun, { readonly changed: true }>;

/** Where the rows of a run's series stand. @throws LatheError `data.changed` where its data is another by now; as `Tables` */
export async function placesOfRun(tables: Tables, { reference: { project: folder, run } }: FoundRun, signal: AbortSignal | undefined): Promise<Places> {
  const opened = RunFolder.open(folder, run);
  const { project, dataFingerprint: fingerprint } = readConfig(opened);
  const data = { folder, file: opened.file("config.json"), document: { ...project } };
  const places = await tables.places(data, { data: project.data, seed: project.seed, fingerprint }, signal);
  if (places.changed)
    throw new LatheError(
      "data.changed",
      `the data file has changed since run ${run} was trained, so its forecasts cannot be put on a time axis; the figures are as they were`,
      { run },
    );
  return places;
}

/** @param report of the target, for its intervals. @throws LatheError `usage` for a target that is no forecast, a column or a series that is not there */
export function judgedForecastOf(
  run: FoundRun,
  { predictions, target, report }: { readonly predictions: LoadedPredictions; readonly target: KeptTarget; readonly report: ForecastTargetReport | undefined },
  places: Places,
  question: ForecastQuestion,
): JudgedForecast {
  const spec = readConfig(RunFolder.open(run.reference.project, run.reference.run)).project.data.targets.find(({ name }) => name === target.name);
  const horizon = spec ? horizonOf(spec) : 0;
  if (!spec || horizon === 0) throw new LatheError("usage", `target ${target.name} of run ${run.reference.run} is no forecast`, { target: target.name });
  const columns = targetColumns(spec);
  const column = question.column === undefined ? 0 : columns.indexOf(question.column);
  if (column < 0)
    throw new LatheError("usage", `target ${target.name} has no column "${question.column}"; it has ${columns.join(", ")}`, { column: question.column });
  const lead = Math.min(question.lead, horizon);
  const { rows: origins, worked: _worked } = predictions;
  const { outputs, truths } = target;
  const counted = workedOut(predictions, ["series", target.name], () => samplesBySeries(origins, places));
  const chosen = question.series === undefined ? counted[0] : counted.find(({ id }) => id === question.series);
  if (!chosen) throw new LatheError("usage", `no sample of this part is of series "${question.series ?? ""}"`, { series: question.series });
  const samples = chooseStretch(origins, { chosen: (row) => row >= chosen.from && row <= chosen.to, horizon, lead, most: MOST });
  const cell = (place: number, step: number) => (place * horizon + step - 1) * columns.length + column;
  const stretch = drawStretch(
    { target: target.name, column: columns[column] ?? "" },
    samples,
    (row) => places.time[row - 1] ?? 0,
    (place, step) => ({ actual: truths[cell(place, step)] ?? NaN, forecast: outputs[cell(place, step)] ?? NaN }),
  );
  const interval = report?.intervals?.levels.reduce((widest, level) => (level.level > widest.level ? level : widest));
  const steps = samples.to - samples.from + 1;
  const around = (bounds: readonly (readonly (number | null)[])[]) =>
    stretch.forecast.map((value, i) => {
      const by = bounds[samples.from - 1 + (i % steps)]?.[column];
      return value === null || by === null || by === undefined ? null : value + by;
    });
  const { season, zone, calendar } = places;
  const residuals = workedOut(predictions, ["forecast residuals", target.name, column], () =>
    forecastResiduals(places, { columns, horizon }, { origins, outputs, truths: Float32Array.from(truths) }, column),
  );
  return {
    horizon,
    season,
    zone,
    calendar,
    series: counted.slice(0, LISTED).map(({ id, samples: count }) => ({ id, samples: count })),
    stretch,
    ...(interval ? { bounds: { level: interval.level, lower: around(interval.lower), upper: around(interval.upper) } } : {}),
    residuals,
  };
}

/** Series with samples, in the order of the table. */
function samplesBySeries(
  origins: Uint32Array,
  { series }: Places,
): readonly { readonly id: string; readonly from: number; readonly to: number; readonly samples: number }[] {
  const counts = series.map(() => 0);
  for (const origin of origins) {
    // Series stand one behind the other.
    let [low, high] = [0, series.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (defined(series[middle], "a series").from <= origin) low = middle;
      else high = middle - 1;
    }
    counts[low] = (counts[low] ?? 0) + 1;
  }
  return series.flatMap((one, i) => ((counts[i] ?? 0) > 0 ? [{ ...one, samples: counts[i] ?? 0 }] : []));
}
