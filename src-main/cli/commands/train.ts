import { type Command, Option } from "commander";
import { LatheError } from "../../base/errors.js";
import { type LearningWay, learningWays } from "../../contract/learning-ways.js";
import { launchChildProcess } from "../../services/processes/engine-link.js";
import { createEngineSet } from "../../services/processes/engine-set.js";
import type { TrainingJob } from "../../services/jobs/job-types.js";
import { startTraining } from "../../services/jobs/jobs.js";
import { readReport } from "../../services/runs/reports.js";
import { positiveInteger, wholeNumber } from "../arguments.js";
import { count, number } from "../format.js";
import { endAtOnce } from "../interrupt.js";
import { type Output, createOutput } from "../output.js";
import { showEvents } from "../show-events.js";
import { showMetrics, showMissing } from "../show-metrics.js";

const LEARN = "what of a pretrained block learns: nothing, so that it gives features; its end; all; instead of the project's groups for it";

interface Options {
  readonly epochs?: number;
  readonly seed?: number;
  readonly engine?: string;
  readonly device?: string;
  readonly resume?: boolean | string;
  readonly from?: string;
  readonly learn?: LearningWay;
  readonly json?: boolean;
}

export function configureTrain(command: Command): void {
  command
    .option("--epochs <n>", "instead of training.epochs", positiveInteger)
    .option("--seed <n>", "instead of the project's seed", wholeNumber)
    .addOption(new Option("--engine <name>", "instead of training.engine").choices(["auto", "onnxruntime", "tensorflow"]))
    .option("--device <name>", "auto, cpu or another that `devices` lists")
    .addOption(new Option("--learn <way>", LEARN).choices(learningWays))
    .option("--from <run>", "begin a new run from what another run of the project has learnt, as far as it fits")
    .option("--resume [run]", "resume the newest run, or the one named")
    .action(train);
}

async function train(project: string, { json = false, ...options }: Options): Promise<void> {
  const output = createOutput(json);
  const beforeStart = new AbortController();
  const engines = createEngineSet(launchChildProcess);
  let job: TrainingJob | undefined;
  let interrupts = 0;
  const interrupt = () => {
    if (!job) return beforeStart.signal.aborted ? endAtOnce(engines) : beforeStart.abort();
    interrupts++;
    if (interrupts === 3) {
      output.line(`ending at once; resume it with: lathe train ${project} --resume ${job.run}`);
      return endAtOnce(engines);
    }
    output.line(interrupts === 1 ? "stopping; what was learnt is kept (Ctrl-C again to cancel)" : "cancelling (Ctrl-C again to end at once)");
    if (interrupts === 1) job.stop();
    else job.cancel();
  };
  process.on("SIGINT", interrupt);
  try {
    job = await startTraining({ project, ...options }, { signal: beforeStart.signal, onEvent: showEvents(output), launch: engines.launch });
    const done = await job.done;
    if (done.model === undefined || done.report === undefined) {
      throw new LatheError("cancelled", `run ${done.run} was cancelled, so it has no model; resume it with: lathe train ${project} --resume ${done.run}`, {
        run: done.run,
      });
    }
    showReport(output, done.report);
    output.line(`model  ${done.model}`);
    output.line(`report ${done.report}`);
    output.event(done);
  } finally {
    process.off("SIGINT", interrupt);
  }
}

function showReport(output: Output, path: string): void {
  const { test, validation, parity, model } = readReport(path);
  const judged = test ?? validation;
  if (judged) {
    showMetrics(output, judged.metrics, judged.confusion, judged.labels);
    output.line();
    output.line(`on ${count(judged.rows)} ${test ? "test" : "validation"} rows${test ? ", which training never saw" : ""}`);
    showMissing(output, judged);
  }
  output.line(
    `${model.file} against the trainer, ${count(parity.rows)} ${parity.split} rows: largest difference ${number(parity.maxDifference)}, ` +
      `equal predictions ${(100 * parity.equalDecisions).toFixed(2)} %`,
  );
  for (const [target, own] of Object.entries(parity.targets ?? {}))
    output.line(`  ${target}: largest difference ${number(own.maxDifference)}, equal predictions ${(100 * own.equalDecisions).toFixed(2)} %`);
}
