import { existsSync, readFileSync, realpathSync, rmSync, statSync } from "node:fs";
import { LatheError, toLatheError } from "../base/errors.js";
import type { RowValues } from "../contract/engine-messages.js";
import { type OnePrediction, type PredictionForm, type TablePrediction, tablePrediction } from "../contract/evaluation-views.js";
import type { LogEvent } from "../contract/events.js";
import { predictionResult } from "../contract/results.js";
import type { RunReference } from "../contract/summaries.js";
import type { ModelFacts } from "../training/inference-model.js";
import { outExists } from "../training/predict-table.js";
import { factsOf } from "../training/served-model.js";
import { readTrainingValues } from "../training/training-values.js";
import type { LaunchEngine } from "./engine-link.js";
import type { FolderAccess } from "./folder-access.js";
import { createModelServers } from "./model-servers.js";
import { describeAnswer, formOf } from "./prediction-form.js";
import { modelOfRun } from "./run-reference.js";
import type { Progress } from "./shared-work.js";
import type { EngineRunner } from "./studio.js";

/** Rows of a written file that are told with it. */
const PREVIEW = 200;
/** Models whose facts are remembered. */
const MOST_FACTS = 4;

/** A run's model at work. Everything throws `run.missing` for a run without one, `export.parity` for one that was refused. */
export interface Prediction {
  form(run: RunReference): Promise<PredictionForm>;
  /** @throws LatheError `usage` for a column the model has not; `data.value` for what is no number, or missing where the model needs it; `engine.*` */
  one(run: RunReference, values: RowValues): Promise<OnePrediction>;
  /** @throws LatheError `export.exists`, `rpc.refused`, `data.*`, `run.storage`, `cancelled` */
  table(asked: RunReference & { readonly data: string; readonly out: string; readonly replace: boolean }, onProgress: Progress, onLog: (event: LogEvent) => void, signal: AbortSignal): Promise<TablePrediction>;
  /** Lets go of the processes that models are served in. */
  close(): void;
}

export function createPrediction(access: FolderAccess, work: EngineRunner, launch?: LaunchEngine): Prediction {
  const servers = createModelServers({ launch });
  const remembered = new Map<string, { readonly identity: string; readonly facts: ModelFacts }>();

  function factsAt(model: string): ModelFacts {
    const { mtimeMs, size } = statSync(model);
    const identity = `${mtimeMs} ${size}`;
    const known = remembered.get(model);
    if (known?.identity === identity) return known.facts;
    const facts = factsOf(readFileSync(model), model);
    remembered.delete(model);
    remembered.set(model, { identity, facts });
    for (const oldest of [...remembered.keys()].slice(0, Math.max(0, remembered.size - MOST_FACTS))) remembered.delete(oldest);
    return facts;
  }

  return {
    async form(run) {
      const { folder, model } = await modelOfRun(access, run);
      return formOf(factsAt(model), readTrainingValues(folder));
    },
    async one(run, values) {
      const { folder, model } = await modelOfRun(access, run);
      const facts = factsAt(model);
      const known = new Set(facts.fitted.inputs.flatMap((input) => (input.type === "numeric" ? input.columns : [input.column])));
      const stranger = Object.keys(values).find((column) => !known.has(column));
      if (stranger !== undefined) throw new LatheError("usage", `the model does not read a column "${stranger}"; it reads ${[...known].join(", ")}`, { column: stranger });
      return describeAnswer(facts, readTrainingValues(folder), values, await servers.ask(model, { kind: "answer", values }));
    },
    async table({ data: asked, out: wanted, replace, ...run }, onProgress, onLog, signal) {
      const data = await access.resolve(asked, "the table");
      const out = await access.resolveNew(wanted, "the file for predictions");
      const { model } = await modelOfRun(access, run);
      if (existsSync(out)) {
        if (statSync(out).isDirectory()) throw new LatheError("usage", `${out} is a folder; name a file in it`, { path: out });
        if (realpathSync(out) === data) throw new LatheError("usage", `${out} is the table itself, which predictions would replace; name another file`, { path: out });
        if (!replace) throw outExists(out);
      }
      const schema = predictionResult.extend({ preview: tablePrediction.shape.preview });
      try {
        const { event: _event, ...result } = await work({ kind: "predict", model, data, out, keepExisting: !replace, preview: PREVIEW },
          (event) => {
            if (event.event === "stage") onProgress(event.stage, event.done, event.total);
            if (event.event === "log") onLog(event);
          }, (value) => schema.parse(value), signal);
        return result;
      } catch (thrown) {
        const error = toLatheError(thrown);
        // A process that was ended by force could not tidy up.
        if (error.code === "cancelled" || error.code === "engine.crashed") rmSync(`${out}.part`, { force: true });
        if (error.code !== "engine.crashed") throw error;
        throw new LatheError("engine.crashed", "the process that made the predictions ended unexpectedly; nothing was written, try again", error.details, { cause: error });
      }
    },
    close: () => servers.close(),
  };
}
