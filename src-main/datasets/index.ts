/** Tables in, encoded training data out. */
export { auditTable } from "./audit.js";
export { type AuditWarning, type ColumnAudit, type InspectOptions, type TableAudit, inspectTable } from "./inspect.js";
export { type Batch, type Loader, type LoaderOptions, type UniformSpec, createLoader } from "./loader.js";
export { readQuarantine, restoreFromQuarantine } from "./pictures/quarantine.js";
export type { PixelFormat } from "./pictures/picture-task.js";
export { type LookAtPicture, type PictureLook, type ViewOfPicture, drawPicture, lookAtPicture, seePicture, viewPicture } from "./pictures/picture-view.js";
export { type PictureProposal, holdsPictures, isFolder, proposePictures } from "./pictures/propose-pictures.js";
export { type PrepareOptions, type Stage, dataFingerprint, prepareData } from "./prepare.js";
export { type DataAudit, type PreparedData, type SkippedRows, rowNumbersOf } from "./prepared.js";
export type { ColumnProfile } from "./profile.js";
export { type ProposeOptions, type ProposedRoles, type SurveyOptions, type SurveyedColumn, type TableSurvey, proposeRoles, reasonToLeave, rolesFrom, surveyTable, targetKind } from "./propose.js";
export type { RawBatch } from "./raw-batch.js";
export { type ReadTableOptions, type TableReader, type UnknownTexts, readTable, readValues } from "./read-raw.js";
export { tellsColumns } from "./sources/table.js";
export { type ColumnFacts, type StagedTable, probeTable, stageTable, summarizeColumns } from "./staged-table.js";
export { type TableSplit, readRows, splitTable } from "./table-rows.js";
export type { SplitCounts, SplitName, SplitName as Split } from "./splits.js";
