import { toLatheError } from "../../base/errors.js";
import type { EngineCommand, EngineReply, EngineWork } from "../../contract/engine-messages.js";
import type { RunEvent } from "../../contract/events.js";
import { probeEngines } from "../../engines/index.js";
import { TrainingControl } from "./control.js";
import { importModel } from "../importing/import-model.js";
import { exportFiles } from "../exporting/export-files.js";
import { verifyExport } from "../exporting/verify-export.js";
import { evaluateModel } from "../models/evaluate-model.js";
import { backtest } from "../backtest/backtest.js";
import { lookThroughFeatures } from "../explaining/look-through-features.js";
import { forecastSeries } from "../forecasting/forecast-series.js";
import { findLearningRate } from "../find-learning-rate.js";
import { auditProject, inspectProject } from "../inspect-project.js";
import { openChannel } from "./parent-channel.js";
import { predictTable } from "../models/predict-table.js";
import { Questions, serveRows } from "../models/serve-rows.js";
import { train } from "../train.js";
import { endWithParent } from "./watchdog.js";

/**
 * The engine process: one piece of work, then it exits, where it is not to last for more. It lives apart so that a crash in native code, or `session.run`
 * blocking its thread, never touches the window.
 */
const channel = openChannel<EngineCommand, EngineReply>();
endWithParent();
const control = new TrainingControl();
const questions = new Questions((reply) => channel.send(reply));
const emit = (event: RunEvent): void => channel.send({ type: "event", event });

channel.onCommand((command) => {
  if (command.type === "control") control[command.action]();
  else if (command.type === "ask") questions.ask(command.id, command.question);
  else void perform(command.work, command.lasting ?? false);
});
// A terminal sends Ctrl-C to the whole group; the parent decides what it means.
process.on("SIGINT", () => undefined);
// Without a parent there is nobody to train for; the run resumes from its checkpoint.
channel.onClose(() => {
  control.cancel();
  setTimeout(() => process.exit(1), 2000).unref();
});

async function perform(work: EngineWork, lasting: boolean): Promise<void> {
  const exits = (code: number) => (lasting ? undefined : () => process.exit(code));
  try {
    const value = await resultOf(work);
    channel.send({ type: "result", value }, exits(0));
  } catch (thrown) {
    const error = toLatheError(thrown);
    channel.send({ type: "error", error: error.toRecord() }, exits(1));
  }
}

function resultOf(work: EngineWork): Promise<unknown> {
  const setting = { emit, control, clock: () => performance.now(), now: () => new Date() };
  switch (work.kind) {
    case "train":
      return train(work, setting);
    case "find-learning-rate":
      return findLearningRate(work, setting);
    case "inspect":
      return inspectProject(work, setting);
    case "audit":
      return auditProject(work, setting);
    case "evaluate":
      return evaluateModel(work, setting);
    case "predict":
      return predictTable(work, setting);
    case "forecast":
      return forecastSeries(work, setting);
    case "backtest":
      return backtest(work, setting);
    case "features":
      return lookThroughFeatures(work, setting);
    case "serve-model":
      return serveRows(work, setting, questions);
    case "export":
      return exportFiles(work, setting);
    case "verify-export":
      return verifyExport(work, setting);
    case "import-model":
      return importModel(work, emit);
    case "probe-engines":
      return probeEngines();
  }
}
