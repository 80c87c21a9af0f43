import type { DataSpec } from "../contract/data.js";
import { canLackSome } from "../features/index.js";
import { fillsOnLines } from "../features/series.js";
import { seriesOf } from "./series/place-samples.js";

/**
 * How samples are made of rows; it counts into their fingerprint, so that a run resumes with the samples that it began with.
 *
 * - 2: texts were read as they stood;
 * - 3: each value of a text has one spelling. A row that lacks one of several targets is excluded, and parts are stratified by the first target of classes;
 * - 4, of several targets, or labels of a column each: a row that lacks some of them is used for the others, and parts are stratified by every target of
 *   classes;
 * - 5, of a series whose gaps are filled on a line: samples that end on one are not judged. The samples of a series are those that lack nothing.
 */
export type DataFormat = 2 | 3 | 4 | 5;

type Data = Pick<DataSpec, "targets" | "source">;

/** The format of data prepared now. */
export function formatNow(data: Data): DataFormat {
  const series = seriesOf(data);
  if (series) return fillsOnLines(series.gaps) ? 5 : 3;
  return canLackSome(data.targets) ? 4 : 3;
}

/** Every format that a run of such data may have begun with. */
export function formatsOf(data: Data): readonly DataFormat[] {
  return [...new Set<DataFormat>([2, 3, formatNow(data)])];
}

/** Whether the file is read as it was before texts had one spelling, or before lines were told from what was measured. */
export function asBegun(data: Data, format: DataFormat): boolean {
  return format === 2 || (format === 3 && formatNow(data) === 5);
}
