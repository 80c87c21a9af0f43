import type { z } from "zod";
import type { Random } from "../base/random.js";
import type { Picture } from "./picture.js";

/** What a transform does to one picture, with its draws. */
export type Apply = (picture: Picture, random: Random) => Picture;

/**
 * A change of pictures with torchvision's name and semantics: on 8-bit pictures, as `torchvision.transforms` has it on PIL images. A picture that comes out in
 * another size is brought to the input's by Resize.
 */
export interface TransformDefinition<C = unknown> {
  readonly type: string;
  readonly summary: string;
  readonly config: z.ZodType<C>;
  /** Why it may change what a picture means, for the studio to say: a mirrored letter is another sign. */
  readonly caution?: string;
  create(config: C): Apply;
}

/** Checks a definition and forgets the type of its options, which only its own schema knows. */
export function defineTransform<C>(definition: TransformDefinition<C>): TransformDefinition {
  return { ...definition, create: (config) => definition.create(definition.config.parse(config)) };
}
