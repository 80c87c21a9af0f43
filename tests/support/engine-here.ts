import { toLatheError } from "../../src-main/base/errors.js";
import type { EngineReply, EngineWork } from "../../src-main/contract/engine-messages.js";
import type { EngineLink, LaunchEngine } from "../../src-main/services/processes/engine-link.js";
import { backtest } from "../../src-main/training/backtest/backtest.js";
import { lookThroughFeatures } from "../../src-main/training/explaining/look-through-features.js";
import { forecastSeries } from "../../src-main/training/forecasting/forecast-series.js";
import { exportFiles } from "../../src-main/training/exporting/export-files.js";
import { verifyExport } from "../../src-main/training/exporting/verify-export.js";
import { TrainingControl } from "../../src-main/training/process/control.js";
import { auditProject } from "../../src-main/training/inspect-project.js";
import { predictTable } from "../../src-main/training/models/predict-table.js";
import { Questions, serveRows } from "../../src-main/training/models/serve-rows.js";
import { train } from "../../src-main/training/train.js";

/** The engine's work in this process: a process of its own takes a second to start, and hundreds of journeys need several each. It cannot be killed. */
export const launchHere: LaunchEngine = (): EngineLink => {
  const replies = new Set<(reply: EngineReply) => void>();
  const exits = new Set<(how: string) => void>();
  // Later, as from another process: whoever asked continues first.
  const send = (reply: EngineReply) => setImmediate(() => replies.forEach((hear) => hear(reply)));
  const control = new TrainingControl();
  const questions = new Questions(send);
  async function perform(work: EngineWork): Promise<void> {
    try {
      send({ type: "result", value: await resultOf(work) });
    } catch (thrown) {
      send({ type: "error", error: toLatheError(thrown).toRecord() });
    }
    setImmediate(() => exits.forEach((hear) => hear("exit code 0")));
  }
  function resultOf(work: EngineWork): Promise<unknown> {
    const setting = {
      emit: (event: Extract<EngineReply, { type: "event" }>["event"]) => send({ type: "event", event }),
      control,
      clock: () => performance.now(),
      now: () => new Date(),
    };
    switch (work.kind) {
      case "train":
        return train(work, setting);
      case "audit":
        return auditProject(work, setting);
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
      default:
        throw new Error(`${work.kind} is not done here`);
    }
  }
  return {
    pid: process.pid,
    send(command) {
      if (command.type === "work") void perform(command.work);
      else if (command.type === "ask") questions.ask(command.id, command.question);
      else control[command.action]();
    },
    onReply: (hear) => void replies.add(hear),
    onExit: (hear) => void exits.add(hear),
    kill: () => control.cancel(),
  };
};
