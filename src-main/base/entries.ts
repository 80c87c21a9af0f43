import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { LatheError } from "./errors.js";

/** Programs of their own in the build: the engine process, the process that reads for a host, the loader thread, and the threads that read pictures. */
export type Entry = "engine" | "reader" | "loader" | "pictures";

/** The folder that holds `package.json`, `resources` and, once built, `out`; inside Electron's archive too. */
export const packageRoot = findRoot(dirname(fileURLToPath(import.meta.url)));

/** The built file of an entry. Sources under test start the built one too, so tests build first. */
export function entryPath(entry: Entry): string {
  const path = join(packageRoot, "out", "main", `${entry}.js`);
  if (!existsSync(path)) throw new LatheError("internal", `${path} is not built; run: npm run build`);
  return path;
}

function findRoot(folder: string): string {
  if (existsSync(join(folder, "package.json"))) return folder;
  const parent = dirname(folder);
  if (parent === folder) throw new LatheError("internal", "the folder of package.json was not found");
  return findRoot(parent);
}
