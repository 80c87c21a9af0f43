import { z } from "zod";
import { LatheError } from "../base/errors.js";

/** Keys of what an exported model says of itself in its metadata. */
export const METADATA = {
  version: "lathe.version",
  project: "lathe.project",
  fingerprint: "lathe.fingerprint",
  /** What was learnt from the columns. */
  data: "lathe.data",
  thresholds: "lathe.thresholds",
  /** By input, the value that preprocessing makes of it. */
  encoded: "lathe.encoded",
  /** `none` in a model without preprocessing. */
  preprocess: "lathe.preprocess",
  /** Of a file that was exported, how it was checked. */
  certificate: "lathe.certificate",
  classes: (target: string) => `lathe.classes.${target}`,
} as const;

const schema = z.record(z.string(), z.string());

/**
 * What an exported model says in its metadata of where preprocessing ends: by input, the name of the value.
 * @param path how a message names the model. @throws LatheError `export.format` where it says something else
 */
export function encodedNames(text: string, path: string): Readonly<Record<string, string>> {
  try {
    return schema.parse(JSON.parse(text));
  } catch (thrown) {
    throw new LatheError(
      "export.format",
      `${path} says of its preprocessing what this version of Lathe does not understand; export it again`,
      { path },
      { cause: thrown },
    );
  }
}
