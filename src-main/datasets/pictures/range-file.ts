import { join } from "node:path";
import { JSON_BOUNDS } from "../../base/json-bounds.js";
import { readOwnJson } from "../../base/own-json.js";
import { replaceFile } from "../../base/replace-file.js";
import { storageError } from "../../base/storage-error.js";
import { type PixelRange, pixelRange } from "../../features/image.js";

/** In the cache: what the project's pictures of more than 8 bits were read by the last time, so that one of them is shown as a network sees it. */
const FILE = "picture-range.json";

/** @throws LatheError `run.storage` */
export async function keepRange(cacheFolder: string, range: PixelRange): Promise<void> {
  if (JSON.stringify(range) === JSON.stringify((await keptRange(cacheFolder)) ?? {})) return;
  const path = join(cacheFolder, FILE);
  try {
    await replaceFile(path, JSON.stringify(range));
  } catch (thrown) {
    throw storageError(path, thrown);
  }
}

/** undefined where there were none, or they were not read yet. */
export async function keptRange(cacheFolder: string): Promise<PixelRange | undefined> {
  try {
    const range = pixelRange.parse(await readOwnJson(join(cacheFolder, FILE), JSON_BOUNDS.note));
    return Object.keys(range).length === 0 ? undefined : range;
  } catch {
    return undefined;
  }
}
