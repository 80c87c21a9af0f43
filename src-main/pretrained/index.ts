import { closest } from "../base/closest.js";
import { LatheError } from "../base/errors.js";
import { bundled } from "./bundled.js";
import { imported } from "./imported.js";
import type { PretrainedKind, PretrainedSource } from "./source.js";

export type { Backbone } from "./backbones/backbone.js";
export { efficientNetLite0 } from "./backbones/efficientnet-lite0.js";
export { IMPORTED } from "./imported.js";
export type { PretrainedSource, PretrainedTensor } from "./source.js";

const kinds: readonly PretrainedKind[] = [bundled, imported];

/**
 * What a block's `pretrained` means.
 * @param folder the project's
 * @throws LatheError `pretrained.missing`, `pretrained.unreadable`, `project.unsafe`
 */
export function openPretrained(name: string, folder: string): PretrainedSource {
  const kind = kinds.find((one) => one.opens(name));
  if (kind) return kind.open(name, folder);
  const known = kinds.flatMap(({ names }) => names);
  const near = closest(name, known);
  throw new LatheError(
    "pretrained.missing",
    `got ${JSON.stringify(name)}, expected one of ${known.join(", ")}${near === undefined ? "" : `; did you mean ${near}?`}`,
    { name },
  );
}
