import { rmSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import { csvLines } from "../../base/csv.js";
import { LatheError } from "../../base/errors.js";
import { modeLike } from "../../base/replace-file.js";
import { partOf } from "../../base/work-folder.js";
import type { ForecastRequest } from "../../contract/engine-messages.js";
import type { DrawnForecast, ForecastResult } from "../../contract/forecast-result.js";
import { type FutureTable, type ReadTableOptions, readFuture, writeTime } from "../../datasets/index.js";
import { csvOptions } from "../../datasets/sources/csv.js";
import { writeNumber } from "../../features/options.js";
import { CsvFile, putInPlace } from "../models/csv-file.js";
import { serveModel } from "../models/served-model.js";
import { faultsOfModel } from "../models/tell-faults.js";
import { strangersOf } from "../models/tell-strangers.js";
import type { WorkSetting } from "../process/setting.js";
import { projectOfModel } from "../runs/run-config.js";
import { reportOfModel } from "../runs/run-report.js";
import { boundsOf } from "./bounds.js";
import { forecastColumns, headOf } from "./columns.js";
import { drawForecast } from "./draw.js";
import { type MadeForecast, valueAt } from "./made-forecast.js";
import { type Origin, findOrigins, refuseShort } from "./origins.js";
import { type ForecastPlan, planForecast } from "./plan-forecast.js";
import { runForecast } from "./forecast-steps.js";
import { strangersAt } from "./strangers.js";
import { tellForecast } from "./tell.js";
import { imagine } from "./what-if.js";

/** Series that are listed in a result. */
const LISTED = 1000;

/**
 * The steps after the end of every series, as CSV: `time`, `id` where there are several, and for each column that is forecast its value and the ends of its
 * prediction interval. The file appears whole or not at all.
 * @throws LatheError `usage` for a model that forecasts nothing, or not so far; `data.*`, `engine.*`, `export.exists`, `cancelled`
 */
export async function forecastSeries(request: ForecastRequest, { emit, control }: WorkSetting): Promise<ForecastResult | DrawnForecast> {
  const path = resolve(request.model);
  const model = await serveModel(path, request.device ?? "auto");
  try {
    const { fitted } = model.facts;
    const plan = planForecast(fitted, request.steps, basename(path), projectOfModel(path)?.training.losses);
    const bounds = boundsOf(reportOfModel(path)?.forecast, plan, request.levels);
    const heed = (): void => {
      if (control.wish !== "run") throw new LatheError("cancelled", "the forecast was cancelled; nothing was written");
    };
    emit({ event: "stage", stage: "reading the series", done: 0 });
    const from = request.data === undefined ? ownTable(path) : { folder: process.cwd(), path: resolve(request.data) };
    const future = await readFuture({ ...from, fitted, workFolder: model.workFolder, signal: control.preparation }, plan.ahead);
    for (const message of [...faultsOfModel(path), ...future.warnings]) emit({ event: "log", level: "warning", message });
    const { origins, leftOut } = findOrigins(fitted, plan, future);
    if (origins.length === 0)
      throw new LatheError(
        "data.value",
        `no series of ${future.path} can be forecast: ${leftOut[0]?.id === "" ? "it" : `"${leftOut[0]?.id}"`} ${leftOut[0]?.reason}`,
        { path: future.path, leftOut: leftOut.slice(0, LISTED) },
      );
    imagine(request.known ?? [], fitted, plan, future, origins);
    refuseShort(future, plan, origins);
    const strangers = strangersOf(strangersAt(fitted, future, origins));
    const forecasts = await runForecast({ session: model.session, fitted, table: future.table }, plan, origins, (done) => {
      heed();
      emit({ event: "stage", stage: "forecasting", done, total: origins.length * plan.blocks });
    });
    const columns = forecastColumns(plan);
    const made: MadeForecast = { plan, future, origins, forecasts, bounds, columns };
    const formulas = request.out === undefined ? 0 : await writeForecast(request, request.out, made, heed);
    const result: ForecastResult = {
      event: "forecast",
      ...(request.out === undefined ? {} : { out: resolve(request.out) }),
      rows: origins.length * plan.steps,
      steps: plan.steps,
      modelSteps: plan.stride,
      step: plan.series.decision.step.label,
      levels: [...bounds.levels],
      columns: columns.map(({ head }) => head),
      seriesCount: origins.length,
      series: origins.slice(0, LISTED).map((origin) => spanOf(origin, plan, future)),
      leftOutCount: leftOut.length,
      leftOut: leftOut.slice(0, LISTED),
      notes: [...tellForecast(fitted, plan, future, origins, leftOut), ...bounds.notes],
      ...strangers,
      formulas: { cells: formulas, quoted: request.spreadsheet ?? false },
    };
    return request.draw === undefined ? result : { ...result, ...drawForecast(made, request.draw) };
  } finally {
    await model.close();
  }
}

/** The table that a run learnt from, as it is by now. @throws LatheError `usage` for a model that lies in no run */
function ownTable(model: string): Pick<ReadTableOptions, "folder" | "path"> {
  const project = projectOfModel(model);
  if (!project) throw new LatheError("usage", `${model} lies in no run's folder, so it is not known which table to forecast from; name it with --data`);
  const { source } = project.data;
  return { folder: dirname(dirname(dirname(model))), path: source.path, ...(source.type === "image-folder" ? {} : csvOptions(source)) };
}

function spanOf({ id, row, last }: Origin, { steps }: ForecastPlan, { table, series }: FutureTable): ForecastResult["series"][number] {
  const at = (r: number) => writeTime(table.time(r), series);
  return { ...(series.id === undefined ? {} : { id }), origin: at(row), ...(row === last ? {} : { last: at(last) }), from: at(row + 1), to: at(row + steps) };
}

/** @returns how many cells a spreadsheet would take for formulas. */
async function writeForecast(
  { temporary: wanted, keepExisting, spreadsheet = false }: ForecastRequest,
  asked: string,
  made: MadeForecast,
  heed: () => void,
): Promise<number> {
  const { plan, future, origins, bounds, columns } = made;
  const out = resolve(asked);
  const temporary = wanted ?? partOf(out);
  const { table, series } = future;
  const lines = csvLines({ spreadsheet });
  try {
    const file = await CsvFile.create(out, temporary, modeLike(out));
    file.write(lines.line(["time", ...(series.id === undefined ? [] : ["id"]), ...columns.flatMap((column) => headOf(column, bounds.levels))]));
    for (const [i, { id, row }] of origins.entries()) {
      heed();
      for (let step = 0; step < plan.steps; step++) {
        const cells = columns.flatMap((column) => {
          const value = valueAt(made, column, i, step);
          return [value, ...bounds.levels.flatMap((level) => bounds.around(value, level, column.target, step, column.k))].map(cell);
        });
        file.write(lines.line([writeTime(table.time(row + 1 + step), series), ...(series.id === undefined ? [] : [id]), ...cells]));
      }
      await file.drained();
    }
    await file.close();
    putInPlace(temporary, out, keepExisting);
    return lines.formulas;
  } catch (thrown) {
    rmSync(temporary, { force: true });
    throw thrown;
  }
}

/** Empty where there is no number. */
function cell(value: number): string {
  return Number.isFinite(value) ? writeNumber(value) : "";
}
