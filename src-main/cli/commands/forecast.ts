import { rmSync } from "node:fs";
import type { Command } from "commander";
import { partOf } from "../../base/work-folder.js";
import { type ForecastResult, forecastResult } from "../../contract/forecast-result.js";
import { inEngine } from "../../services/jobs/jobs.js";
import { modelFile } from "../../services/models/models.js";
import { refuseOut, runOf } from "../../services/models/out-file.js";
import { outFile, positiveInteger, shares } from "../arguments.js";
import { plural } from "../format.js";
import { interruptible } from "../interrupt.js";
import { type Output, createOutput } from "../output.js";
import { showEvents } from "../show-events.js";
import { showStrangers } from "../show-strangers.js";
import { toldOfFormulas } from "./predict.js";

interface Options {
  readonly horizon?: number;
  readonly data?: string;
  readonly level?: readonly number[];
  readonly out: string;
  readonly device?: string;
  readonly spreadsheet?: boolean;
  readonly json?: boolean;
}

export function configureForecast(command: Command): void {
  command
    .option("--horizon <n>", "steps; more than the model was trained for are forecast from its own forecasts (default: as many as it was)", positiveInteger)
    .option("--data <path>", "a newer table of the series (default: the run's own, as it is now)")
    .option("--level <shares>", "of prediction intervals, such as 0.8,0.95 (default: 0.95)", shares)
    .requiredOption("--out <path>", "CSV to write", outFile)
    .option("--spreadsheet", "as of predict: an apostrophe before text that a spreadsheet would take for a formula")
    .option("--device <name>", "auto, cpu or another that `devices` lists")
    .action(forecast);
}

async function forecast(run: string, { horizon, data, level, out, device = "auto", spreadsheet = false, json = false }: Options): Promise<void> {
  const output = createOutput(json);
  const file = modelFile(run);
  const read = data === undefined ? [] : [{ path: data, what: "the table itself" }];
  refuseOut(out, [...read, { path: file, what: "the model itself" }], runOf(file));
  const temporary = partOf(out);
  // A process that is ended by force cannot tidy up; once renamed, the file is not there.
  process.once("exit", () => rmSync(temporary, { force: true }));
  const work = {
    kind: "forecast",
    model: file,
    out,
    temporary,
    device,
    spreadsheet,
    ...(horizon === undefined ? {} : { steps: horizon }),
    ...(data === undefined ? {} : { data }),
    ...(level === undefined ? {} : { levels: level }),
  } as const;
  const result = await interruptible(output, (setting) => inEngine(work, showEvents(output), (value) => forecastResult.parse(value), setting));
  show(output, result);
  output.event(result);
}

function show(output: Output, result: ForecastResult): void {
  for (const { message } of result.notes) output.line(output.paint.yellow("note:"), ` ${message}`);
  showStrangers(output, result);
  const told = toldOfFormulas(result.formulas);
  if (told !== undefined) output.line(told);
  const [first] = result.series;
  const span = result.seriesCount === 1 && first ? ` from ${first.from} to ${first.to}` : ` of ${plural(result.seriesCount, "series", "series")}`;
  output.line(`${plural(result.steps, "step")} of ${result.step}${span} in ${result.out ?? ""}`);
}
