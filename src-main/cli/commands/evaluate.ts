import type { Command } from "commander";
import { evaluationResult } from "../../contract/results.js";
import { inEngine } from "../../services/jobs.js";
import { modelFile } from "../../services/models.js";
import { count, createOutput, showEvents } from "../output.js";
import { metricReport } from "../report.js";

interface Options {
  readonly data: string;
  readonly device?: string;
  readonly json?: boolean;
}

export function addEvaluate(program: Command): void {
  program.command("evaluate <model>")
    .description("judge a run or model.onnx on a table with known answers")
    .requiredOption("--data <path>", "table with the model's columns and targets")
    .option("--device <name>", "device to run on")
    .action(evaluate);
}

async function evaluate(model: string, { data, device, json = false }: Options): Promise<void> {
  const output = createOutput(json);
  const work = { kind: "evaluate", model: modelFile(model), data, ...(device ? { device } : {}) } as const;
  const result = await inEngine(work, showEvents(output), (value) => evaluationResult.parse(value));
  output.line(`${count(result.samples)} rows`);
  for (const [reason, rows] of Object.entries(result.skipped)) output.line(`${count(rows)} rows left out: ${reason}`);
  output.line(metricReport(result.metrics, result.confusion));
  output.event(result);
}
