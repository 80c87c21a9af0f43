import { z } from "zod";

/** Options that several optimizers share, with PyTorch's meaning and one line of help each. */

/** A factor in [0, 1): how much of the past a running mean keeps each step. */
export const decay = z.number().min(0).lt(1);

export const weightDecay = (standard: number) => z.number().min(0).default(standard).describe("How strongly weights are pulled towards zero; 0 turns it off.");

export const learningRate = (standard: number) =>
  z.number().min(0).default(standard).describe("Step size: larger learns faster, too large does not learn at all.");

export const eps = (standard: number) => z.number().min(0).default(standard).describe("Added to a divisor so that it is never zero; rarely worth changing.");

export const betas = z
  .tuple([decay, decay])
  .default([0.9, 0.999])
  .describe("How much of the past the running means of the gradient and of its square keep each step.");

export const amsgrad = z.boolean().default(false).describe("Divide by the largest running mean so far, so that step sizes never grow again.");
