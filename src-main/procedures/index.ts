import { toDisposable } from "../base/disposable.js";
import type { StudioContract } from "../contract/procedures.js";
import type { Router } from "../rpc/types.js";
import type { Studio } from "../services/studio.js";
import { appProcedures, setUpTensorflowStream } from "./app.js";
import { auditStream, columnsStream, dataProcedures, learningRateStream, seriesProcedures } from "./data.js";
import { evaluationProcedures } from "./evaluation.js";
import { exportProcedures, exportStream } from "./exports.js";
import { featureProcedures, featureStream } from "./features.js";
import { fileProcedures } from "./files.js";
import { backtestStream, forecastProcedures, forecastStream } from "./forecasts.js";
import type { HostAbilities } from "./host.js";
import { importNetworkStream, lookAtNetworkStream } from "./imports.js";
import { modelProcedures } from "./model.js";
import { pictureProcedures } from "./pictures.js";
import { predictTableStream, predictionProcedures } from "./prediction.js";
import { projectProcedures } from "./projects.js";
import { runProcedures, runStream } from "./runs.js";
import { preparingStream, trainingProcedures } from "./training.js";

export type { HostAbilities };

/** The one router of both hosts. */
export function createRouter(studio: Studio, host: HostAbilities): Router<StudioContract> {
  return {
    procedures: {
      app: appProcedures(studio, host),
      data: dataProcedures(studio),
      evaluation: evaluationProcedures(studio),
      exports: exportProcedures(studio),
      features: featureProcedures(studio),
      files: fileProcedures(studio, host),
      forecasts: forecastProcedures(studio),
      model: modelProcedures(studio),
      pictures: pictureProcedures(studio),
      prediction: predictionProcedures(studio),
      projects: projectProcedures(studio),
      runs: runProcedures(studio),
      series: seriesProcedures(studio),
      training: trainingProcedures(studio),
    },
    streams: {
      run: runStream(studio),
      preparing: preparingStream(studio),
      lookAtNetwork: lookAtNetworkStream(studio),
      importNetwork: importNetworkStream(studio),
      columns: columnsStream(studio),
      audit: auditStream(studio),
      learningRate: learningRateStream(studio),
      predictTable: predictTableStream(studio),
      export: exportStream(studio),
      forecast: forecastStream(studio),
      backtest: backtestStream(studio),
      features: featureStream(studio),
      setUpTensorflow: setUpTensorflowStream(studio),
      commands: (_nothing, sink) => host.onCommand?.((command) => sink.next(command)) ?? toDisposable(() => undefined),
    },
  };
}
