import { inWorkFolder } from "../../src-main/base/work-folder.js";
import { lookAtPicture, surveySeries } from "../../src-main/datasets/index.js";
import { surveyTable } from "../../src-main/datasets/survey.js";
import type { DataSurvey } from "../../src-main/services/data/survey.js";

/** Looks at data in the test's own process. */
export const surveyHere: DataSurvey = {
  survey: (question, signal) => inWorkFolder((workFolder) => surveyTable({ ...question, workFolder, ...(signal ? { signal } : {}) })),
  lookAtSeries: (question, signal) => inWorkFolder((workFolder) => surveySeries({ ...question, workFolder, ...(signal ? { signal } : {}) })),
  look: lookAtPicture,
};
