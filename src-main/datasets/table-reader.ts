import type { FittedData } from "../features/fitted.js";
import type { UnreadPicture } from "./pictures/raw-pictures.js";
import type { FrozenListing, SkippedRows } from "./prepared.js";
import type { RawBatch } from "./raw-batch.js";
import type { CsvOptions } from "./sources/csv.js";

export interface ReadTableOptions extends CsvOptions {
  /** What the encoders learnt; the only thing known of the training data. */
  readonly fitted: FittedData;
  /** What a relative path starts from. */
  readonly folder: string;
  readonly path: string;
  /** For temporary files. */
  readonly workFolder: string;
  /**
   * `required`: rows without a usable target are skipped and counted, where there are several targets those without any; a table without the column is an
   * error. `none`: targets are not looked at.
   */
  readonly targets: "required" | "none";
  readonly batchSize?: number;
  /** Only these row numbers (from 1, ascending), whatever they hold. */
  readonly rows?: Uint32Array;
  /** A listing of pictures as it was, in place of what the folder holds now. */
  readonly listing?: FrozenListing;
  /** What a picture's file held when it was read before; one that holds something else by now is skipped. */
  readonly contentOf?: (path: string) => string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Rows seen with a text that training did not know: of an input the model takes it as none of its words, of a target it is missing. */
export interface UnknownTexts {
  readonly column: string;
  readonly rows: number;
  /** Rows by text, of the first thousand texts. */
  readonly texts: ReadonlyMap<string, number>;
  /** What training knew. */
  readonly known: readonly string[];
}

/** Rows whose number lies beyond all that training saw by more than the range of that. */
export interface OutsideRows {
  readonly column: string;
  readonly rows: number;
  /** What the training rows held. */
  readonly min: number;
  readonly max: number;
}

/** The rows of a series that is read, in order of id and time; batches tell the numbers of their samples' own rows, from 1. */
export interface ReadSeries {
  /** `[rows]`: rows with the same number are a run, one step apart. */
  readonly segment: Int32Array;
  /** `[rows]`: µs since 1970 UTC, or the row's number within its series where there is no time. */
  readonly time: Float64Array;
  /** Values of columns of numbers, `[rows, columns]`; NaN where there is none. */
  values(columns: readonly string[]): Float32Array;
}

/** A table being read as the exported model takes it. What was skipped is complete when all batches have come. */
export interface TableReader extends AsyncIterable<RawBatch> {
  readonly path: string;
  readonly warnings: readonly string[];
  readonly skipped: readonly SkippedRows[];
  /** Those that are skipped because of a picture that cannot be read. */
  readonly bad: readonly UnreadPicture[];
  /** Those that are missing, or cannot be read, and are read as empty ones; the path of one that is missing is empty. */
  readonly blank: readonly UnreadPicture[];
  /** Whether rows are pictures of a folder, which are called by their path. */
  readonly ofFolder: boolean;
  readonly unknown: readonly UnknownTexts[];
  /** The same of targets. */
  readonly unknownClasses: readonly UnknownTexts[];
  readonly outside: readonly OutsideRows[];
  /** Rows read so far. */
  readonly rows: number;
  /** Of a series: all of its rows. */
  readonly series?: ReadSeries;
  /** Of a series that is not judged: samples read whose last value was filled in on a line to a later one, and so tells part of what comes. */
  readonly onLines?: number;
  /** Also done at the end of the batches, or when their loop is left. */
  close(): void;
}

/** A row that the model has no answer for. */
export interface FailedRow {
  /** From 1. */
  readonly row: number;
  /** What it is called: a picture's path in its folder, else its number. */
  readonly name: string;
  /** Of a picture in a folder the end of a sentence that begins with its name, else a sentence. */
  readonly reason: string;
}

/** Some rows in their order: those that the model answers for, and those that it cannot. */
export interface RowsToAnswer {
  readonly batch: RawBatch;
  readonly failed: readonly FailedRow[];
  /** All rows to this one are in these or in earlier ones. */
  readonly upTo: number;
  /** Pictures that empty ones stand in for; the path of one that is missing is empty. */
  readonly blank: readonly Pick<UnreadPicture, "path" | "reason">[];
}
