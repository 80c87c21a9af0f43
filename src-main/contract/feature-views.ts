import { z } from "zod";
import { bytes } from "./bytes.js";
import { splitName } from "./table-views.js";

/** Pictures as a network's features have them. Near and far are told as 1 − cosine, from 0 to 2. */

/** All pictures of a run: those trained on, then validation, then test. A place is one's number among them, from 0. */
export const featureView = z.strictObject({
  /** Features of a picture. */
  numbers: z.number(),
  /** Whether the network learnt them from the labels: some wrong ones it may have learnt by heart. */
  learnt: z.boolean(),
  counts: z.record(splitName, z.number()),
  /** Numbers of the rows in the file: uint32, little-endian, as all that follows. */
  rows: bytes,
  /** As the column of paths has it; null where it is not known. */
  pictures: z.array(z.string().nullable()),
  /** Why pictures are not known. */
  note: z.string().optional(),
  /** The first target with classes. */
  target: z
    .strictObject({
      name: z.string(),
      classes: z.array(z.string()),
      /** int32, place in `classes`; -1: not known, and of `predicted` not kept, as of all that were trained on. */
      truths: bytes,
      predicted: bytes,
    })
    .optional(),
  /** float32 `[n, 2]`: the first two principal components of the features, each picture's scaled to length 1. */
  map: bytes,
  /** Of these two, the shares of the variance. */
  shares: z.array(z.number()),
  /** Pairs of nearly the same features, the nearest first. */
  duplicates: z.strictObject({
    /** Pairs nearer than this. */
    below: z.number(),
    total: z.number(),
    /** Pictures of validation and test of which a near duplicate was trained on. */
    leaked: z.strictObject({ validation: z.number(), test: z.number() }),
    /** Those across training and test first, then across training and validation; the first so many. */
    pairs: z.array(z.strictObject({ a: z.number(), b: z.number(), distance: z.number() })),
  }),
  /** Far from all others, the farthest first. */
  outliers: z.strictObject({
    /** Whose mean distance from the nearest five is larger; null where there are too few pictures, or all are as far. */
    above: z.number().nullable(),
    total: z.number(),
    places: z.array(z.strictObject({ place: z.number(), distance: z.number() })),
  }),
});
export type FeatureView = z.infer<typeof featureView>;

/** The nearest of the pictures that were trained on, the nearest first. */
export const nearestPictures = z.strictObject({
  pictures: z.array(
    z.strictObject({
      row: z.number(),
      picture: z.string().nullable(),
      /** Empty where it is not known, or the run has no classes. */
      label: z.string(),
      distance: z.number(),
    }),
  ),
});
export type NearestPictures = z.infer<typeof nearestPictures>;
