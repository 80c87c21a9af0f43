import { z } from "zod";
import { MOST_CHANGES, MOST_COLUMNS, MOST_INPUTS, MOST_NAME, MOST_TARGETS } from "./limits.js";
import { transforms } from "../transforms/index.js";
import { type Tagged, defineTagged } from "./tagged.js";

/** Names become parts of metric names (`label.accuracy`), of ids inside blocks (`block1.fc`) and of tensors in the ONNX file. */
export const nameSchema = z.string().regex(/^(?!__proto__$)[\p{L}_][\p{L}\p{N}_-]*$/u, "expected a name of letters, digits, _ and -, starting with a letter or _, and not __proto__").max(MOST_NAME);

const columnSchema = z.string().min(1);
const fractionSchema = z.number().min(0).lt(1);

/** What a later version reads; a project that asks for it is told so rather than that it is mistyped. */
export const laterSources = ["series"];
export const laterInputs = ["window"];

/** Rows in a file. `path` and `test` are relative to the project's folder, or absolute. */
export const tableSource = z.strictObject({
  type: z.literal("table"),
  path: z.string().min(1).describe("CSV, TSV, Parquet, JSON or JSON lines; relative to this file, or absolute"),
  test: z.string().min(1).optional().describe("A file of its own for the test; then split.test is not used"),
  delimiter: z.string().length(1).optional().describe("What separates columns; found out when left out"),
  encoding: z.string().min(1).optional().describe("For text that is not UTF-8, such as latin-1"),
  quote: z.string().regex(/^[\x21-\x7e]$/, "expected one ASCII character").optional().describe("What stands around texts that contain the delimiter; found out when left out"),
  decimal: z.enum([",", "."]).optional().describe("What stands before the decimals of a number; with a comma, dots part thousands; found out when left out"),
});

const pictureList = z.array(z.string().min(1));
const newLabels = z.record(z.string(), z.record(z.string(), z.string().min(1)));

/** Pictures in folders that are called as their classes: the table of a column `image`, the picture's path in the folder, and a column for each level of folders. */
export const imageFolderSource = z.strictObject({
  type: z.literal("image-folder"),
  path: z.string().min(1).describe("A folder with a folder of pictures for each class; relative to this file, or absolute"),
  test: z.string().min(1).optional().describe("A folder of its own for the test; then split.test is not used"),
  levels: z.array(columnSchema).min(1).max(8).default(["label"]).describe("What the folders stand for, from the outermost: a column each"),
  exclude: pictureList.optional().describe("Pictures that are not used, by their path in the folder; the files stay"),
  testExclude: pictureList.optional().describe("The same of the test folder"),
  relabel: newLabels.optional().describe("Other values than the folders say, by picture and column"),
  testRelabel: newLabels.optional().describe("The same of the test folder"),
});

export const sourceSchema = z.discriminatedUnion("type", [tableSource, imageFolderSource], { error: (issue) => notYet(issue, laterSources) });

const normalize = z.enum(["standard", "minmax", "none"]);

/** One change of training pictures. */
export const transformSchema = defineTagged<Tagged>(transforms.all);

/** Numbers, `[N, columns]`. */
export const numericInput = z.strictObject({
  name: nameSchema,
  type: z.literal("numeric"),
  columns: z.union([z.array(columnSchema).min(1).max(MOST_COLUMNS), z.literal("rest")]).describe("Column names, or \"rest\": every column that has no other role"),
  normalize: normalize.default("standard").describe("Fitted on the training rows: (x - mean) / deviation, (x - least) / (most - least), or as is"),
  missing: z.enum(["mean", "median", "drop", "error"]).default("mean").describe("Fill a missing value from the training rows, drop its row, or stop"),
});

/** One of several texts or numbers, one-hot `[N, classes]`. */
export const categoryInput = z.strictObject({ name: nameSchema, type: z.literal("category"), column: columnSchema });

/** One of two values, 0 or 1, `[N, 1]`. */
export const binaryInput = z.strictObject({ name: nameSchema, type: z.literal("binary"), column: columnSchema });

