import type { Command } from "commander";
import { type BacktestResult, backtestResult } from "../../contract/backtest.js";
import type { ForecastScore } from "../../contract/forecast-report.js";
import { inEngine } from "../../services/jobs/jobs.js";
import { runFolder } from "../../services/models/models.js";
import { positiveInteger } from "../arguments.js";
import { count, number } from "../format.js";
import { interruptible } from "../interrupt.js";
import { type Output, createOutput } from "../output.js";
import { showEvents } from "../show-events.js";

interface Options {
  readonly folds?: number;
  readonly json?: boolean;
}

export function configureBacktest(command: Command): void {
  command.option("--folds <n>", "how many (default: 5)", positiveInteger).action(backtest);
}

async function backtest(path: string, { folds, json = false }: Options): Promise<void> {
  const output = createOutput(json);
  const work = { kind: "backtest", run: runFolder(path), ...(folds === undefined ? {} : { folds }) } as const;
  const result = await interruptible(output, (setting) => inEngine(work, showEvents(output), (value) => backtestResult.parse(value), setting));
  show(output, result);
  output.line(`report ${result.report}`);
  output.event(result);
}

const FIGURES = ["rmse", "mae", "mase", "skill.naive", "skill.seasonal"];

function show(output: Output, { folds, overall }: BacktestResult): void {
  for (const [name, target] of Object.entries(overall.targets)) {
    const figures = (score: ForecastScore | undefined) => FIGURES.map((figure) => number(score?.values[figure]));
    output.table(
      [name, "trained to", "judged to", "samples", ...FIGURES],
      [
        ...folds.map(({ trained, judged, forecast }, k) => [
          `fold ${k + 1}`,
          trained.to,
          judged.to,
          count(judged.samples),
          ...figures(forecast.targets[name]?.test),
        ]),
        ["together", "", "", count(target.test?.samples ?? 0), ...figures(target.test)],
      ],
    );
    for (const { message } of [...(target.test?.verdicts ?? []), ...(target.test?.notes ?? [])]) output.line(message);
  }
}
