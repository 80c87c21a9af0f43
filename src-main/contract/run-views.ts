import { z } from "zod";
import { documentSchema } from "./project-views.js";

/** A run's frozen settings. */
export const runSettings = z.strictObject({
  /** The project as it was when the run began. */
  project: documentSchema,
  engine: z.string(),
  engineVersion: z.string().optional(),
  device: z.string(),
  reason: z.string().optional(),
  threads: z.number().optional(),
  seed: z.number(),
  fingerprint: z.string().optional(),
});
export type RunSettings = z.infer<typeof runSettings>;

export const runLog = z.strictObject({ text: z.string(), /** Bytes omitted at the beginning. */ omitted: z.number() });

export type RunLog = z.infer<typeof runLog>;

export const exportFormat = z.strictObject({
  format: z.string(),
  title: z.string(),
  summary: z.string(),
  /** Of a single file; absent where a folder is made. */
  extension: z.string().optional(),
  /** What is left to the user; the first choice is what is taken where nothing is said. */
  options: z.array(z.strictObject({ name: z.string(), title: z.string(), choices: z.array(z.strictObject({ value: z.string(), title: z.string() })) })),
});
export type ExportFormat = z.infer<typeof exportFormat>;

/** How the exported file is fed and what it answers. */
export const modelCard = z.strictObject({
  file: z.string(),
  bytes: z.number(),
  opset: z.number(),
  inputs: z.array(
    z.strictObject({
      name: z.string(),
      dtype: z.string(),
      shape: z.array(z.union([z.string(), z.number()])),
      description: z.string(),
      /** Of pictures: what is under those that are transparent, and what those of more than 8 bits are read by. @see PixelRange */
      picture: z.strictObject({ background: z.string(), bits: z.number().optional(), float: z.number().optional() }).optional(),
    }),
  ),
  outputs: z.array(z.strictObject({ name: z.string(), dtype: z.string(), shape: z.array(z.union([z.string(), z.number()])), description: z.string() })),
});
export type ModelCard = z.infer<typeof modelCard>;
