import { z } from "zod";

/** What the Data screen shows of a table. Row numbers count from 1 in the order of the file; rows of a test file of its own continue after them. */

export const splitName = z.enum(["train", "validation", "test"]);
export type SplitView = z.infer<typeof splitName>;

/** Which rows are meant. */
export const rowFilter = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("missing"), column: z.string() }),
  z.strictObject({ kind: z.literal("value"), column: z.string(), value: z.string().nullable() }),
  /** from ≤ value < to, or ≤ to where `closed`. */
  z.strictObject({ kind: z.literal("range"), column: z.string(), from: z.number(), to: z.number(), closed: z.boolean().default(false) }),
  /** Anywhere in any cell, case ignored. */
  z.strictObject({ kind: z.literal("text"), text: z.string().min(1).max(200) }),
  z.strictObject({ kind: z.literal("split"), split: splitName }),
  z.strictObject({ kind: z.literal("class"), target: z.string(), value: z.string(), split: splitName.optional() }),
  z.strictObject({ kind: z.literal("rows"), rows: z.array(z.int().positive()).max(10_000) }),
  /** Rows that equal an earlier one; `leaked`: validation and test rows that equal a training row. */
  z.strictObject({ kind: z.literal("duplicates"), leaked: z.boolean().default(false) }),
  z.strictObject({ kind: z.literal("skipped"), column: z.string().optional() }),
]);
export type RowFilter = z.infer<typeof rowFilter>;
export type RowFilterInput = z.input<typeof rowFilter>;

export const rowsRequest = z.strictObject({
  offset: z.int().nonnegative(),
  limit: z.int().min(1).max(500),
  sort: z.strictObject({ column: z.string(), descending: z.boolean().default(false) }).optional(),
  /** All of them must hold. */
  filters: z.array(rowFilter).max(8).default([]),
});

export const tableRow = z.strictObject({
  row: z.number(),
  /** Absent where rows are not yet split, or it is omitted. */
  split: splitName.optional(),
  /** As the file has them; null: missing. */
  cells: z.array(z.string().nullable()),
});
export type TableRow = z.infer<typeof tableRow>;

export const rowsPage = z.strictObject({ columns: z.array(z.string()), total: z.number(), rows: z.array(tableRow) });
export type RowsPage = z.infer<typeof rowsPage>;

/** One column, whatever its role. */
export const columnSummary = z.strictObject({
  name: z.string(),
  type: z.enum(["number", "boolean", "time", "text", "other", "empty"]),
  missing: z.number(),
  distinct: z.number(),
  /** Whether `distinct` is a few percent off: many values are estimated. */
  approximate: z.boolean().optional(),
  min: z.number().optional(),
  max: z.number().optional(),
  mean: z.number().optional(),
  deviation: z.number().optional(),
  /** Counts between equally spaced edges from min to max; the last bin holds max. */
  histogram: z.strictObject({ edges: z.array(z.number()), counts: z.array(z.number()) }).optional(),
  /** The most frequent texts, the most frequent first. */
  values: z.array(z.strictObject({ value: z.string(), rows: z.number() })).optional(),
  /** The column as a target: what kind it would be. */
  target: z.enum(["binary", "category", "numeric", "labels"]),
});
export type ColumnSummary = z.infer<typeof columnSummary>;

export const columnsResult = z.strictObject({
  path: z.string(),
  format: z.string(),
  rows: z.number(),
  testRows: z.number().optional(),
  columns: z.array(columnSummary),
  warnings: z.array(z.string()),
});
export type ColumnsResult = z.infer<typeof columnsResult>;

/** Something to look at before training, and where. */
export const auditProblem = z.strictObject({
  code: z.string(),
  message: z.string(),
  severity: z.enum(["error", "warning", "note"]),
  /** The column it is about. */ column: z.string().optional(),
  rows: rowFilter.optional(),
  /** A folder of pictures that a model can be asked about. */
  predict: z.string().optional(),
  /** Values of the column that could count as missing: then the problem is gone. */
  missing: z.array(z.string()).optional(),
});
export type AuditProblem = z.infer<typeof auditProblem>;

/** What depends on roles and split. */
export const auditResult = z.strictObject({
  splits: z.record(splitName, z.number()),
  /** By category and binary target: rows by class and part, the most frequent class first. */
  classes: z.record(z.string(), z.array(z.strictObject({ value: z.string(), train: z.number(), validation: z.number(), test: z.number() }))),
  problems: z.array(auditProblem),
});
export type AuditResult = z.infer<typeof auditResult>;
