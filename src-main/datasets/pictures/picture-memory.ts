import { constants } from "node:fs/promises";
import { join } from "node:path";
import { makeFoldersSoon } from "../../base/make-folders.js";
import { openOwnFile, readOwnText } from "../../base/own-files.js";
import { replaceFile } from "../../base/replace-file.js";
import { storageError } from "../../base/storage-error.js";
import type { PictureFacts } from "./picture-task.js";

/** What a file was when it was read. */
export interface FileMark {
  readonly size: number;
  readonly modified: number;
  /** Of the file's entry too: another content under the old time, as copying tools leave it, is told by it. */
  readonly changed: number;
}

/** Of what is known of a file; an earlier one did not tell of depth and inks. */
const VERSION = 2;

interface Remembered extends FileMark {
  readonly version?: number;
  readonly path: string;
  /** When it was read, milliseconds since 1970. */
  readonly at: number;
  readonly facts: PictureFacts;
}

/** A million pictures are 300 MB. */
const MOST_BYTES = 512 << 20;
/** Changed within this time before it was read, a file may have changed after without its time telling. */
const DOUBTFUL = 2000;

/** What is known of pictures from reading them before, in `pictures.jsonl` of the cache. A file of another size or time is read again. */
export class PictureMemory {
  readonly #path: string;
  readonly #known: Map<string, Remembered>;
  #fresh: Remembered[] = [];

  private constructor(path: string, known: Map<string, Remembered>) {
    this.#path = path;
    this.#known = known;
  }

  /** @throws LatheError `run.storage` */
  static async open(cacheFolder: string): Promise<PictureMemory> {
    try {
      await makeFoldersSoon(cacheFolder);
    } catch (thrown) {
      throw storageError(cacheFolder, thrown);
    }
    const path = join(cacheFolder, "pictures.jsonl");
    const known = new Map<string, Remembered>();
    const text = await readOwnText(path, MOST_BYTES).catch(() => "");
    let lines = 0;
    for (const line of text.split("\n")) {
      if (line === "") continue;
      lines++;
      try {
        const entry = JSON.parse(line) as Remembered;
        known.set(entry.path, entry);
      } catch {
        // What a crash left of a line.
      }
    }
    if (lines > known.size * 2 + 100) await replaceFile(path, [...known.values()].map((entry) => `${JSON.stringify(entry)}\n`).join(""));
    return new PictureMemory(path, known);
  }

  get(path: string, mark: FileMark): PictureFacts | undefined {
    const known = this.#known.get(path);
    return known?.version === VERSION &&
      known.size === mark.size &&
      known.modified === mark.modified &&
      known.changed === mark.changed &&
      known.at - known.modified > DOUBTFUL
      ? known.facts
      : undefined;
  }

  /** sha256 of a file when it was last read. */
  contentOf(path: string): string | undefined {
    return this.#known.get(path)?.facts.sha256;
  }

  put(path: string, mark: FileMark, facts: PictureFacts): void {
    const entry = { version: VERSION, path, ...mark, at: Date.now(), facts };
    this.#known.set(path, entry);
    this.#fresh.push(entry);
  }

  async save(): Promise<void> {
    if (this.#fresh.length === 0) return;
    const file = await openOwnFile(this.#path, constants.O_APPEND | constants.O_CREAT | constants.O_WRONLY);
    try {
      await file.appendFile(this.#fresh.map((entry) => `${JSON.stringify(entry)}\n`).join(""));
    } finally {
      await file.close();
    }
    this.#fresh = [];
  }
}
