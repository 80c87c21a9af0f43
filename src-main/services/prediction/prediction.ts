import { existsSync } from "node:fs";
import { LatheError } from "../../base/errors.js";
import { partOf } from "../../base/work-folder.js";
import type { RowValues } from "../../contract/engine-messages.js";
import { type OnePrediction, type PredictionForm, type TablePrediction, tablePrediction } from "../../contract/evaluation-views.js";
import type { LogEvent, StageEvent } from "../../contract/events.js";
import { predictionResult } from "../../contract/results.js";
import type { RunReference } from "../../contract/summaries.js";
import { kindOf } from "../../features/index.js";
import { discardAnswers } from "../../training/models/answer-journal.js";
import { outExists } from "../../training/models/out-exists.js";
import { faultsOfModel } from "../../training/models/tell-faults.js";
import { readTrainingValues } from "../../training/runs/training-values.js";
import type { FolderAccess } from "../files/folder-access.js";
import type { EngineRunner } from "../jobs/jobs.js";
import type { ModelFactsStore } from "../models/model-facts.js";
import type { ModelServers } from "../models/model-servers.js";
import { refuseOut } from "../models/out-file.js";
import { resolvePictures } from "../pictures/picture-paths.js";
import { answerTable } from "./answer-table.js";
import { describeAnswer, formOf } from "./prediction-form.js";
import { modelOfRun } from "../runs/run-reference.js";

/** Rows of a written file that are told with it. */
const PREVIEW = 200;

/** A run's model at work. Everything throws `run.missing` for a run without one, `export.parity` for one that was refused. */
export interface Prediction {
  form(run: RunReference): Promise<PredictionForm>;
  /** @throws LatheError `usage` for a column the model has not; `data.value` for what is no number, or missing where the model needs it; `engine.*` */
  one(run: RunReference, values: RowValues): Promise<OnePrediction>;
  /** @throws LatheError `export.exists`, `usage` for a place that `refuseOut` keeps, `rpc.refused`, `data.*`, `run.storage`, `cancelled` */
  table(
    asked: RunReference & { readonly data: string; readonly out: string; readonly replace: boolean; readonly spreadsheet: boolean },
    hear: (event: StageEvent | LogEvent) => void,
    signal: AbortSignal,
  ): Promise<TablePrediction>;
  /** Takes the answers away that were kept when making a file of them was cut off. @throws LatheError `rpc.refused`, `usage` */
  discard(out: string): Promise<void>;
  /** Lets go of the processes that models are served in. */
  close(): void;
}

export function createPrediction(access: FolderAccess, work: EngineRunner, servers: ModelServers, factsAt: ModelFactsStore): Prediction {
  return {
    async form(run) {
      const { folder, model } = await modelOfRun(access, run);
      return { ...formOf(await factsAt(model), readTrainingValues(folder)), doubts: [...faultsOfModel(model)] };
    },
    async one(run, values) {
      const { folder, model } = await modelOfRun(access, run);
      const facts = await factsAt(model);
      const known = new Set(facts.fitted.inputs.flatMap((input) => kindOf(input).columnsOf(input)));
      const stranger = Object.keys(values).find((column) => !known.has(column));
      if (stranger !== undefined)
        throw new LatheError("usage", `the model does not read a column "${stranger}"; it reads ${[...known].join(", ")}`, { column: stranger });
      const found = await resolvePictures(access, facts, values);
      return describeAnswer(facts, readTrainingValues(folder), values, await servers.ask(model, { kind: "answer", values: found }));
    },
    async table({ data: asked, out: wanted, replace, spreadsheet, ...run }, hear, signal) {
      const data = await access.resolve(asked, "the table");
      const out = await access.resolveNew(wanted, "the file for predictions");
      const { folder, model } = await modelOfRun(access, run);
      refuseOut(wanted, [{ path: data, what: "the table itself" }], folder);
      if (existsSync(out) && !replace) throw outExists(out);
      const schema = predictionResult.extend({ preview: tablePrediction.shape.preview });
      const { event: _event, ...result } = await answerTable(
        { model, data, out, temporary: partOf(out), keepExisting: !replace, preview: PREVIEW, spreadsheet },
        {
          hear(event) {
            if (event.event === "stage" || event.event === "log") hear(event);
          },
          check: (value) => schema.parse(value),
          run: work,
          signal,
        },
      );
      return result;
    },
    async discard(wanted) {
      discardAnswers(await access.resolveNew(wanted, "the file for predictions"));
    },
    close: () => servers.close(),
  };
}
