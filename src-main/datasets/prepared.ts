import { z } from "zod";
import { namedSetting } from "../contract/source-settings.js";
import { fittedData } from "../features/fitted.js";
import type { RawBatch } from "./raw-batch.js";
import { readRowNumbers } from "./record-file.js";
import type { CsvOptions } from "./sources/csv.js";
import type { SplitName } from "./splits.js";

/** Prepared data as its folder in the cache describes it. */

const counts = z.strictObject({ train: z.number(), validation: z.number(), test: z.number() });

export const skippedRows = z.strictObject({
  reason: z.enum([
    "missing target",
    "missing value",
    "unknown class",
    "excluded",
    "unreadable picture",
    "changed picture",
    "incomplete window",
    "across the split",
    "last value filled in on a line",
    "stride",
  ]),
  column: z.string(),
  rows: z.number(),
});
/** Rows excluded, and why. A row that lacks several values is counted once, under the first. */
export type SkippedRows = z.infer<typeof skippedRows>;

/** What is said of rows that are a picture each, as those of folders are; of others the column is named. */
const ofPictures: Readonly<Partial<Record<SkippedRows["reason"], string>>> = {
  excluded: "as the project says",
  "unreadable picture": "that cannot be read",
  "changed picture": "that changed meanwhile",
};

/** What is said of samples of a series, one for each of its rows. */
const ofSeries: Readonly<Partial<Record<SkippedRows["reason"], string>>> = {
  "incomplete window": "too few rows before or after them in their series",
  "across the split": "what they read reaches from one part into the next",
  "last value filled in on a line":
    "the last value before what comes was filled in on a line to a later one, which tells part of it; they may be trained on, not judged by",
  stride: `${namedSetting("stride")} passes over them`,
};

/** Rows excluded by their reason, as results list them. */
export function countSkipped(skipped: readonly SkippedRows[]): Record<string, number> {
  return Object.fromEntries(skipped.map((skip) => [nameSkipped(skip), skip.rows]));
}

/** The reason, and the column where it is one's: `missing target in y`, `missing target` where all are, `incomplete window`. @param quote around the column */
export function nameSkipped({ reason, column }: SkippedRows, quote = ""): string {
  return column === "" ? reason : `${reason} in ${quote}${column}${quote}`;
}

/**
 * `2 pictures excluded that cannot be read`, `1 row excluded: missing target in column "y"`, `28 rows begin no sample: …`
 * @param arePictures whether the rows are a picture each.
 */
export function describeSkipped({ reason, column, rows }: SkippedRows, arePictures = false): string {
  if (reason === "missing target" && column === "") return `${rows} row${rows === 1 ? "" : "s"} excluded: every target is missing`;
  const between = ofSeries[reason];
  if (between !== undefined) return `${rows} row${rows === 1 ? " begins" : "s begin"} no sample: ${between}`;
  const why = arePictures ? ofPictures[reason] : undefined;
  return why === undefined
    ? `${rows} row${rows === 1 ? "" : "s"} excluded: ${reason} in column "${column}"`
    : `${rows} picture${rows === 1 ? "" : "s"} excluded ${why}`;
}

export const dataAudit = z.strictObject({
  /** Rows in the file, and in the test file if there is one. */
  rows: z.number(),
  testRows: z.number().optional(),
  /** Rows in any of the parts. */
  used: z.number(),
  skipped: z.array(skippedRows),
  /** Missing values by column, in the file itself. */
  missing: z.record(z.string(), z.number()),
  /** Equal rows; absent where the table is too large to compare in passing. */
  duplicates: z.strictObject({ rows: z.number(), leaked: z.number() }).optional(),
  warnings: z.array(z.strictObject({ code: z.string(), message: z.string() })),
});
export type DataAudit = z.infer<typeof dataAudit>;

/**
 * Rows of a series that every sample has a part of: a record file of `columns` float32 each, by the name of its file beside the samples. A sample's begin
 * `from` rows after its own.
 */
const seriesRows = z.strictObject({ file: z.string(), columns: z.number(), from: z.number() });

export type SeriesRows = z.infer<typeof seriesRows>;

export const storedData = z.strictObject({
  version: z.literal(1),
  fingerprint: z.string(),
  fitted: fittedData,
  inputs: z.array(
    z.strictObject({
      name: z.string(),
      /** Words in a record. */
      width: z.number(),
      /** Of the values; of an input in a store the record has a place there in each word. */
      dtype: z.enum(["float32", "uint8"]),
      /** Of an input in a store: the axes of a sample, `[height, width, C]` of a picture, `[rows, columns]` of a window; and where they are. */
      axes: z.array(z.number()).optional(),
      store: z.strictObject({ path: z.string(), generation: z.string(), bytes: z.number(), step: z.number().optional() }).optional(),
      rows: seriesRows.optional(),
    }),
  ),
  targets: z.array(
    z.strictObject({
      name: z.string(),
      kind: z.enum(["numeric", "category", "binary", "labels", "embedding"]),
      columns: z.array(z.string()),
      /** Values of a sample; its record holds them unless they are rows of a series. */
      width: z.number(),
      rows: seriesRows.optional(),
      /** Samples that lack it, or one of its columns, by part; absent where none does. They are used for the other targets. */
      masked: counts.optional(),
      /** In the order of their indices; for a binary target, no and yes. */
      classes: z.array(z.string()).optional(),
    }),
  ),
  counts,
  /** By category and binary target, training rows by class. */
  classCounts: z.record(z.string(), z.array(z.number())),
  audit: dataAudit,
  /** Words of 4 bytes in a record: encoded inputs, targets, row number. */
  words: z.number(),
});
export type StoredData = z.infer<typeof storedData>;

/** A listing of pictures as it was. */
export interface FrozenListing {
  readonly path: string;
  readonly root: string;
}

/** Training data ready for the loader, and all that is needed to read more rows the same way. */
export interface PreparedData extends StoredData {
  /** The folder of the sample files, in the cache. */
  readonly folder: string;
  /** Sample files by part. */
  readonly files: { readonly train: string; readonly validation: string; readonly test: string };
  readonly source: {
    /** Absolute paths. */
    readonly path: string;
    readonly test?: string;
    /** How the text is read. */
    readonly options: CsvOptions;
  };
  /** What was listed in folders of pictures when the data were prepared: tables of their own, and what their paths start from. */
  readonly listings?: Readonly<Partial<Record<"main" | "test", FrozenListing>>>;
  /** A part once more from its file, as the exported model takes it, in the order of the sample file. @throws LatheError as `readTable` */
  readRaw(split: SplitName, signal?: AbortSignal): AsyncIterable<RawBatch>;
}

/**
 * Numbers of a part's rows from 1, in the order of its sample file. Rows of a test file of its own continue after those of the main file.
 * @throws LatheError `data.unreadable` where the sample file is damaged.
 */
export function rowNumbersOf(
  { files, fingerprint, source, audit }: Pick<PreparedData, "files" | "fingerprint" | "source" | "audit">,
  split: SplitName,
): Uint32Array {
  const rows = readRowNumbers(files[split], fingerprint);
  return split === "test" && source.test !== undefined ? rows.map((row) => row + audit.rows) : rows;
}
