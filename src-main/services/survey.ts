import { inWorkFolder } from "../base/work-folder.js";
import { type SurveyOptions, type TableSurvey, surveyTable } from "../datasets/index.js";

/** How a table is looked at. @throws LatheError as `surveyTable`, `cancelled` */
export type Survey = (question: Omit<SurveyOptions, "workFolder" | "signal">, signal?: AbortSignal) => Promise<TableSurvey>;

/** In this process. */
export const surveyHere: Survey = (question, signal) => inWorkFolder((workFolder) => surveyTable({ ...question, workFolder, ...(signal ? { signal } : {}) }));
