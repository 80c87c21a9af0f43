import { createRegistry } from "../../../src-main/base/registry.js";
import type { Kind } from "../kind.js";
import { cacheFiles } from "./cache-files.js";
import { calls, frames } from "./frames.js";
import { imports } from "./imports.js";
import { models } from "./models.js";
import { pictureRoundtrips } from "./picture-roundtrips.js";
import { pictures } from "./pictures.js";
import { projectFiles } from "./project-files.js";
import { runFiles } from "./run-files.js";
import { tableRoundtrips } from "./table-roundtrips.js";
import { tables } from "./tables.js";

const all: readonly Kind[] = [tables, pictures, models, imports, projectFiles, runFiles, cacheFiles, frames, calls, tableRoundtrips, pictureRoundtrips];

/** By name, as `npm run fuzz` takes it. */
export const kinds = createRegistry(
  "kind of input",
  all.map((kind) => ({ ...kind, type: kind.name })),
  "usage",
);
