import { z } from "zod";
import { MOST_INPUTS, MOST_TARGETS } from "../base/limits.js";
import { transformSchema } from "../features/image.js";
import { inputOptions, pictureOptions, targetOptions } from "../features/index.js";
import { columnSchema, nameSchema } from "../features/options.js";
import { seriesSettings } from "../features/series.js";
import { nameColumns } from "./file-names.js";

export { nameSchema, pictureOptions, transformSchema };

/** How a step of a series is written. */
export const STEP = /^([1-9][0-9]{0,5}) *(ms|s|min|h|d|w|mo|q|y)$/;

const fractionSchema = z.number().min(0).lt(1);

/** Where the rows of a text or a spreadsheet begin. */
const tableLayout = {
  header: z.boolean().optional().describe("Whether the first row holds the names of the columns; found out when omitted"),
  skip: z.int().min(0).max(10_000).optional().describe("Lines at the top that are excluded, such as a title; found out when omitted"),
  comment: z
    .string()
    .regex(/^(none|[\x21-\x7e]{1,2})$/, 'expected one or two ASCII characters, or "none"')
    .optional()
    .describe("What lines that are excluded begin with, such as #; none where none are; found out when omitted"),
};

/** A file of rows, and how a text is read. */
const tableFile = {
  path: z.string().min(1).describe("CSV, TSV, Parquet, JSON, JSON lines or Excel (.xlsx); relative to this file, or absolute"),
  test: z.string().min(1).optional().describe("A file of its own for the test; then split.test is not used"),
  delimiter: z.string().length(1).optional().describe("What separates columns; found out when omitted"),
  encoding: z.string().min(1).optional().describe("For text that is not UTF-8, such as latin-1"),
  quote: z
    .string()
    .regex(/^[\x21-\x7e]$/, "expected one ASCII character")
    .optional()
    .describe("What stands around texts that contain the delimiter; found out when omitted"),
  decimal: z.enum([",", "."]).optional().describe("What stands before the decimals of a number; with a comma, dots part thousands; found out when omitted"),
  ...tableLayout,
  missing: z
    .record(z.string(), z.array(z.string().min(1)).min(1))
    .optional()
    .describe("By column, what counts as missing there beside an empty cell, NA, n/a, null, none, nan, ? and -, in any case"),
};

/** Rows in a file. `path` and `test` are relative to the project's folder, or absolute. */
export const tableSource = z.strictObject({ type: z.literal("table"), ...tableFile });

/** Rows in time order, of one series or of several: made regular, a row for each step. */
export const seriesSource = z.strictObject({
  type: z.literal("series"),
  ...tableFile,
  time: columnSchema.optional().describe("The column of times; omitted, the rows are in order, one step apart"),
  id: columnSchema.optional().describe("The column that tells which of several series a row belongs to"),
  zone: z
    .string()
    .min(1)
    .optional()
    .describe("Time zone of times without an offset, and of the calendar, by its IANA name such as Europe/Berlin; UTC when omitted"),
  step: z
    .string()
    .regex(STEP, "expected a number and a unit (ms, s, min, h, d, w, mo, q, y), such as 15min, 1h, 1d, 1w or 1mo")
    .optional()
    .describe("From one row to the next, such as 15min, 1h, 1d, 1w, 1mo, 1q, 1y; the commonest step of the file when omitted"),
  ...seriesSettings,
  known: z.array(columnSchema).min(1).optional().describe("Columns that are known in advance, such as promotions; those of the calendar always are"),
  season: z.int().min(2).max(100_000).optional().describe("Steps of a season, for comparison with the value one season ago; found from the step when omitted"),
  stride: z.int().min(1).default(1).describe("Samples begin so many rows apart"),
});

const pictureList = z.array(z.string().min(1));
const newLabels = z.record(z.string(), z.record(z.string(), z.string().min(1)));

/** The column of a folder of pictures that holds their paths. */
export const PICTURE_COLUMN = "image";

/**
 * Pictures in folders that are called as their classes: the table of a column `image`, the picture's path in the folder, and a column for each level of
 * folders.
 */
export const imageFolderSource = z.strictObject({
  type: z.literal("image-folder"),
  path: z.string().min(1).describe("A folder with a folder of pictures for each class; relative to this file, or absolute"),
  validation: z.string().min(1).optional().describe("A folder of its own for the validation; then split.validation is not used"),
  test: z.string().min(1).optional().describe("A folder of its own for the test; then split.test is not used"),
  levels: z.array(columnSchema).min(1).max(8).default(["label"]).describe("What the folders stand for, from the outermost: a column each"),
  names: z
    .string()
    .max(200)
    .optional()
    .describe("Columns of parts of the files' names, as in {typeface}-{copy}: the last part takes as little as it can, the first one what is left"),
  exclude: pictureList.optional().describe("Pictures that are not used, by their path from the folder on, also those of the validation folder; the files stay"),
  testExclude: pictureList.optional().describe("The same of the test folder"),
  relabel: newLabels.optional().describe("Other values than the folders say, by picture and column"),
  testRelabel: newLabels.optional().describe("The same of the test folder"),
});

/** Columns of a folder of pictures beside their paths: of its levels, and of the files' names. */
export function folderColumns({ levels, names }: { readonly levels?: readonly string[] | undefined; readonly names?: string | undefined }): readonly string[] {
  return [...(levels ?? ["label"]), ...nameColumns(names)];
}

export const sourceSchema = z.discriminatedUnion("type", [tableSource, imageFolderSource, seriesSource]);

export const inputSchema = z.discriminatedUnion("type", inputOptions);

export const targetSchema = z.discriminatedUnion("type", targetOptions);

export const splitSchema = z.strictObject({
  validation: fractionSchema.default(0.15).describe("Share of the rows that training is watched by, and the best epoch chosen, where that is kept"),
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
export type SeriesSourceSpec = z.infer<typeof seriesSource>;
export type ImageFolderSpec = z.infer<typeof imageFolderSource>;
export type ImageInputSpec = z.infer<typeof pictureOptions>;
export type InputSpec = z.infer<typeof inputSchema>;
/** As a project may say it, before defaults are filled in. */
export type InputDraft = z.input<typeof inputSchema>;
export type TargetSpec = z.infer<typeof targetSchema>;
export type SplitSpec = z.infer<typeof splitSchema>;
export type DataSpec = z.infer<typeof dataSchema>;
