import { z } from "zod";

/** Groups of layers that learn in their own way. */

const MOST_GROUPS = 50;
const MOST_PATTERNS = 200;

export const groupSchema = z.strictObject({
  layers: z
    .array(z.string().min(1))
    .min(1)
    .max(MOST_PATTERNS)
    .describe("Names of layers, a * for anything; a block's name stands for all in it. A layer is in the first group that names it"),
  frozen: z.boolean().optional().describe("Its weights stay as they are; so do the running statistics of its batch norms, which training then uses too"),
  lr: z.number().positive().optional().describe("What the learning rate is multiplied by; omitted, 1"),
  weightDecay: z.number().min(0).optional().describe("In the place of the optimizer's"),
});

export const groupsSchema = z.array(groupSchema).max(MOST_GROUPS);

export type GroupSpec = z.infer<typeof groupSchema>;
