import { z } from "zod";
import { MOST_STEPS } from "../base/limits.js";
import { MOST_FOLDS, backtestReport, backtestResult } from "./backtest.js";
import { nothing, procedure, stream } from "./contract.js";
import {
  calibrationResult,
  curvesResult,
  jointErrors,
  jointRows,
  jointRowsRequest,
  judgedRows,
  judgedRowsRequest,
  judgedSplit,
  labelErrors,
  labelErrorsRequest,
  onePrediction,
  modelDoubts,
  predictionForm,
  residualsResult,
  tablePrediction,
  targetView,
} from "./evaluation-views.js";
import { judgedForecast } from "./forecast-report.js";
import { runEvent, stageEvent } from "./events.js";
import { featureView, nearestPictures } from "./feature-views.js";
import { folderListing, pathSchema, pickRequest } from "./files.js";
import { drawnForecast, knownValues } from "./forecast-result.js";
import { hostCommand } from "./host-commands.js";
import { networkOutlook, networkQuestion, networkUse } from "./import-report.js";
import { learningWays } from "./learning-ways.js";
import { catalogue, modelPlan, presetChange } from "./model-views.js";
import { correctedPictures, pictureCorrections } from "./picture-corrections.js";
import { featureMapsAnswer, featureMapsQuestion, filtersAnswer, layersAnswer, saliencyAnswer, saliencyQuestion } from "./picture-insight.js";
import { augmentedAnswer, augmentedQuestion, pictureView, sampleAnswer, sampleQuestion, thumbnailsAnswer, thumbnailsQuestion } from "./picture-views.js";
import { createdProject, documentSchema, openDocument, problemSchema, projectProposal, sampleSummary } from "./project-views.js";
import { runReport, splitReport } from "./report.js";
import { exportResult, learningRateResult } from "./results.js";
import { exportFormat, modelCard, runLog, runSettings } from "./run-views.js";
import { seriesOverview, seriesSampleAnswer, seriesSampleQuestion, seriesViewAnswer, seriesViewQuestion } from "./series-drawing.js";
import { seriesWish } from "./series-views.js";
import { engineStatus, licence, settingsChange, settingsSchema, tensorflowSetup } from "./settings.js";
import { projectReference, projectSummary, runId, runMetrics, runReference, runSummary } from "./summaries.js";
import { auditResult, columnsResult, rowsPage, rowsRequest } from "./table-views.js";
import { thresholdChoice } from "./thresholds.js";
import { workEvent, workSupersedes } from "./work.js";

const project = projectReference.shape.project;
/** Whether the first row of a text holds the names of its columns; omitted: to be found out. */
const header = z.boolean().optional();
const ignored = z.array(z.string()).max(10_000).optional();
/**
 * Of a folder of pictures: what its levels of folders stand for, which parts of its files' names are columns, and which columns are read beside the pictures.
 */
const folderColumns = {
  levels: z.array(z.string().min(1).max(200)).min(1).max(8).optional(),
  names: z.string().max(200).optional(),
  inputs: z.array(z.string()).max(64).optional(),
};
/** What the user says of a project to be made. Of a table's columns the user chose some to ignore and some to keep as inputs; Lathe decides on the others. */
const newProject = {
  data: pathSchema,
  validation: pathSchema.optional(),
  test: pathSchema.optional(),
  folder: pathSchema,
  name: z.string().min(1).max(200),
  targets: z.array(z.string()).min(1).max(64),
  ignore: z.array(z.string()).max(10_000).default([]),
  keep: z.array(z.string()).max(10_000).optional(),
  ...folderColumns,
  header,
  /** The table is made regular in time. */
  series: seriesWish.optional(),
};
/** A row of the run's data by its number, or any picture: one of the two. */
const chosenPicture = { row: z.int().positive().optional(), path: pathSchema.optional() };
const someRuns = z.strictObject({ project, runs: z.array(runId).min(1).max(1000) });

/**
 * Everything the studio may ask of its host, typed once. A new procedure is a line here and a handler in `procedures/`; clients follow from the types.
 */
