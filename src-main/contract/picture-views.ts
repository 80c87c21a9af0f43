import { z } from "zod";
import { bytes } from "./bytes.js";
import { transformSchema } from "./data.js";

/** Pictures as the studio shows them. */

const place = {
  /** As the column of paths has it: in the project's folder of pictures, with /. */
  picture: z.string().min(1).max(4096),
  /** In the folder for the test. */
  test: z.boolean().default(false),
};
const pictureOfProject = z.strictObject(place);
export type PictureOfProject = z.output<typeof pictureOfProject>;

/** Pixels of the longer side at most; smaller pictures stay as they are. */
const side = z.int().min(16).max(1024);

export const thumbnailsQuestion = z.strictObject({ pictures: z.array(pictureOfProject).min(1).max(64), side });
export type ThumbnailsQuestion = z.output<typeof thumbnailsQuestion>;

export const pictureView = z.strictObject({
  /** WebP */
  image: bytes,
  /** Of the picture itself, turned as it is meant to be seen. */
  width: z.number(),
  height: z.number(),
});
export type PictureView = z.infer<typeof pictureView>;

/** In the order of the question: the picture, or why it cannot be shown, as the end of a sentence that begins with its name. */
export const thumbnailsAnswer = z.strictObject({ thumbnails: z.array(z.union([pictureView, z.strictObject({ problem: z.string() })])) });
export type ThumbnailsAnswer = z.infer<typeof thumbnailsAnswer>;

export const sampleQuestion = z.strictObject({ ...place, side: side.default(640) });
export type SampleQuestion = z.output<typeof sampleQuestion>;

const pixels = {
  width: z.number(),
  height: z.number(),
  /** 1 (gray) or 3 (red, green, blue). */
  channels: z.number(),
  /** 0 to 255; `[height, width, channels]`, or that of each draw, one after the other. */
  pixels: bytes,
};

export const sampleAnswer = z.strictObject({
  ...pictureView.shape,
  path: z.string(),
  bytes: z.number(),
  /** By image input: what the network is given before it is normalised. */
  seen: z.array(z.strictObject({ input: z.string(), ...pixels })),
});
export type SampleAnswer = z.infer<typeof sampleAnswer>;

export const augmentedQuestion = z.strictObject({
  ...place,
  /** The first image input by default. */
  input: z.string().optional(),
  /** What is tried; absent: the input's own. */
  augment: z.array(transformSchema).max(32).optional(),
  draws: z.int().min(1).max(48).default(12),
  seed: z.int().nonnegative().default(0),
});
export type AugmentedQuestion = z.output<typeof augmentedQuestion>;

export const augmentedAnswer = z.strictObject({ input: z.string(), draws: z.number(), ...pixels });
export type AugmentedAnswer = z.infer<typeof augmentedAnswer>;
