import { z } from "zod";
import { pathSchema } from "./files.js";
import { seriesPlan } from "./series-views.js";
import { projectSummary } from "./summaries.js";

/** What is wrong with a project's file, at its place: `model.layers.2.outFeatures`, or empty for the whole. */
export const problemSchema = z.strictObject({ path: z.string(), message: z.string() });
export type ProblemView = z.infer<typeof problemSchema>;

/** A project's file as it is, complete or not: JSON that the studio edits. */
export const documentSchema = z.record(z.string(), z.unknown());
export type ProjectDocument = z.infer<typeof documentSchema>;

export const openDocument = z.strictObject({
  document: documentSchema,
  /** Of the file's bytes; a write names the revision that it replaces. */
  revision: z.string(),
  problems: z.array(problemSchema),
});
export type OpenDocument = z.infer<typeof openDocument>;

export const sampleSummary = z.strictObject({
  sample: z.string(),
  title: z.string(),
  summary: z.string(),
  kind: z.enum(["table", "pictures", "series"]),
  rows: z.number(),
  columns: z.number(),
  target: z.string(),
});
export type SampleSummary = z.infer<typeof sampleSummary>;

export const roleSchema = z.enum(["input", "target", "ignore"]);
export type Role = z.infer<typeof roleSchema>;

/** `known`: of a series, an input whose values are known in advance. */
const proposedRole = z.enum([...roleSchema.options, "known"]);
export type ProposedRole = z.infer<typeof proposedRole>;

/** What Lathe would make of some data, to be confirmed or changed. */
export const projectProposal = z.strictObject({
  data: pathSchema,
  kind: z.enum(["table", "pictures", "series"]),
  /** Proposed name, and the folder that the project would be. */
  name: z.string(),
  folder: z.string(),
  template: z.string(),
  templates: z.array(
    z.strictObject({
      type: z.string(),
      title: z.string(),
      summary: z.string(),
      /** Why it does not suit. */
      unsuited: z.string().optional(),
      /** Height and width at which it reads a picture. */
      size: z.tuple([z.number(), z.number()]).optional(),
    }),
  ),
  columns: z.array(
    z.strictObject({
      name: z.string(),
      type: z.string(),
      missing: z.number(),
      distinct: z.number(),
      role: proposedRole,
      /** What it would be predicted as. */
      target: z.enum(["binary", "category", "numeric", "labels", "embedding"]),
      examples: z.array(z.string()),
      /** How it is read, in sentences. */
      notes: z.array(z.string()),
      /** Why it is proposed to be ignored: "it counts the rows; …". */
      unused: z.string().optional(),
    }),
  ),
  rows: z.number(),
  /** Whether it can be overruled that the first row holds the names: some formats say so themselves. */
  headed: z.boolean(),
  /** Of a folder of pictures. */
  pictures: z
    .strictObject({
      /** Height and width that every picture would be resized to, and how it would be looked at. */
      size: z.tuple([z.number(), z.number()]),
      color: z.enum(["rgb", "gray"]),
      /** What the folders stand for, from the outermost; a column each. */
      levels: z.array(z.string()),
      /** Columns of parts of the files' names, as in `{typeface}-{copy}`. */
      names: z.string().optional(),
      /** Some of the pictures, by their paths in the folder. */
      files: z.array(z.string()),
      /** By innermost folder, the most pictures first. */
      classes: z.array(z.strictObject({ name: z.string(), pictures: z.number() })),
      /** Folders for validation and test that lie beside the one for training. */
      validation: z.string().optional(),
      test: z.string().optional(),
    })
    .optional(),
  /** Of a table: the column of times that would make it a series, and what tells several series apart. */
  timed: z.strictObject({ time: z.string(), id: z.string().optional() }).optional(),
  /** Where it is proposed as a series. */
  series: seriesPlan.optional(),
  /** What else was noticed while reading, in sentences. */
  notes: z.array(z.string()),
  /** What is to know of the proposed template, and why it is proposed. */
  templateNotes: z.array(z.string()),
});
export type ProjectProposal = z.infer<typeof projectProposal>;

export const createdProject = z.strictObject({ project: projectSummary, notes: z.array(z.string()) });
