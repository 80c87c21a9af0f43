import { z } from "zod";
import { layers } from "../layers/index.js";
import { nameSchema } from "./data.js";
import { MOST_INPUTS, MOST_LAYERS, MOST_NAME, MOST_TARGETS } from "../base/limits.js";
import { type Tagged, defineTagged } from "../base/tagged.js";

/** A layer of the network: its own options stand beside `id`, `type` and `from`. */
export interface LayerSpec extends Tagged {
  readonly id: string;
  /** Earlier layers or inputs; omitted, the layer before. */
  readonly from?: readonly string[] | undefined;
}

const identity = {
  id: nameSchema,
  from: z
    .array(z.string().min(1))
    .min(1, "reads nothing yet, expected an input or an earlier layer")
    .max(MOST_LAYERS)
    .optional()
    .describe("Inputs or earlier layers; omitted: the layer before, for the first layer the only input"),
};

/** A group of layers used as one, as often as wanted. */
const blockLayer = {
  type: "Block",
  config: z.strictObject({
    block: nameSchema.describe("A name in model.blocks"),
    weights: z.enum(["own", "shared"]).default("own").describe("Weights of its own, or one set with all others of this block that share"),
  }),
};

export const layerSchema = defineTagged<LayerSpec>([...layers.all, blockLayer], identity).meta({ id: "layer" });

export const blockSchema = z.strictObject({
  inputs: z.array(nameSchema).min(1).max(MOST_INPUTS).default(["input"]).describe("What its layers call the things the block is given"),
  layers: z.array(layerSchema).min(1).max(MOST_LAYERS),
  output: nameSchema.optional().describe("The layer whose result is the block's; omitted, the last"),
  pretrained: z
    .string()
    .min(1)
    .max(MOST_NAME)
    .optional()
    .describe("What its layers begin from in the place of random numbers, such as efficientnet-lite0: weights, and running statistics of batch norms"),
});

export const outputSchema = z.strictObject({ target: z.string().min(1), from: z.string().min(1) });

export const modelSchema = z.strictObject({
  layers: z.array(layerSchema).min(1).max(MOST_LAYERS),
  blocks: z.record(nameSchema, blockSchema).optional(),
  outputs: z.array(outputSchema).min(1).max(MOST_TARGETS),
});

export type BlockSpec = z.infer<typeof blockSchema>;
export type ModelOutputSpec = z.infer<typeof outputSchema>;
export type ModelSpec = z.infer<typeof modelSchema>;
