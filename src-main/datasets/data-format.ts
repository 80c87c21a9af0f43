import type { DataSpec } from "../contract/data.js";

/**
 * How samples are made of rows; it counts into their fingerprint, so that a run resumes with the samples that it began with.
 *
 * - 2: texts were read as they stood;
 * - 3: each value of a text has one spelling. A row that lacks one of several targets is excluded, and parts are stratified by the first target of classes;
 * - 4, of several targets, or labels of a column each: a row that lacks some of them is used for the others, and parts are stratified by every target of
 *   classes.
 */
export type DataFormat = 2 | 3 | 4;

/** The format of data prepared now. The samples of a series are those that lack nothing. */
export function formatNow({ targets, source }: Pick<DataSpec, "targets" | "source">): DataFormat {
  const several = targets.length > 1 || targets.some((target) => target.type === "labels" && target.columns !== undefined);
  return several && source.type !== "series" ? 4 : 3;
}
