import { readFileSync } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "./entries.js";

/** Lathe's own version, as in package.json. */
export const version: string = (JSON.parse(readFileSync(join(packageRoot, "package.json"), "utf8")) as { readonly version: string }).version;
