import { z } from "zod";
import { LatheError } from "./errors.js";

/** A configuration found by its `type`: the rest of its options are its definition's business. */
export interface Tagged {
  readonly type: string;
  readonly [option: string]: unknown;
}

/** Any entry of a registry: a type and the schema of its own options. */
interface Configured {
  readonly type: string;
  readonly config: z.ZodType;
}

/**
 * One schema for a registry's entries, told apart by `type`: each is its definition's own options and what the project file adds to them.
 * @param more what the project adds to the options of an entry.
 */
export function defineTagged<Out extends Tagged, In extends Tagged = Out>(
  entries: readonly Configured[],
  more: z.core.$ZodLooseShape = {},
): z.ZodType<Out, In> {
  const options = entries.map((entry) => objectOf(entry).safeExtend({ ...more, type: z.literal(entry.type) }));
  // Which entries there are is known at run time only; what they share is in Out and In.
  return z.discriminatedUnion("type", options as unknown as readonly [z.ZodObject]) as unknown as z.ZodType<Out, In>;
}

/** The options of an entry as the object schema it has to be, so that a wrong key can be told from the right ones. */
function objectOf(entry: Configured): z.ZodObject {
  if (entry.config instanceof z.ZodObject) return entry.config;
  throw new LatheError("internal", `the options of ${entry.type} are not a z.strictObject, so the project file cannot hold them`);
}
