import type { Command } from "commander";
import { learningRateResult } from "../../contract/results.js";
import { inEngine } from "../../services/jobs/jobs.js";
import { number, plural } from "../format.js";
import { interruptible } from "../interrupt.js";
import { createOutput } from "../output.js";
import { showEvents } from "../show-events.js";

interface Options {
  readonly device?: string;
  readonly json?: boolean;
}

export function configureFindLearningRate(command: Command): void {
  command.option("--device <name>", "auto, cpu or another that `devices` lists").action(async (project: string, { device, json = false }: Options) => {
    const output = createOutput(json);
    const work = { kind: "find-learning-rate", project, ...(device ? { device } : {}) } as const;
    const result = await interruptible(output, (setting) => inEngine(work, showEvents(output), (value) => learningRateResult.parse(value), setting));
    output.line(
      result.suggestion === null
        ? "the loss never went down, whatever the learning rate; look at the data and the model first"
        : `suggested learning rate: ${number(result.suggestion)} (training.optimizer.lr), from ${plural(result.points.length, "step")}`,
    );
    output.event(result);
  });
}
