import { z } from "zod";
import { binaryInput, binaryTarget } from "./binary.js";
import { categoryInput, categoryTarget } from "./category.js";
import { embeddingTarget } from "./embedding.js";
import { imageInput } from "./image.js";
import { labelsTarget } from "./labels.js";
import { numericInput, numericTarget } from "./numeric.js";
import { presentInput } from "./present.js";
import { fittedSeries } from "./series.js";
import { textInput } from "./text.js";
import { windowInput } from "./window.js";

/**
 * What was learnt of inputs and targets from the training rows, as JSON: it stands in the prepared data, in a run's folder and in the metadata of the ONNX
 * file, and is all that is needed to read another table for the same model.
 */
export const fittedData = z.strictObject({
  /** 2: texts have one spelling each, and numbers may have units; 1 stands in runs that began before. */
  version: z.union([z.literal(1), z.literal(2)]),
  inputs: z.array(
    z.discriminatedUnion("type", [
      numericInput.fitted,
      categoryInput.fitted,
      binaryInput.fitted,
      imageInput.fitted,
      windowInput.fitted,
      textInput.fitted,
      presentInput.fitted,
    ]),
  ),
  targets: z.array(
    z.discriminatedUnion("type", [numericTarget.fitted, categoryTarget.fitted, binaryTarget.fitted, labelsTarget.fitted, embeddingTarget.fitted]),
  ),
  /** There where the training rows had decimal commas; another table whose numbers could be either is taken to have them too. */
  decimal: z.literal(",").optional(),
  /** What else counts as missing, by column, in lower case. */
  missing: z.record(z.string(), z.array(z.string())).optional(),
  /** There where the rows came from a folder of pictures: its columns beside `image`. */
  levels: z.array(z.string()).optional(),
  /** There where parts of the files' names are columns too. */
  names: z.string().optional(),
  /** There where the rows are those of a series. */
  series: fittedSeries.optional(),
});

export type FittedData = z.infer<typeof fittedData>;
export type FittedInput = FittedData["inputs"][number];
export type FittedTarget = FittedData["targets"][number];
