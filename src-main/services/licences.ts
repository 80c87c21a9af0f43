import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { packageRoot } from "../base/entries.js";
import { LatheError } from "../base/errors.js";
import { type Licence, licence } from "../contract/settings.js";

/** The packages that Lathe is made with, and what they may be used under; the build writes them down. @throws LatheError `internal` where it did not */
export async function listLicences(): Promise<Licence[]> {
  const file = join(packageRoot, "out", "licences.json");
  try {
    return z.array(licence).parse(JSON.parse(await readFile(file, "utf8")));
  } catch (cause) {
    throw new LatheError("internal", `${file} is missing or damaged; build Lathe again with npm run build`, { file }, { cause });
  }
}
