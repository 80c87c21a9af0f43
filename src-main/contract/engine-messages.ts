import type { ErrorRecord } from "../base/errors.js";
import type { RunEvent } from "./events.js";
import type { LearningWay } from "./learning-ways.js";
import type { KnownValues } from "./forecast-result.js";
import type { ImportRequest } from "./import-report.js";
import type { FeatureMapsAnswer, FeatureMapsQuestion, FiltersAnswer, LayersAnswer, SaliencyAnswer, SaliencyQuestion } from "./picture-insight.js";

/** What the engine process can be asked to do: one job a process, or one after the other. `serve-model` answers questions until it is cancelled. */
export type EngineWork =
  | ({ readonly kind: "train" } & TrainRequest)
  | ({ readonly kind: "find-learning-rate" } & FindLearningRateRequest)
  | ({ readonly kind: "inspect" } & InspectRequest)
  | ({ readonly kind: "audit" } & InspectRequest)
  | ({ readonly kind: "evaluate" } & EvaluateRequest)
  | ({ readonly kind: "predict" } & PredictRequest)
  | ({ readonly kind: "forecast" } & ForecastRequest)
  | ({ readonly kind: "backtest" } & BacktestRequest)
  | ({ readonly kind: "features" } & FeaturesRequest)
  | ({ readonly kind: "serve-model" } & ServeModelRequest)
  | ({ readonly kind: "export" } & ExportRequest)
  | ({ readonly kind: "verify-export" } & VerifyRequest)
  | ({ readonly kind: "import-model" } & ImportRequest)
  /** Loads every engine and tries every device. */
  | { readonly kind: "probe-engines" };

export interface TrainRequest {
  /** The project's folder or file. */
  readonly project: string;
  /** Resume the newest run, or the one named. */
  readonly resume?: boolean | string;
  readonly epochs?: number;
  readonly seed?: number;
  /** A run whose weights a new run begins from, as far as they fit: its id, or a path. */
  readonly from?: string;
  /** How the pretrained blocks of a new run learn, in the place of the project's groups for them. */
  readonly learn?: LearningWay;
  /** Another network than the project says, of a new run. */
  readonly model?: Readonly<Record<string, unknown>>;
  readonly engine?: string;
  readonly device?: string;
  /** What the user's settings say, for a new run whose project leaves it to Lathe. */
  readonly preferred?: { readonly engine: string; readonly device: string; readonly threads: "auto" | number };
}

export interface FindLearningRateRequest {
  readonly project: string;
  readonly device?: string;
}

export interface InspectRequest {
  readonly project: string;
}

export interface EvaluateRequest {
  /** Tells the thresholds at which F1 is best, too. */
  readonly tune?: boolean;
  /** An ONNX file made by Lathe. */
  readonly model: string;
  readonly data: string;
  readonly device?: string;
}

export interface PredictRequest {
  readonly model: string;
  readonly data: string;
  /** Where the answers go: as CSV, or as Parquet where its name ends so. */
  readonly out: string;
  /** What was answered before of the same is not gone on with. */
  readonly anew?: boolean;
  /** In the place of another device that failed while it answered. */
  readonly insteadOf?: string;
  readonly device?: string;
  /** Refuse where `out` is there. */
  readonly keepExisting?: boolean;
  /** Tell so many of the first rows too, as they are without apostrophes. */
  readonly preview?: number;
  /** An apostrophe before each cell that a spreadsheet would take for a formula. */
  readonly spreadsheet?: boolean;
  /** Where the file grows before it appears, so that who asked can delete it if the process is ended by force. */
  readonly temporary?: string;
}

export interface ForecastRequest {
  /** A run's model: the report beside it has the prediction intervals, and its project the table. */
  readonly model: string;
  /** Another table of the series; absent: the one that the run learnt from, as it is by now. */
  readonly data?: string;
  /** Absent: as many steps as the model gives. */
  readonly steps?: number;
  /** Of prediction intervals, such as 0.95. */
  readonly levels?: readonly number[];
  /** Values that take the place of the table's. */
  readonly known?: readonly KnownValues[];
  /** Where the CSV goes; absent: nowhere. */
  readonly out?: string;
  readonly temporary?: string;
  readonly keepExisting?: boolean;
  readonly spreadsheet?: boolean;
  readonly device?: string;
  /** Tell so many series with so many of their last rows, too. @property ids: of these only */
  readonly draw?: { readonly history: number; readonly series: number; readonly ids?: readonly string[] };
}

