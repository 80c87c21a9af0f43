import type { EpochEvent, RunEvent } from "../contract/events.js";
import { count, duration, number, plural } from "./format.js";
import type { Output } from "./output.js";
import { MAIN_METRIC } from "./show-metrics.js";

/** Epochs of a long run that stay on a terminal; the line that changes shows those between. A pipe gets them all. */
const EPOCHS_KEPT = 40;

type Started = Extract<RunEvent, { event: "run" }>;
type Step = Extract<RunEvent, { event: "step" }>;

/** Prints what work says of itself while it works. "done" and "failed" are left to the command: they are its last words. */
export function showEvents(output: Output): (event: RunEvent) => void {
  const { paint } = output;
  let run: Started | undefined;
  let step: Step | undefined;
  let epoch: EpochEvent | undefined;
  let best: EpochEvent | undefined;
  /** The newest epoch is not a line yet. */
  let unsaid = false;

  function sayEpoch(): void {
    if (epoch && unsaid) output.line(epochLine(epoch), epoch.best ? paint.green("  best") : "");
    unsaid = false;
  }

  return (event) => {
    // A stretch to be drawn is for who draws.
    if (event.event !== "done" && event.event !== "failed" && event.event !== "forecast") output.event(event);
    switch (event.event) {
      case "run":
        run = event;
        for (const text of runLines(event)) output.line(text);
        return;
      case "stage":
        sayEpoch();
        return output.transient(
          `${event.stage} ${event.total ? `${Math.floor((100 * event.done) / event.total)} %` : count(event.done)}` +
            (event.secondsLeft === undefined ? "" : `, ${duration(event.secondsLeft)} left`),
        );
      case "step":
        step = event;
        return output.transient(progressLine({ run, step, epoch, best }));
      case "epoch": {
        epoch = event;
        if (event.best) best = event;
        unsaid = true;
        const every = output.terminal ? Math.ceil((run?.epochs ?? 1) / EPOCHS_KEPT) : 1;
        if (event.epoch % every === 0) sayEpoch();
        return output.transient(progressLine({ run, step, epoch, best }));
      }
      case "warning":
        return output.line(paint.yellow("warning:"), ` ${event.message}`);
      case "log":
        return event.level === "info" ? output.line(paint.dim(event.message)) : output.line(paint.yellow(`${event.level}:`), ` ${event.message}`);
      case "state":
        return output.line(paint.dim(event.state));
      case "forecast":
        return;
      case "done":
      case "failed":
        return sayEpoch();
    }
  };
}

function runLines(run: Started): readonly string[] {
  return [
    `run ${run.run}: ${plural(run.samples.train, "training row")}, ${plural(run.parameters, "parameter")}, ${run.engine} ${run.engineVersion} ` +
      `on ${run.device}, ${plural(run.threads, "thread")}`,
    `  ${run.reason}`,
    ...(run.resumedFrom ? [`  resumed in epoch ${run.resumedFrom.epoch}, after step ${run.resumedFrom.step}`] : []),
  ];
}

function epochLine({ epoch, train, validation }: EpochEvent): string {
  const shown = Object.entries(validation).filter(([name]) => name === "loss" || MAIN_METRIC.test(name));
  const parts = [
    `epoch ${String(epoch).padStart(3)}`,
    `loss ${number(train["loss"])}`,
    ...shown.map(([name, value]) => `${name === "loss" ? "validation loss" : name} ${number(value)}`),
  ];
  return parts.join("  ");
}

interface Progress {
  readonly run: Started | undefined;
  readonly step: Step | undefined;
  readonly epoch: EpochEvent | undefined;
  readonly best: EpochEvent | undefined;
}

/** `epoch 12/30, step 40/98, loss 0.474, best 0.482 in epoch 9, 412,000 rows/s, 0:03 left` */
function progressLine({ run, step, epoch, best }: Progress): string {
  const current = Math.max(step?.epoch ?? 0, epoch?.epoch ?? 0);
  const within = step && step.epoch > (epoch?.epoch ?? 0) ? step : undefined;
  return [
    `epoch ${current}${run ? `/${run.epochs}` : ""}`,
    ...(within ? [`step ${within.step}${run ? `/${run.stepsPerEpoch}` : ""}`] : []),
    `loss ${number(within ? within.loss : epoch?.train["loss"])}`,
    ...(best ? [`best ${number(best.validation["loss"] ?? best.train["loss"])} in epoch ${best.epoch}`] : []),
    ...(step ? [`${count(step.samplesPerSecond)} rows/s`, `${duration(step.secondsLeft)} left`] : []),
  ].join(", ");
}
