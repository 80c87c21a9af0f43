import { existsSync, rmSync } from "node:fs";
import { LatheError, toLatheError } from "../../base/errors.js";
import { partOf } from "../../base/work-folder.js";
import { type BacktestReport, type BacktestResult, backtestReport, backtestResult } from "../../contract/backtest.js";
import type { ForecastRequest } from "../../contract/engine-messages.js";
import type { LogEvent, StageEvent } from "../../contract/events.js";
import { type DrawnForecast, drawnForecast } from "../../contract/forecast-result.js";
import type { RunReference } from "../../contract/summaries.js";
import { JSON_BOUNDS } from "../../base/json-bounds.js";
import { inside } from "../../base/own-files.js";
import { readOwnJson } from "../../base/own-json.js";
import { outExists } from "../../training/models/out-exists.js";
import { BACKTEST } from "../../training/backtest/backtest-file.js";
import type { FolderAccess } from "../files/folder-access.js";
import type { EngineRunner } from "../jobs/jobs.js";
import { refuseOut } from "../models/out-file.js";
import { finishedRun, modelOfRun } from "../runs/run-reference.js";

/** What is asked of a forecast. Without `data` it goes on from the run's own table. */
export type AskedForecast = RunReference &
  Pick<ForecastRequest, "steps" | "levels" | "known"> & {
    readonly data?: string | undefined;
    /** Where a CSV goes. */
    readonly out?: string | undefined;
    readonly replace: boolean;
    readonly spreadsheet: boolean;
    readonly draw: NonNullable<ForecastRequest["draw"]>;
  };

/** Runs of series at work on what comes next, and on what came. Everything throws `run.missing` for a run without a model. */
export interface Forecasts {
  /** @throws LatheError `usage`, `data.*`, `export.exists`, `rpc.refused`, `cancelled` */
  forecast(asked: AskedForecast, hear: (event: StageEvent | LogEvent) => void, signal: AbortSignal): Promise<DrawnForecast>;
  /** @throws LatheError `usage`, `data.*`, `training.*`, `cancelled` */
  backtest(
    asked: RunReference & { readonly folds?: number | undefined },
    hear: (event: StageEvent | LogEvent) => void,
    signal: AbortSignal,
  ): Promise<BacktestResult>;
  /** What the last backtest of a run came to; null: there was none. */
  kept(run: RunReference): Promise<BacktestReport | null>;
}

export function createForecasts(access: FolderAccess, work: EngineRunner): Forecasts {
  return {
    async forecast({ data: asked, out: wanted, replace, spreadsheet, steps, levels, known, draw, ...run }, hear, signal) {
      const data = asked === undefined ? undefined : await access.resolve(asked, "the table");
      const out = wanted === undefined ? undefined : await access.resolveNew(wanted, "the file for the forecast");
      const { folder, model } = await modelOfRun(access, run);
      if (out !== undefined && wanted !== undefined) {
        refuseOut(wanted, data === undefined ? [] : [{ path: data, what: "the table itself" }], folder);
        if (existsSync(out) && !replace) throw outExists(out);
      }
      const temporary = out === undefined ? undefined : partOf(out);
      try {
        return await work(
          {
            kind: "forecast",
            model,
            draw,
            spreadsheet,
            keepExisting: !replace,
            ...(data === undefined ? {} : { data }),
            ...(out === undefined ? {} : { out }),
            ...(temporary === undefined ? {} : { temporary }),
            ...(steps === undefined ? {} : { steps }),
            ...(levels === undefined ? {} : { levels }),
            ...(known === undefined ? {} : { known }),
          },
          (event) => {
            if (event.event === "stage" || event.event === "log") hear(event);
          },
          (value) => drawnForecast.parse(value),
          signal,
        );
      } catch (thrown) {
        const error = toLatheError(thrown);
        // A process that was ended by force could not tidy up.
        if (temporary !== undefined && (error.code === "cancelled" || error.code === "engine.crashed")) rmSync(temporary, { force: true });
        if (error.code !== "engine.crashed") throw error;
        throw new LatheError("engine.crashed", "the process that made the forecast ended unexpectedly; nothing was written, try again", error.details, {
          cause: error,
        });
      }
    },
    async backtest({ folds, ...run }, hear, signal) {
      const { folder } = await finishedRun(access, run);
      return work(
        { kind: "backtest", run: folder, ...(folds === undefined ? {} : { folds }) },
        (event) => {
          if (event.event === "stage" || event.event === "log") hear(event);
        },
        (value) => backtestResult.parse(value),
        signal,
      );
    },
    async kept(run) {
      const { folder } = await finishedRun(access, run);
      const path = inside(folder, BACKTEST);
      if (!existsSync(path)) return null;
      try {
        return backtestReport.parse(await readOwnJson(path, JSON_BOUNDS.figures));
      } catch (cause) {
        throw new LatheError("run.checkpoint", `${path} is damaged; run the backtest again`, { path }, { cause });
      }
    },
  };
}
