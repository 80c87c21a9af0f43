import type { ErrorRecord } from "../../base/errors.js";
import type { DataSpec, SourceSpec } from "../../contract/data.js";
import type { ModelPlan } from "../../contract/model-views.js";
import type { ProjectDocument } from "../../contract/project-views.js";
import type { ModelCard } from "../../contract/run-views.js";
import type { SeriesOverview, SeriesSampleAnswer, SeriesSampleQuestion, SeriesViewAnswer, SeriesViewQuestion } from "../../contract/series-drawing.js";
import type { ColumnsResult, RowsPage } from "../../contract/table-views.js";
import type {
  ColumnFacts,
  PictureLook,
  PixelFormat,
  SeriesPlaces,
  SeriesSurvey,
  SurveyOptions,
  SurveySeriesOptions,
  TableSurvey,
  ViewOfPicture,
  readRows,
} from "../../datasets/index.js";
import type { ModelFacts } from "../../training/models/inference-model.js";
import type { TableFacts } from "../../training/network/plan-data.js";
import type { TransformSpecs } from "../../transforms/index.js";
import type { Picture } from "../../transforms/picture.js";

/** What a reader process is asked, which reads for a host what strangers may have made, and what it says. */
export interface Readings {
  /** A network planned, with its PyTorch source. @param facts of the data, where they are known. @param folder the project's */
  readonly plan: {
    readonly question: { readonly document: ProjectDocument; readonly facts: TableFacts | undefined; readonly folder: string };
    readonly answer: ModelPlan;
  };
  readonly facts: { readonly question: { readonly model: string }; readonly answer: ModelFacts };
  readonly card: { readonly question: { readonly model: string }; readonly answer: ModelCard };
  readonly view: { readonly question: { readonly path: string; readonly side: number; readonly background: string }; readonly answer: ViewOfPicture };
  readonly see: { readonly question: { readonly path: string; readonly formats: readonly PixelFormat[] }; readonly answer: readonly Picture[] };
  /** The first rows of a table. */
  readonly survey: { readonly question: Omit<SurveyOptions, "workFolder" | "signal">; readonly answer: TableSurvey };
  /** A table made regular in time. */
  readonly series: { readonly question: Omit<SurveySeriesOptions, "workFolder" | "signal">; readonly answer: SeriesSurvey };
  /** A project's table as far as its columns. */
  readonly probe: { readonly question: Omit<TableAt, "identity">; readonly answer: number };
  readonly look: { readonly question: { readonly path: string }; readonly answer: PictureLook };
  readonly draw: {
    readonly question: { readonly path: string; readonly format: PixelFormat; readonly augment: TransformSpecs; readonly draws: number; readonly seed: number };
    readonly answer: Picture;
  };
  /** Every column of a project's table, which stays open for a while, as for the two below. */
  readonly columns: { readonly question: { readonly table: TableAt }; readonly answer: ColumnsFound };
  readonly rows: { readonly question: RowsQuestion; readonly answer: RowsPage };
  /** A project's series: what was found and done, stretches of it to be drawn, and what a sample reaches over. */
  readonly overview: { readonly question: { readonly table: TableAt }; readonly answer: SeriesOverview };
  readonly stretch: { readonly question: { readonly table: TableAt; readonly view: SeriesViewQuestion }; readonly answer: SeriesViewAnswer };
  readonly sample: { readonly question: { readonly table: TableAt; readonly sample: SeriesSampleQuestion }; readonly answer: SeriesSampleAnswer };
  /** Where the rows stand of a series that a run was trained on. */
  readonly places: { readonly question: PlacesQuestion; readonly answer: PlacesOfRun };
  readonly cells: { readonly question: CellsQuestion; readonly answer: CellsOfRun };
}

/** A project's table in one state of its files. */
export interface TableAt {
  /** The project's. */
  readonly folder: string;
  readonly source: SourceSpec;
  /** Of columns that the project calls by name. */
  readonly names?: readonly string[];
  /** As `identityOf`: a table of another is opened anew. */
  readonly identity: string;
}

export interface ColumnsFound {
  readonly result: ColumnsResult;
  readonly facts: readonly ColumnFacts[];
}

export interface RowsQuestion {
  readonly table: TableAt;
  /** How the project splits it, or why it does not. */
  readonly split: { readonly data: DataSpec; readonly seed: number } | { readonly problem: ErrorRecord };
  readonly page: Parameters<typeof readRows>[3];
}

export type PlacesQuestion = Pick<CellsQuestion, "table" | "run">;
export type PlacesOfRun = { readonly changed: true } | ({ readonly changed: false } & SeriesPlaces);

export interface CellsQuestion {
  readonly table: TableAt;
  /** What a run was trained on. */
  readonly run: { readonly data: DataSpec; readonly seed: number; readonly fingerprint: string };
  /** Numbers of rows, from 1; those of a test file of its own continue after those of the main one. */
  readonly rows: readonly number[];
}

/** Cells by row, and the folder that paths in them start from. */
export type CellsOfRun =
  | { readonly changed: true }
  | {
      readonly changed: false;
      readonly columns: readonly string[];
      readonly cells: readonly (readonly [number, readonly (string | null)[]])[];
      readonly mainRows: number;
      readonly root: string;
      readonly testRoot?: string;
    };

export type Reading = keyof Readings;

export type ReaderCommand =
  | { readonly [K in Reading]: { readonly type: "ask"; readonly id: number; readonly kind: K; readonly question: Readings[K]["question"] } }[Reading]
  /** Nobody waits for the answer any more. */
  | { readonly type: "forget"; readonly id: number };

export type ReaderReply =
  | { readonly type: "progress"; readonly id: number; readonly stage: string; readonly done: number; readonly total?: number }
  | { readonly type: "answer"; readonly id: number; readonly answer: Readings[Reading]["answer"] }
  | { readonly type: "refusal"; readonly id: number; readonly error: ErrorRecord };
