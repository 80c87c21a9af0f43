import { rmSync } from "node:fs";
import { makeWorkFolder } from "../base/work-folder.js";
import { type SurveyOptions, type TableSurvey, surveyTable } from "../datasets/index.js";

/** How a table is looked at. @throws LatheError as `surveyTable`, `cancelled` */
export type Survey = (question: Omit<SurveyOptions, "workFolder" | "signal">, signal?: AbortSignal) => Promise<TableSurvey>;

/** In this process. */
export const surveyHere: Survey = (question, signal) => inWorkFolder((workFolder) => surveyTable({ ...question, workFolder, ...(signal ? { signal } : {}) }));

/** Does work with a folder for temporary files, which goes with it. */
export async function inWorkFolder<T>(job: (folder: string) => Promise<T>): Promise<T> {
  const folder = makeWorkFolder();
  try {
    return await job(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
