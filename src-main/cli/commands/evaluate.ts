import type { Command } from "commander";
import { evaluationResult } from "../../contract/results.js";
import { inEngine } from "../../services/jobs/jobs.js";
import { modelFile } from "../../services/models/models.js";
import { plural } from "../format.js";
import { interruptible } from "../interrupt.js";
import { createOutput } from "../output.js";
import { showEvents } from "../show-events.js";
import { showStrangers, valuesIn } from "../show-strangers.js";
import { showMetrics, showMissing } from "../show-metrics.js";

interface Options {
  readonly data: string;
  readonly device?: string;
  readonly tune?: boolean;
  readonly json?: boolean;
}

export function configureEvaluate(command: Command): void {
  command
    .requiredOption("--data <path>", "table with the model's columns and targets")
    .option("--device <name>", "auto, cpu or another that `devices` lists")
    .option("--tune", "tell the thresholds at which F1 is best on this table, as training.thresholds takes them")
    .action(evaluate);
}

async function evaluate(model: string, { data, device = "auto", tune = false, json = false }: Options): Promise<void> {
  const output = createOutput(json);
  const work = { kind: "evaluate", model: modelFile(model), data, device, ...(tune ? { tune } : {}) } as const;
  const result = await interruptible(output, (setting) => inEngine(work, showEvents(output), (value) => evaluationResult.parse(value), setting));
  output.line(plural(result.samples, "row"));
  for (const [reason, rows] of Object.entries(result.skipped)) output.line(`${plural(rows, "row")} excluded: ${reason}`);
  showMissing(output, result);
  for (const [column, values] of Object.entries(result.unknownClasses ?? {}))
    output.line(`classes of ${column} that the model does not know${valuesIn(values)}`);
  showStrangers(output, result);
  showMetrics(output, result.metrics, result.confusion, result.labels);
  if (result.best) output.line(`\n"thresholds": ${JSON.stringify(result.best)}`);
  output.event(result);
}