export const studioContract = {
  procedures: {
    app: {
      info: procedure(
        nothing,
        z.strictObject({
          name: z.string(),
          version: z.string(),
          host: z.enum(["electron", "server"]),
          platform: z.string(),
          /** Where projects may lie; null: anywhere. */
          allowedFolders: z.array(z.string()).nullable(),
          /** Where new projects are made. */
          projectsFolder: z.string(),
        }),
      ),
      settings: procedure(nothing, settingsSchema),
      changeSettings: procedure(settingsChange, settingsSchema),
      /** Probes what is there; the first time, and the first after `setUpTensorflow`, it may take seconds. */
      engines: procedure(nothing, z.array(engineStatus)),
      licences: procedure(nothing, z.array(licence)),
    },
    files: {
      /** For hosts without dialogs of their own: what lies in a folder. Null: the folders that may be used. */
      list: procedure(z.strictObject({ folder: pathSchema.nullable() }), folderListing),
      makeFolder: procedure(z.strictObject({ folder: pathSchema, name: z.string().min(1).max(255) }), z.strictObject({ path: z.string() })),
      /** The system's own dialog; null where it was called off. Refused where the host has none: `app.info.host` is `server`. */
      pick: procedure(pickRequest, z.strictObject({ path: z.string().nullable() })),
      /** Shows a file in the system's file manager; Electron only. */
      reveal: procedure(z.strictObject({ path: pathSchema }), nothing),
    },
    projects: {
      /** Known projects, the last opened first. */
      list: procedure(nothing, z.array(projectSummary)),
      /** Adds a project to the known ones, or moves it to their front. */
      open: procedure(projectReference, projectSummary),
      /** Takes a project off the list; its files stay. */
      forget: procedure(projectReference, nothing),
      samples: procedure(nothing, z.array(sampleSummary)),
      /** A project of one's own from a bundled sample, opened. */
      createSample: procedure(z.strictObject({ sample: z.string().max(64) }), createdProject),
      /** Looks at data and proposes a project. */
      propose: procedure(
        z.strictObject({
          data: pathSchema,
          targets: z.array(z.string()).max(64).optional(),
          ignore: ignored,
          keep: ignored,
          ...folderColumns,
          header,
          series: seriesWish.optional(),
        }),
        projectProposal,
      ),
      /** Makes a project and opens it. */
      create: procedure(z.strictObject({ ...newProject, template: z.string().max(64) }), createdProject),
      /** The file as it is, also where it is not yet, or no longer, a complete project. */
      read: procedure(projectReference, openDocument),
      /** Saves, complete or not. @throws `project.conflict` where the file is no longer of that revision. */
      write: procedure(
        z.strictObject({ project, document: documentSchema, revision: z.string().max(128) }),
        z.strictObject({ revision: z.string(), problems: z.array(problemSchema) }),
      ),
      /** A new project with the settings a run had, opened. */
      createFromRun: procedure(z.strictObject({ ...runReference.shape, name: z.string().min(1).max(200).optional() }), createdProject),
    },
    data: { rows: procedure(z.strictObject({ project, ...rowsRequest.shape }), rowsPage) },
    /** Of a project whose source is a series. @throws `data.value` where it is not. */
    series: {
      overview: procedure(projectReference, seriesOverview),
      view: procedure(z.strictObject({ project, ...seriesViewQuestion.shape }), seriesViewAnswer),
      sample: procedure(z.strictObject({ project, ...seriesSampleQuestion.shape }), seriesSampleAnswer),
    },
    model: {
      catalogue: procedure(nothing, catalogue),
      /** Plans a document that need not be saved. */
      plan: procedure(z.strictObject({ project, document: documentSchema }), modelPlan),
      /** What of the document a preset changes, made for its inputs and targets. */
      preset: procedure(z.strictObject({ project, document: documentSchema, preset: z.string().max(64) }), presetChange),
    },
    runs: {
      /** The newest first. */
      list: procedure(projectReference, z.array(runSummary)),
      /** Links where runs would be: they are not followed, so what they lead to is not in the list. */
      links: procedure(projectReference, z.array(z.string())),
      metrics: procedure(runReference, runMetrics),
      settings: procedure(runReference, runSettings),
      log: procedure(runReference, runLog),
      /** Gives a run a name, or a note; an empty one takes it away. */
      describe: procedure(z.strictObject({ ...runReference.shape, name: z.string().max(200).optional(), note: z.string().max(10_000).optional() }), runSummary),
      /** Moves runs to the project's own trash. @throws `run.state` for one under way. */
      trash: procedure(someRuns, nothing),
      restore: procedure(someRuns, nothing),
      trashed: procedure(projectReference, z.array(runSummary)),
      /** Deletes for good what is in the trash. */
      emptyTrash: procedure(projectReference, nothing),
    },
    training: {
      start: procedure(
        z.strictObject({
          project,
          /** A run to resume; absent: a new run. */
          resume: runReference.shape.run.optional(),
          /** A run whose weights a new one begins from, as far as they fit. */
          from: runReference.shape.run.optional(),
          /** How pretrained blocks learn, in the place of what the project says. */
          learn: z.enum(learningWays).optional(),
          epochs: z.int().positive().optional(),
          seed: z.int().nonnegative().optional(),
          /** A preset's network in place of the project's own; the run is named by it. */
          preset: z.string().max(64).optional(),
          engine: z.string().optional(),
          device: z.string().optional(),
        }),
        runReference,
      ),
      /** Runs of this host that have not ended, the newest first. */
      underWay: procedure(nothing, z.array(runReference)),
      pause: procedure(runReference, nothing),
      resume: procedure(runReference, nothing),
      /** Ends after the step at hand, keeps the best weights, evaluates and exports. */
      stop: procedure(runReference, nothing),
      /** Ends at once; nothing is exported. */
      cancel: procedure(runReference, nothing),
    },
    evaluation: {
      report: procedure(
        runReference,
        z.strictObject({
          report: runReport,
          targets: z.array(targetView),
          /** Whether predictions of each row were kept. */
          rows: z.boolean(),
          doubts: modelDoubts,
        }),
      ),
      /** A class of a target against the rest. @throws `run.missing` where predictions of each row were not kept. */
      curves: procedure(
        z.strictObject({ ...runReference.shape, split: judgedSplit, target: z.string(), label: z.string().optional(), class: z.string().optional() }),
        curvesResult,
      ),
      rows: procedure(z.strictObject({ ...runReference.shape, ...judgedRowsRequest.shape }), judgedRows),
      calibration: procedure(
        z.strictObject({ ...runReference.shape, split: judgedSplit, target: z.string(), label: z.string().optional() }),
        calibrationResult,
      ),
      /** What is right and wrong together, of runs with two targets of classes or more. @throws `usage` for fewer; `run.missing` as `curves` */
      joint: procedure(z.strictObject({ ...runReference.shape, split: judgedSplit }), jointErrors),
      jointRows: procedure(z.strictObject({ ...runReference.shape, ...jointRowsRequest.shape }), jointRows),
      /** Forecasts of one series beside what came, and how far all were off. @throws `run.missing` as `curves`, `data.changed` */
      forecast: procedure(
        z.strictObject({
          ...runReference.shape,
          split: judgedSplit,
          target: z.string(),
          column: z.string().optional(),
          /** By its id; absent: the first. */
          series: z.string().max(10_000).optional(),
          /** Steps ahead of what is drawn; 0: whole horizons, one behind the other. */
          lead: z.int().min(0).max(MOST_STEPS).default(0),
        }),
        judgedForecast,
      ),
      labelErrors: procedure(z.strictObject({ ...runReference.shape, ...labelErrorsRequest.shape }), labelErrors),
      /** What a part comes to by a threshold that is only tried. @throws `usage` for a target or label that has none */
      tried: procedure(z.strictObject({ ...runReference.shape, split: judgedSplit, ...thresholdChoice }), splitReport),
      /** The run decides by it from now on, and so does its model. @throws as `tried`, `run.locked` */
      decide: procedure(z.strictObject({ ...runReference.shape, ...thresholdChoice }), nothing),
      residuals: procedure(z.strictObject({ ...runReference.shape, split: judgedSplit, target: z.string(), column: z.string().optional() }), residualsResult),
    },
    features: {
      /** The pictures trained on that are nearest to one, by the features of a run that the stream of that name has looked through. @throws `usage` before */
      nearest: procedure(z.strictObject({ ...runReference.shape, ...chosenPicture, limit: z.int().min(1).max(12).default(6) }), nearestPictures),
    },
    /** Looking into models of pictures, and what is wrong with pictures. */
    pictures: {
      /** Of the project as saved. A picture that cannot be shown says why. */
      thumbnails: procedure(z.strictObject({ project, ...thumbnailsQuestion.shape }), thumbnailsAnswer),
      /** One picture: as it is, and as the network is given it. */
      sample: procedure(z.strictObject({ project, ...sampleQuestion.shape }), sampleAnswer),
      /** One picture under many draws of its augmentation. */
      augmented: procedure(z.strictObject({ project, ...augmentedQuestion.shape }), augmentedAnswer),
      /** Pictures that could not be read are read again with the next look at the data. */
      tryAgain: procedure(z.strictObject({ project, pictures: thumbnailsQuestion.shape.pictures }), nothing),
      /** Any picture, to be shown. */
      file: procedure(z.strictObject({ path: pathSchema, side: z.int().min(16).max(1024).default(640) }), pictureView),
      layers: procedure(runReference, layersAnswer),
      /** Weights of a convolution; absent: of the first. */
      filters: procedure(z.strictObject({ ...runReference.shape, layer: z.string().max(200).optional() }), filtersAnswer),
      saliency: procedure(z.strictObject({ ...runReference.shape, ...chosenPicture, ...saliencyQuestion.shape }), saliencyAnswer),
      featureMaps: procedure(z.strictObject({ ...runReference.shape, ...chosenPicture, ...featureMapsQuestion.shape }), featureMapsAnswer),
      /** Excludes pictures, or labels them anew, in the project file; the pictures stay as they are. */
      correct: procedure(z.strictObject({ project, corrections: pictureCorrections }), correctedPictures),
    },
    prediction: {
      form: procedure(runReference, predictionForm),
      /** Values as they would stand in a file; null: missing. */
      one: procedure(z.strictObject({ ...runReference.shape, values: z.record(z.string(), z.string().max(10_000).nullable()) }), onePrediction),
      /** Takes away what was answered for a file that is not finished. */
      discard: procedure(z.strictObject({ out: pathSchema }), nothing),
    },
    forecasts: {
      /** What the last backtest of a run came to; null: there was none. */
      backtest: procedure(runReference, backtestReport.nullable()),
    },
    exports: { formats: procedure(nothing, z.array(exportFormat)), card: procedure(runReference, modelCard) },
  },
  streams: {
    /** What a run says. A late subscriber first hears how things stand; epochs past come from `runs.metrics`. */
    run: stream(runReference, runEvent, (event) => {
      if (event.event === "step") return "step";
      if (event.event === "stage") return `stage ${event.stage}`;
      if (event.event === "state" || event.event === "forecast") return event.event;
      return undefined;
    }),
    /** What runs of a project that are about to start say while their data is prepared: they have no folder yet, and no name. */
    preparing: stream(projectReference, stageEvent, (event) => `stage ${event.stage}`),
    /** What of an ONNX file can be used, node by node; nothing is written. @throws `data.missing`, `graph.*`, `usage` */
    lookAtNetwork: stream(networkQuestion, workEvent(networkOutlook), workSupersedes),
    /** Makes a project of an ONNX file's network, with a head for the data's targets, and opens it. @throws as `lookAtNetwork` and `projects.create` */
    importNetwork: stream(z.strictObject({ ...networkQuestion.shape, ...networkUse.shape, ...newProject }), workEvent(createdProject), workSupersedes),
    /** Every column of a project's table, whatever its role; works while the project is not yet complete. */
    columns: stream(projectReference, workEvent(columnsResult), workSupersedes),
    /** Split, classes, and what to look at, of the project as saved. */
    audit: stream(projectReference, workEvent(auditResult), workSupersedes),
    learningRate: stream(projectReference, workEvent(learningRateResult), workSupersedes),
    /** Answers for every row of a file, as CSV, or as Parquet where `out` ends so. What was cut off is gone on with. */
    predictTable: stream(
      z.strictObject({
        ...runReference.shape,
        data: pathSchema,
        out: pathSchema,
        replace: z.boolean().default(false),
        /** Meant for a spreadsheet: an apostrophe before each cell that it would take for a formula. */ spreadsheet: z.boolean().default(false),
      }),
      workEvent(tablePrediction),
      workSupersedes,
    ),
    /** Takes a run away. Ends with `export.exists` where the file is there and may not be replaced, or a folder is. */
    export: stream(
      z.strictObject({
        ...runReference.shape,
        format: z.string().max(32),
        options: z.record(z.string().max(32), z.string().max(32)).default({}),
        out: pathSchema,
        replace: z.boolean().default(false),
      }),
      workEvent(exportResult),
      workSupersedes,
    ),
    /** The steps after the end of each series, drawn for some of them, and as CSV where `out` says so. */
    forecast: stream(
      z.strictObject({
        ...runReference.shape,
        /** Absent: the run's own table, as it is by now. */
        data: pathSchema.optional(),
        steps: z.int().positive().max(MOST_STEPS).optional(),
        levels: z.array(z.number().gt(0).lt(1)).min(1).max(5).optional(),
        /** What if: other values of columns known in advance. */
        known: z.array(knownValues).max(1000).optional(),
        /** Rows before the forecast that are drawn, and of how many series, the first or those named. */
        history: z.int().nonnegative().max(10_000).default(200),
        series: z.int().nonnegative().max(20).default(1),
        ids: z.array(z.string().max(1000)).max(20).optional(),
        out: pathSchema.optional(),
        replace: z.boolean().default(false),
        spreadsheet: z.boolean().default(false),
      }),
      workEvent(drawnForecast),
      workSupersedes,
    ),
    /** Trains a run anew on growing parts of the past, and judges each on what followed; kept in the run's folder. */
    backtest: stream(
      z.strictObject({ ...runReference.shape, folds: z.int().positive().max(MOST_FOLDS).optional() }),
      workEvent(backtestResult),
      workSupersedes,
    ),
    /** Looks at all pictures of a run through its network's features; what was computed is kept. @throws `usage` where it has none, `data.changed` */
    features: stream(runReference, workEvent(featureView), workSupersedes),
    /**
     * Downloads, builds and tries TensorFlow's native library; a stage is what it says it does. @throws `engine.unavailable` with what is missing and what to
     * do.
     */
    setUpTensorflow: stream(nothing, workEvent(tensorflowSetup), workSupersedes),
    /** What the host's menus ask for. */
    commands: stream(nothing, hostCommand),
  },
} as const;

export type StudioContract = typeof studioContract;
