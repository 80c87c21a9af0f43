import type { Command } from "commander";
import { startTraining } from "../../services/jobs.js";
import { readReport } from "../../services/reports.js";
import { createOutput, number, showEvents } from "../output.js";
import { metricReport } from "../report.js";
import { positiveInteger, wholeNumber } from "../arguments.js";

interface Options {
  readonly epochs?: number;
  readonly seed?: number;
  readonly engine?: string;
  readonly device?: string;
  readonly resume?: boolean | string;
  readonly json?: boolean;
}

export function addTrain(program: Command): void {
  program.command("train <project>")
    .description("train a project; Ctrl-C stops and keeps what was learnt, a second Ctrl-C cancels")
    .option("--epochs <n>", "epochs to train", positiveInteger)
    .option("--seed <n>", "seed of all randomness", wholeNumber)
    .option("--engine <name>", "auto, onnxruntime or tensorflow")
    .option("--device <name>", "auto, cpu or one that `devices` lists")
    .option("--resume [run]", "go on with the newest run, or the one named")
    .action(train);
}

async function train(project: string, { json = false, ...options }: Options): Promise<void> {
  const output = createOutput(json);
  const job = await startTraining({ project, ...options });
  job.subscribe(showEvents(output));
  let interrupts = 0;
  const interrupt = () => {
    interrupts++;
    output.line(interrupts === 1 ? "stopping; what was learnt is kept (Ctrl-C again to cancel)" : "cancelling");
    if (interrupts === 1) job.stop();
    else job.cancel();
  };
  process.on("SIGINT", interrupt);
  try {
    const done = await job.done;
    if (done.report) {
      const report = readReport(done.report);
      output.line();
      output.line(metricReport(report.test?.metrics ?? report.validation?.metrics ?? {}, report.test?.confusion ?? report.validation?.confusion ?? {}));
      output.line();
      const { parity } = report;
      output.line(`exported model against trainer: ${parity.rows} ${parity.split} rows, largest difference ${number(parity.maxDifference)}, equal decisions ${(100 * parity.equalDecisions).toFixed(2)} %`);
    }
    output.line(done.model ? `model  ${done.model}\nreport ${done.report ?? ""}` : `run ${done.run} was cancelled; go on with: train ${project} --resume ${done.run}`);
    output.event(done);
  } finally {
    process.off("SIGINT", interrupt);
  }
}
