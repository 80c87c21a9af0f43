import { join } from "node:path";
import { replaceFile } from "../../base/replace-file.js";
import { storageError } from "../../base/storage-error.js";
import { z } from "zod";
import { inside } from "../../base/own-files.js";
import { JSON_BOUNDS } from "../../base/json-bounds.js";
import { readOwnJson } from "../../base/own-json.js";

/** `label.json` of a run: what its user calls it and noted. Not part of the run itself, so it can change while the run is under way. */
const labelSchema = z.object({ name: z.string().optional().catch(undefined), note: z.string().optional().catch(undefined) });

export interface RunLabel {
  readonly name?: string | undefined;
  readonly note?: string | undefined;
}

/** Nothing where there is no label, or it is damaged. */
export async function readLabel(run: string): Promise<RunLabel> {
  try {
    return labelSchema.parse(await readOwnJson(join(run, "label.json"), JSON_BOUNDS.note));
  } catch {
    return {};
  }
}

/** What is omitted stays as it is; an empty text takes a name or a note away. @throws LatheError `run.storage` */
export async function writeLabel(run: string, change: RunLabel): Promise<void> {
  const before = await readLabel(run);
  const [name, note] = [(change.name ?? before.name ?? "").trim(), change.note ?? before.note ?? ""];
  const file = inside(run, "label.json");
  try {
    await replaceFile(file, `${JSON.stringify({ ...(name === "" ? {} : { name }), ...(note.trim() === "" ? {} : { note }) }, null, 2)}\n`);
  } catch (thrown) {
    throw storageError(file, thrown, "The run itself is as it was");
  }
}
