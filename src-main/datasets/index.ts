/** Tables in, encoded training data out. */
export { type FittedData, type FittedInput, type FittedTarget, fittedData } from "./encoders/fitted.js";
export { lowerInput, lowerInputs, lowerTarget, rawType, targetWidth, widthOf } from "./encoders/index.js";
export { type ColumnAudit, type InspectOptions, type TableAudit, inspectTable } from "./inspect.js";
export { type Batch, type Loader, type LoaderOptions, type UniformSpec, createLoader } from "./loader.js";
export { type PrepareOptions, type Stage, prepareData } from "./prepare.js";
export type { DataAudit, PreparedData, SkippedRows } from "./prepared.js";
export type { ColumnProfile } from "./profile.js";
export { type ProposeOptions, type ProposedRoles, proposeRoles } from "./propose.js";
export type { RawBatch } from "./raw-batch.js";
export { type ReadTableOptions, type TableReader, type UnknownTexts, readTable } from "./read-raw.js";
export type { SplitCounts, SplitName, SplitName as Split } from "./splits.js";