const pixels = z.int().min(1).max(4096);

/** A picture, `[N, C, height, width]`, of 0 to 1 unless normalised otherwise. */
export const imageInput = z.strictObject({
  name: nameSchema,
  type: z.literal("image"),
  column: columnSchema.describe("The column of paths: image in a folder of pictures; in a table, relative to it"),
  size: z.tuple([pixels, pixels]).describe("Height and width that every picture is resized to (bilinear, antialiased)"),
  color: z.enum(["rgb", "gray"]).default("rgb"),
  background: z.string().regex(/^#[0-9a-f]{6}$/i, "expected a colour such as #ffffff").default("#ffffff").describe("What shows through where a picture is transparent"),
  normalize: z.enum(["none", "own", "imagenet"]).default("none").describe("Leave 0 to 1; or (x - mean) / deviation by channel, of the training pictures or of ImageNet"),
  augment: z.array(transformSchema).max(MOST_CHANGES).default([]).describe("Changes of training pictures, drawn anew in every epoch; never of validation or test"),
});

export const inputSchema = z.discriminatedUnion("type", [numericInput, categoryInput, binaryInput, imageInput], { error: (issue) => notYet(issue, laterInputs) });

export const categoryTarget = z.strictObject({ name: nameSchema, type: z.literal("category"), column: columnSchema });

export const binaryTarget = z.strictObject({ name: nameSchema, type: z.literal("binary"), column: columnSchema });

/** Numbers to predict: one `column`, or several `columns` side by side. */
export const numericTarget = z.strictObject({
  name: nameSchema,
  type: z.literal("numeric"),
  column: columnSchema.optional(),
  columns: z.array(columnSchema).min(1).max(MOST_COLUMNS).optional(),
  normalize: normalize.default("none").describe("Undone in the exported model, so predictions are in the column's own unit"),
});

export const targetSchema = z.discriminatedUnion("type", [categoryTarget, binaryTarget, numericTarget]);

export const splitSchema = z.strictObject({
  validation: fractionSchema.default(0.15).describe("Share of the rows that choose the best epoch"),
  test: fractionSchema.default(0.15).describe("Share of the rows that training never sees"),
  by: z.enum(["random", "group", "time"]).default("random").describe("At random; whole groups of a column together; the latest rows of a column last"),
  column: columnSchema.optional().describe("The column that groups or orders the rows"),
  stratify: z.boolean().default(true).describe("Keep the shares of classes alike in every part, where rows are split at random"),
});

export const dataSchema = z.strictObject({
  source: sourceSchema,
  inputs: z.array(inputSchema).min(1).max(MOST_INPUTS),
  targets: z.array(targetSchema).min(1).max(MOST_TARGETS),
  split: splitSchema.prefault({}),
});

export type SourceSpec = z.infer<typeof sourceSchema>;
export type TableSourceSpec = z.infer<typeof tableSource>;
export type ImageFolderSpec = z.infer<typeof imageFolderSource>;
export type ImageInputSpec = z.infer<typeof imageInput>;
export type InputSpec = z.infer<typeof inputSchema>;
export type NumericInputSpec = z.infer<typeof numericInput>;
export type TargetSpec = z.infer<typeof targetSchema>;
export type NumericTargetSpec = z.infer<typeof numericTarget>;
export type SplitSpec = z.infer<typeof splitSchema>;
export type DataSpec = z.infer<typeof dataSchema>;

/** The columns a target is read from, in order. */
export function targetColumns(target: TargetSpec): readonly string[] {
  if (target.type === "numeric" && target.columns) return target.columns;
  return target.column === undefined ? [] : [target.column];
}

function notYet(issue: z.core.$ZodRawIssue, later: readonly string[]): string | undefined {
  const input: unknown = issue.input;
  if (typeof input !== "object" || input === null || !("type" in input)) return undefined;
  const { type } = input;
  return typeof type === "string" && later.includes(type) ? `got "${type}", which is not yet in this version of Lathe` : undefined;
}
