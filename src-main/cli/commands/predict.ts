import type { Command } from "commander";
import { predictionResult } from "../../contract/results.js";
import { inEngine } from "../../services/jobs.js";
import { modelFile } from "../../services/models.js";
import { count, createOutput, showEvents } from "../output.js";

interface Options {
  readonly out?: string;
  readonly device?: string;
  readonly json?: boolean;
}

export function addPredict(program: Command): void {
  program.command("predict <model> <table>")
    .description("answer for every row of a table, into a CSV")
    .option("--out <path>", "where the CSV goes", "predictions.csv")
    .option("--device <name>", "device to run on")
    .action(predict);
}

async function predict(model: string, data: string, { out = "predictions.csv", device, json = false }: Options): Promise<void> {
  const output = createOutput(json);
  const work = { kind: "predict", model: modelFile(model), data, out, ...(device ? { device } : {}) } as const;
  const result = await inEngine(work, showEvents(output), (value) => predictionResult.parse(value));
  for (const [input, rows] of Object.entries(result.unknown)) output.line(`${count(rows)} rows have a value of ${input} that the model was never shown`);
  output.line(`${count(result.samples)} predictions in ${result.out}`);
  output.event(result);
}
