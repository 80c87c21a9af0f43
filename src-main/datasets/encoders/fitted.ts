import { z } from "zod";

/**
 * What encoders learnt from the training rows, as JSON: it stands in the prepared data, in a run's folder and in the metadata of the ONNX file, and is all that
 * is needed to read another table for the same model.
 */

const numbers = z.array(z.number());
/** Texts that mean no and yes. Variants of a pair of words (`Yes`, `yes`, `1`, `1.0`) count as one value. */
const pair = { classes: z.tuple([z.string(), z.string()]), negative: z.array(z.string()), positive: z.array(z.string()) };

export const fittedNumericInput = z.strictObject({
  name: z.string(), type: z.literal("numeric"), columns: z.array(z.string()),
  missing: z.enum(["mean", "median", "drop", "error"]),
  /** By column: what stands for a missing value; null where rows without a value are not used. */
  fill: numbers.nullable(),
  /** encoded = (x - shift) / scale */
  shift: numbers, scale: numbers,
});
export const fittedCategoryInput = z.strictObject({ name: z.string(), type: z.literal("category"), column: z.string(), classes: z.array(z.string()) });
export const fittedBinaryInput = z.strictObject({
  name: z.string(), type: z.literal("binary"), column: z.string(), ...pair,
  /** Share of yes among the training rows: stands for a missing or unknown value. */
  share: z.number(),
});
export const fittedImageInput = z.strictObject({
  name: z.string(), type: z.literal("image"), column: z.string(),
  size: z.tuple([z.number(), z.number()]), color: z.enum(["rgb", "gray"]), background: z.string(),
  /** By channel: encoded = (x / 255 - shift) / scale; empty where x / 255 is left as it is. */
  shift: numbers, scale: numbers,
});
export const fittedInput = z.discriminatedUnion("type", [fittedNumericInput, fittedCategoryInput, fittedBinaryInput, fittedImageInput]);

export const fittedNumericTarget = z.strictObject({
  name: z.string(), type: z.literal("numeric"), columns: z.array(z.string()),
  /** trained on (y - shift) / scale */
  shift: numbers, scale: numbers,
});
export const fittedCategoryTarget = z.strictObject({ name: z.string(), type: z.literal("category"), column: z.string(), classes: z.array(z.string()) });
export const fittedBinaryTarget = z.strictObject({ name: z.string(), type: z.literal("binary"), column: z.string(), ...pair });
export const fittedTarget = z.discriminatedUnion("type", [fittedNumericTarget, fittedCategoryTarget, fittedBinaryTarget]);

export const fittedData = z.strictObject({
  version: z.literal(1), inputs: z.array(fittedInput), targets: z.array(fittedTarget),
  /** There where the training rows had decimal commas; another table whose numbers could be either is taken to have them too. */
  decimal: z.literal(",").optional(),
  /** There where the rows came from a folder of pictures: its columns beside `image`. */
  levels: z.array(z.string()).optional(),
});

export type FittedNumericInput = z.infer<typeof fittedNumericInput>;
export type FittedCategoryInput = z.infer<typeof fittedCategoryInput>;
export type FittedBinaryInput = z.infer<typeof fittedBinaryInput>;
export type FittedImageInput = z.infer<typeof fittedImageInput>;
export type FittedInput = z.infer<typeof fittedInput>;
export type FittedNumericTarget = z.infer<typeof fittedNumericTarget>;
export type FittedCategoryTarget = z.infer<typeof fittedCategoryTarget>;
export type FittedBinaryTarget = z.infer<typeof fittedBinaryTarget>;
export type FittedTarget = z.infer<typeof fittedTarget>;
export type FittedData = z.infer<typeof fittedData>;
