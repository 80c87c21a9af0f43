import type { ErrorRecord } from "../base/errors.js";
import type { SourceSpec } from "../contract/data.js";
import type { ModelPlan } from "../contract/model-views.js";
import type { ProjectDocument } from "../contract/project-views.js";
import type { ModelCard } from "../contract/run-views.js";
import type { PictureLook, PixelFormat, SurveyOptions, TableSurvey, ViewOfPicture } from "../datasets/index.js";
import type { ModelFacts } from "../training/inference-model.js";
import type { TableFacts } from "../training/plan-data.js";
import type { TransformSpecs } from "../transforms/index.js";
import type { Picture } from "../transforms/picture.js";

/** What the process is asked that reads strangers' documents, models and pictures for a host, and what it says. */
export interface Readings {
  /** A network planned, with its PyTorch source. @param facts of the data, where they are known. */
  readonly plan: { readonly question: { readonly document: ProjectDocument; readonly facts: TableFacts | undefined }; readonly answer: ModelPlan };
  readonly facts: { readonly question: { readonly model: string }; readonly answer: ModelFacts };
  readonly card: { readonly question: { readonly model: string }; readonly answer: ModelCard };
  readonly view: { readonly question: { readonly path: string; readonly side: number; readonly background: string }; readonly answer: ViewOfPicture };
  readonly see: { readonly question: { readonly path: string; readonly formats: readonly PixelFormat[] }; readonly answer: readonly Picture[] };
  /** The first rows of a table. */
  readonly survey: { readonly question: Omit<SurveyOptions, "workFolder" | "signal">; readonly answer: TableSurvey };
  /** A project's table as far as its columns. */
  readonly probe: { readonly question: { readonly folder: string; readonly source: SourceSpec }; readonly answer: number };
  readonly look: { readonly question: { readonly path: string }; readonly answer: PictureLook };
  readonly draw: { readonly question: { readonly path: string; readonly format: PixelFormat; readonly augment: TransformSpecs; readonly draws: number; readonly seed: number }; readonly answer: Picture };
}

export type Reading = keyof Readings;

export type ReaderCommand =
  | { readonly [K in Reading]: { readonly type: "ask"; readonly id: number; readonly kind: K; readonly question: Readings[K]["question"] } }[Reading]
  /** Nobody waits for the answer any more. */
  | { readonly type: "forget"; readonly id: number };

export type ReaderReply =
  | { readonly type: "answer"; readonly id: number; readonly answer: Readings[Reading]["answer"] }
  | { readonly type: "refusal"; readonly id: number; readonly error: ErrorRecord };
