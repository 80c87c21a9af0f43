import type { LookAtPicture, SeriesSurvey, TableSurvey } from "../../datasets/index.js";
import type { Reader } from "../processes/reader.js";
import type { Readings } from "../processes/reading.js";

/** How a table is looked at before it is a project's. @throws LatheError as `surveyTable`, `engine.*`, `cancelled` */
export type Survey = (question: Readings["survey"]["question"], signal?: AbortSignal) => Promise<TableSurvey>;

/** How a table is looked at as a series. @throws LatheError as `surveySeries`, `engine.*`, `cancelled` */
export type LookAtSeries = (question: Readings["series"]["question"], signal?: AbortSignal) => Promise<SeriesSurvey>;

/** How data is looked at that a project is to be made of. */
export interface DataSurvey {
  readonly survey: Survey;
  readonly lookAtSeries: LookAtSeries;
  readonly look: LookAtPicture;
}

/** By readers, in their processes. */
export function surveyBy(tables: Reader, pictures: Reader): DataSurvey {
  return {
    survey: (question, signal) => tables.ask("survey", question, question.path, { signal }),
    lookAtSeries: (question, signal) => tables.ask("series", question, question.source.path, { signal }),
    look: (path, signal) => pictures.ask("look", { path }, path, { signal }),
  };
}
