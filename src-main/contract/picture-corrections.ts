import { z } from "zod";

/** What is to become of one picture of the project's folder; what is omitted stays as it is. The file is never touched: project.json says it. */
export const pictureCorrection = z.strictObject({
  /** In the folder, with /, as the column `image` has it. */
  picture: z.string().min(1).max(4096),
  /** In the folder for the test. */
  test: z.boolean().default(false),
  excluded: z.boolean().optional(),
  /** By level of folders: the label, or null for what the folder says. */
  labels: z.record(z.string().max(200), z.string().min(1).max(1000).nullable()).optional(),
});
export type PictureCorrection = z.output<typeof pictureCorrection>;

export const pictureCorrections = z.array(pictureCorrection).min(1).max(10_000);

export const correctedPictures = z.strictObject({
  /** Corrections that take these back: handed in, all is as before. */
  undo: z.array(pictureCorrection),
  /** Of the project file by now. */
  revision: z.string(),
});
export type CorrectedPictures = z.infer<typeof correctedPictures>;
