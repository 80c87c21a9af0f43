import { chartsTexts } from "./charts.js";
import { common } from "./common.js";
import { dataTexts } from "./data.js";
import { evaluatePictureTexts, evaluateSampleTexts, evaluateTexts } from "./evaluate.js";
import { exportTexts } from "./export.js";
import { featuresTexts } from "./features.js";
import { homeTexts } from "./home.js";
import { importTexts } from "./import.js";
import { labelsTexts } from "./labels.js";
import { modelTexts } from "./model.js";
import { pictureTexts } from "./pictures.js";
import { predictTexts } from "./predict.js";
import { runsTexts } from "./runs.js";
import { seriesTexts } from "./series.js";
import { settingsTexts } from "./settings.js";
import { shellTexts } from "./shell.js";
import { trainTexts } from "./train.js";

/**
 * The studio's own strings, a file a screen; a layer's, a loss's or a template's name comes with its definition. Second person, short, no exclamation marks.
 */
export const texts = {
  ...common,
  charts: chartsTexts,
  shell: shellTexts,
  home: homeTexts,
  importing: importTexts,
  data: dataTexts,
  model: modelTexts,
  train: trainTexts,
  evaluate: evaluateTexts,
  evaluateSamples: evaluateSampleTexts,
  evaluatePictures: evaluatePictureTexts,
  features: featuresTexts,
  labels: labelsTexts,
  pictures: pictureTexts,
  series: seriesTexts,
  predict: predictTexts,
  exporting: exportTexts,
  runsScreen: runsTexts,
  settings: settingsTexts,
} as const;
