import type { z } from "zod";
import type { Random } from "../../base/random.js";

/** One way to draw a parameter's first values: PyTorch's names and formulas (torch.nn.init). */
export interface InitializerDefinition<C extends { readonly type: string } = { readonly type: string }> {
  readonly type: C["type"];
  /** What it is for, in one line of plain words. */
  readonly summary: string;
  /** A strict object with a literal `type`. */
  readonly config: z.ZodType<C>;
  /** What torch.nn.init calls options that have another name here. */
  readonly torchNames?: Readonly<Record<string, string>>;
  /** Draws a tensor of `shape` ([out, in, …kernel] as in PyTorch). */
  fill(shape: readonly number[], config: C, random: Random): Float32Array;
}

/** Checks a definition against its own configuration and forgets it, so that definitions fit one registry. */
export function defineInitializer<C extends { readonly type: string }>(definition: InitializerDefinition<C>): InitializerDefinition {
  return definition;
}
