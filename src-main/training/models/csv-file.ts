import { once } from "node:events";
import { createWriteStream, existsSync, renameSync } from "node:fs";
import { dirname } from "node:path";
import type { LatheError } from "../../base/errors.js";
import { makeFolders } from "../../base/make-folders.js";
import type { modeLike } from "../../base/replace-file.js";
import { storageError } from "../../base/storage-error.js";
import { outExists } from "./out-exists.js";

const LOST = "Nothing was written";

/** A file of lines that grows beside its place, and appears whole or not at all. */
export class CsvFile {
  readonly #stream: ReturnType<typeof createWriteStream>;
  #failure: LatheError | undefined;
  #full = false;

  private constructor(path: string, temporary: string, mode: ReturnType<typeof modeLike>) {
    this.#stream = createWriteStream(temporary, { flags: "wx", ...mode });
    this.#stream.on("error", (error) => (this.#failure = storageError(path, error, LOST)));
  }

  /** @param path the file that is asked for, as errors name it. @param temporary where it grows. */
  static async create(path: string, temporary: string, mode: ReturnType<typeof modeLike>): Promise<CsvFile> {
    try {
      makeFolders(dirname(path));
    } catch (thrown) {
      throw storageError(path, thrown, LOST);
    }
    return new CsvFile(path, temporary, mode);
  }

  write(line: string): void {
    this.#full = !this.#stream.write(line);
  }

  async drained(): Promise<void> {
    this.#check();
    // `once` rejects with the stream's error as it came; what the user is told of it is in #failure.
    if (this.#full) await drained(this.#stream);
    this.#check();
  }

  /** Ends the file as it stands, where it grew. */
  async close(): Promise<void> {
    this.#stream.end();
    if (!this.#stream.closed) await new Promise<void>((resolve) => this.#stream.once("close", resolve));
    this.#check();
  }

  #check(): void {
    if (this.#failure) throw this.#failure;
  }
}

/** Settles when a stream takes more, or never will; whichever is second leaves no listener behind. */
async function drained(stream: NodeJS.EventEmitter): Promise<void> {
  const abort = new AbortController();
  await Promise.race(["drain", "close"].map((event) => once(stream, event, { signal: abort.signal }))).catch(() => undefined);
  abort.abort();
}

/** Gives a finished file its place. @throws LatheError `run.storage`; `export.exists` where another was made there meanwhile and may not go */
export function putInPlace(temporary: string, out: string, keepExisting: boolean | undefined): void {
  // Whoever made it meanwhile did not say that it may go.
  if (keepExisting === true && existsSync(out)) throw outExists(out);
  try {
    renameSync(temporary, out);
  } catch (thrown) {
    throw storageError(out, thrown, LOST);
  }
}
