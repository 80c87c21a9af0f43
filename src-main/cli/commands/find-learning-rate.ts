import type { Command } from "commander";
import { learningRateResult } from "../../contract/results.js";
import { inEngine } from "../../services/jobs.js";
import { createOutput, number, showEvents } from "../output.js";

interface Options {
  readonly device?: string;
  readonly json?: boolean;
}

export function addFindLearningRate(program: Command): void {
  program.command("find-lr <project>")
    .description("try growing learning rates for a few steps and suggest one")
    .option("--device <name>", "device to run on")
    .action(async (project: string, { device, json = false }: Options) => {
      const output = createOutput(json);
      const work = { kind: "find-learning-rate", project, ...(device ? { device } : {}) } as const;
      const result = await inEngine(work, showEvents(output), (value) => learningRateResult.parse(value));
      output.line(result.suggestion === null
        ? "the loss never went down, whatever the learning rate; look at the data and the model first"
        : `suggested learning rate: ${number(result.suggestion)} (training.optimizer.lr), from ${result.points.length} steps`);
      output.event(result);
    });
}
