import { z } from "zod";
import { bytes } from "./bytes.js";

/** What is asked of a network over pictures, and what it answers. Sizes are those in which the network sees a picture. */

const id = z.string().max(200);

/** Which feature maps; the layer by its id, the first one by default, or an input by its name: the picture as the network sees it. */
export const featureMapsQuestion = z.strictObject({ layer: id.optional(), from: z.int().nonnegative().default(0), limit: z.int().min(1).max(256).default(64) });
export type FeatureMapsQuestion = z.output<typeof featureMapsQuestion>;

export const saliencyQuestion = z.strictObject({
  target: z.string(),
  /** The model's own prediction by default. */
  class: z.string().optional(),
  /** The last convolution by default, or where there is none the last layer, of more than one place. */
  layer: id.optional(),
});
export type SaliencyQuestion = z.output<typeof saliencyQuestion>;

const size = { height: z.number(), width: z.number() };

export const layersAnswer = z.strictObject({
  /** Inputs and layers that make pictures, in the order in which they do. */
  layers: z.array(
    z.strictObject({
      id: z.string(),
      /** Layers that the file has folded into it: a batch norm into the convolution before it. What is asked of one of them is answered by it. */
      folded: z.array(z.string()),
      kind: z.enum(["input", "layer"]),
      operators: z.array(z.string()),
      maps: z.number(),
      ...size,
    }),
  ),
});
export type LayersAnswer = z.infer<typeof layersAnswer>;

/** Grad-CAM: where the picture speaks for the class. */
export const saliencyAnswer = z.strictObject({
  target: z.string(),
  class: z.string(),
  layer: z.string(),
  /** Of the class: before softmax or sigmoid, and after. */
  score: z.number(),
  probability: z.number(),
  /** The map's largest value before it was scaled to 1; 0 where nothing speaks for the class, and the map is all zeros. */
  peak: z.number(),
  ...size,
  /** Rows and columns of the layer, of which the map is made. */
  cells: z.tuple([z.number(), z.number()]),
  /** `[height, width]`, 255 is 1. */
  map: bytes,
});
export type SaliencyAnswer = z.infer<typeof saliencyAnswer>;

export const featureMapsAnswer = z.strictObject({
  layer: z.string(),
  /** All that the layer makes; those told begin with `from`. */
  maps: z.number(),
  ...size,
  from: z.number(),
  /** By map told: what 0 and 255 stand for. */
  ranges: z.array(z.strictObject({ min: z.number(), max: z.number() })),
  /** `[maps told, height, width]` */
  pixels: bytes,
});
export type FeatureMapsAnswer = z.infer<typeof featureMapsAnswer>;

export const filtersAnswer = z.strictObject({
  layer: z.string(),
  filters: z.number(),
  channels: z.number(),
  ...size,
  min: z.number(),
  max: z.number(),
  /** float32, little-endian, `[filters, channels, height, width]` */
  weights: bytes,
});
export type FiltersAnswer = z.infer<typeof filtersAnswer>;