export interface BacktestRequest {
  /** Folder of a finished run. */
  readonly run: string;
  readonly folds?: number;
}

export interface FeaturesRequest {
  /** Folder of a finished run over pictures. */
  readonly run: string;
}

export interface ExportRequest {
  /** Folder of a finished run. */
  readonly run: string;
  readonly format: string;
  /** By the option's name, its value; what is not named is as the format would have it. */
  readonly options: Readonly<Record<string, string>>;
  /** The file or folder that is made. */
  readonly out: string;
  /** Where it grows before it appears. */
  readonly temporary: string;
  /** Refuse where `out` is there. */
  readonly keepExisting: boolean;
}

export interface VerifyRequest {
  /** What was exported: a file, or a folder. */
  readonly file: string;
  /** The data that the run learnt from. */
  readonly data: string;
  /** Their test part, where it is a file or folder of its own. */
  readonly test?: string;
  /** The program that may run what an export holds; absent: nothing of it is run. */
  readonly python?: string;
}

export interface ServeModelRequest {
  readonly model: string;
  readonly device?: string;
}

/** Values of one row by column as they would stand in a file; null, or omitted: missing. */
export type RowValues = Readonly<Record<string, string | null>>;

/** What a served model says of one row. */
export interface RowAnswer {
  /** By target: the prediction and the probabilities by class, or the numbers, as a file of predictions has them. */
  readonly targets: Readonly<Record<string, readonly string[]>>;
  /** Values of number columns as they were understood; null: missing. */
  readonly numbers: Readonly<Record<string, number | null>>;
  /** Columns with a text that training did not know. */
  readonly unknown: readonly string[];
}

/** What a served model is asked, by kind. Rows are values by column. */
interface ModelQuestions {
  readonly answer: { readonly values: RowValues };
  readonly layers: object;
  readonly saliency: { readonly values: RowValues } & SaliencyQuestion;
  readonly featureMaps: { readonly values: RowValues } & FeatureMapsQuestion;
  readonly filters: { readonly layer?: string | undefined };
  /** @property head the layer that reads them, by its id. */
  readonly features: { readonly values: RowValues; readonly head: string };
}

/** What it says, by kind of question. */
export interface ModelAnswers {
  readonly answer: RowAnswer;
  readonly layers: LayersAnswer;
  readonly saliency: SaliencyAnswer;
  readonly featureMaps: FeatureMapsAnswer;
  readonly filters: FiltersAnswer;
  /** What that layer reads of the row. */
  readonly features: Float32Array;
}

export type ModelQuestion = { [K in keyof ModelQuestions]: ModelQuestions[K] & { readonly kind: K } }[keyof ModelQuestions];
export type ModelAnswer = ModelAnswers[keyof ModelAnswers];

/** To the engine process. */
export type EngineCommand =
  /** @property lasting the process stays afterwards, until it is ended or the one that started it has. */
  | { readonly type: "work"; readonly work: EngineWork; readonly lasting?: boolean }
  | { readonly type: "control"; readonly action: "pause" | "resume" | "stop" | "cancel" }
  /** To a served model. */
  | { readonly type: "ask"; readonly id: number; readonly question: ModelQuestion };

/** From the engine process. It exits after `result` or `error`, where it was not asked to last. */
export type EngineReply =
  | { readonly type: "event"; readonly event: RunEvent }
  | { readonly type: "answer"; readonly id: number; readonly answer: ModelAnswer }
  | { readonly type: "refusal"; readonly id: number; readonly error: ErrorRecord }
  | { readonly type: "result"; readonly value: unknown }
  | { readonly type: "error"; readonly error: ErrorRecord };
