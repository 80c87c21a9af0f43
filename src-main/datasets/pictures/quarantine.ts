import { stat } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import { z } from "zod";
import { JSON_BOUNDS } from "../../base/json-bounds.js";
import { readOwnJson } from "../../base/own-json.js";
import { replaceFile } from "../../base/replace-file.js";
import { storageError } from "../../base/storage-error.js";

/**
 * `quarantine.json` in the project's folder: pictures that could not be read, by reference; the files stay where and as they are. A file that has another size
 * or time than when it was found bad is tried again, and so is one that is taken off the list.
 */
const quarantine = z.strictObject({
  version: z.literal(1),
  pictures: z.array(
    z.strictObject({
      /** From the project's folder, or absolute. */
      path: z.string(),
      reason: z.string(),
      /** As it was; null where it was not there. */
      size: z.number().nullable(),
      modified: z.number().nullable(),
    }),
  ),
});
export type QuarantinedPicture = z.infer<typeof quarantine>["pictures"][number];

const FILE = "quarantine.json";

/** What is on the list, as it is; nothing where there is none, or it is damaged. */
export async function readQuarantine(folder: string): Promise<readonly QuarantinedPicture[]> {
  try {
    return quarantine.parse(await readOwnJson(join(folder, FILE), JSON_BOUNDS.figures)).pictures;
  } catch {
    return [];
  }
}

/** Pictures on the list that are still as they were found, by absolute path, with the reason. */
export async function stillBad(folder: string): Promise<ReadonlyMap<string, string>> {
  const bad = new Map<string, string>();
  for (const { path, reason, size, modified } of await readQuarantine(folder)) {
    const full = resolve(folder, path);
    const now = await markOf(full);
    if (now.size === size && now.modified === modified) bad.set(full, reason);
  }
  return bad;
}

/** Writes the list of all that is bad by now. @param bad reasons by absolute path. @throws LatheError `run.storage` */
export async function writeQuarantine(folder: string, bad: ReadonlyMap<string, string>): Promise<void> {
  const before = await readQuarantine(folder);
  const pictures: QuarantinedPicture[] = [];
  for (const [full, reason] of [...bad].sort(([a], [b]) => (a < b ? -1 : 1))) pictures.push({ path: referTo(folder, full), reason, ...(await markOf(full)) });
  if (pictures.length === 0 && before.length === 0) return;
  if (JSON.stringify(pictures) !== JSON.stringify(before)) await writeList(folder, pictures);
}

async function writeList(folder: string, pictures: readonly QuarantinedPicture[]): Promise<void> {
  const path = join(folder, FILE);
  try {
    await replaceFile(path, `${JSON.stringify({ version: 1, pictures }, null, 2)}\n`);
  } catch (thrown) {
    throw storageError(path, thrown, undefined, "the list of pictures that cannot be read,");
  }
}

/** Takes pictures off the list, so that they are tried again. @param paths as the list has them. */
export async function restoreFromQuarantine(folder: string, paths: readonly string[]): Promise<void> {
  const pictures = (await readQuarantine(folder)).filter(({ path }) => !paths.includes(path));
  await writeList(folder, pictures);
}

function referTo(folder: string, full: string): string {
  const inside = relative(folder, full);
  return inside.startsWith("..") ? full : inside.replaceAll("\\", "/");
}

async function markOf(path: string): Promise<{ readonly size: number | null; readonly modified: number | null }> {
  const found = await stat(path).catch(() => undefined);
  return { size: found?.size ?? null, modified: found?.mtimeMs ?? null };
}
