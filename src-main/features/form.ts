import { z } from "zod";

/** What a column of the training rows held, for forms and for telling what a model never saw. */
export const columnValues = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("number"), mean: z.number(), min: z.number(), max: z.number() }),
  /** Rows by class, in the order of the fitted classes. */
  z.strictObject({ type: z.literal("classes"), rows: z.array(z.number()) }),
]);
export type ColumnValues = z.infer<typeof columnValues>;

/** A field of the form that asks a model about one row. */
export const formField = z.strictObject({
  column: z.string(),
  /** A picture is its path, absolute. */
  kind: z.enum(["number", "choice", "text", "picture"]),
  choices: z.array(z.string()).optional(),
  /** The mean or the most frequent value of the training rows: what the form starts with. */
  typical: z.string(),
  min: z.number().optional(),
  max: z.number().optional(),
});
export type FormField = z.infer<typeof formField>;

/** A sentence on a value that is missing or that the model never saw. */
export const valueNote = z.strictObject({ column: z.string(), message: z.string() });
export type ValueNote = z.infer<typeof valueNote>;

/** One row that a model answered. */
export interface RowAnswered {
  /** As it was typed; null, or absent: missing. */
  readonly typed: Readonly<Record<string, string | null>>;
  /** Cells of columns of numbers, as they were read; null: missing. */
  readonly numbers: Readonly<Record<string, number | null>>;
  /** Columns whose text training did not know. */
  readonly unknown: readonly string[];
}
