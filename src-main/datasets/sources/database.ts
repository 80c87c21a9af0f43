import { type DuckDBConnection, type DuckDBDataChunk, DuckDBInstance } from "@duckdb/node-api";
import { rmSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { dirname, join } from "node:path";
import { LatheError } from "../../base/errors.js";
import { makeFoldersSoon } from "../../base/make-folders.js";
import { isStorageFailure, storageError } from "../../base/storage-error.js";
import { sweepLeftBehind, workError, workName } from "../../base/work-folder.js";
import { throwIfAborted } from "../throw-if-aborted.js";
import { literal } from "./sql.js";

/** A value of a result row; big integers as numbers. */
export type Cell = string | number | boolean | null;
export type Row = Readonly<Record<string, Cell>>;

/** DuckDB's own share of memory; what does not fit is spilled to the working folder. */
const MEMORY_LIMIT = "400MB";

/** One DuckDB instance for one job, with a working folder that goes when it closes. */
export class Database {
  readonly #instance: DuckDBInstance;
  readonly #connection: DuckDBConnection;
  #signal: AbortSignal | undefined;
  readonly #onAbort: () => void;
  /** For files that belong to the job; removed by `close`. */
  readonly folder: string;

  private constructor(instance: DuckDBInstance, connection: DuckDBConnection, folder: string, signal: AbortSignal | undefined) {
    this.#instance = instance;
    this.#connection = connection;
    this.folder = folder;
    this.#signal = signal;
    this.#onAbort = () => connection.interrupt();
    signal?.addEventListener("abort", this.#onAbort);
  }

  /**
   * @param workFolder where the working folder is made.
   * @param large tables are kept in a file instead of memory.
   */
  static async open(workFolder: string, options: { readonly large?: boolean; readonly signal?: AbortSignal | undefined } = {}): Promise<Database> {
    throwIfAborted(options.signal);
    let folder: string;
    try {
      await makeFoldersSoon(workFolder);
      sweepLeftBehind(workFolder, "work");
      folder = join(workFolder, workName("work"));
      await mkdir(folder);
    } catch (error) {
      throw storageError(workFolder, error);
    }
    try {
      const instance = await DuckDBInstance.create(options.large ? join(folder, "tables.duckdb") : ":memory:", {
        threads: String(Math.min(4, availableParallelism())),
        memory_limit: MEMORY_LIMIT,
        temp_directory: join(folder, "spill"),
        preserve_insertion_order: "true",
        autoinstall_known_extensions: "false",
        autoload_known_extensions: "false",
      });
      return new Database(instance, await instance.connect(), folder, options.signal);
    } catch (error) {
      rmSync(folder, { recursive: true, force: true });
      throw refusedByDisk(folder, error);
    }
  }

  async exec(sql: string): Promise<void> {
    await this.#guard(() => this.#connection.run(sql));
  }

  async all(sql: string): Promise<readonly Row[]> {
    const reader = await this.#guard(() => this.#connection.runAndReadAll(sql));
    return reader.getRowObjectsJS().map((row) => Object.fromEntries(Object.entries(row).map(([key, value]) => [key, cell(value)])));
  }

  /** The only row of a result. */
  async one(sql: string): Promise<Row> {
    const [row] = await this.all(sql);
    if (!row) throw new LatheError("internal", `no row from ${sql.slice(0, 200)}`);
    return row;
  }

  /** Results in order, some thousand rows at a time, never all in memory. */
  async *stream(sql: string): AsyncGenerator<DuckDBDataChunk, void, void> {
    const result = await this.#guard(() => this.#connection.stream(sql));
    for (;;) {
      const chunk = await this.#guard(() => result.fetchChunk());
      if (!chunk || chunk.rowCount === 0) return;
      yield chunk;
    }
  }

  /** A table of texts, rows as they come. */
  async fill(table: string, columns: readonly string[], rows: Iterable<readonly (string | null)[]>): Promise<void> {
    await this.exec(`CREATE TABLE ${table} (${columns.map((name) => `${name} VARCHAR`).join(", ")})`);
    const appender = await this.#connection.createAppender(table);
    for (const row of rows) {
      for (const value of row) {
        if (value === null) appender.appendNull();
        else appender.appendVarchar(value);
      }
      appender.endRow();
    }
    appender.closeSync();
  }

  /** Runs with one thread: sums of floating-point numbers then come out the same every time. */
  async inOrder<T>(job: () => Promise<T>): Promise<T> {
    const { threads } = await this.one("SELECT current_setting('threads') AS threads");
    await this.exec("SET threads = 1");
    try {
      return await job();
    } finally {
      await this.exec(`SET threads = ${literal(String(threads))}`);
    }
  }

  /** Does a job that a signal of its own interrupts; one at a time. */
  async until<T>(signal: AbortSignal | undefined, job: () => Promise<T>): Promise<T> {
    const before = this.#signal;
    this.#signal = signal;
    signal?.addEventListener("abort", this.#onAbort);
    try {
      return await job();
    } finally {
      signal?.removeEventListener("abort", this.#onAbort);
      this.#signal = before;
    }
  }

  close(): void {
    this.#signal?.removeEventListener("abort", this.#onAbort);
    this.#connection.closeSync();
    this.#instance.closeSync();
    rmSync(this.folder, { recursive: true, force: true });
  }

  async #guard<T>(job: () => Promise<T>): Promise<T> {
    throwIfAborted(this.#signal);
    try {
      return await job();
    } catch (error) {
      throwIfAborted(this.#signal);
      throw error instanceof Error && error.message.startsWith("Out of Memory Error") ? tooLarge(error) : refusedByDisk(this.folder, error);
    }
  }
}

/** What DuckDB says of a disk that refuses, in words of ours; anything else as it is. @param folder the job's own, in one that the user knows */
function refusedByDisk(folder: string, error: unknown): unknown {
  return isStorageFailure(error) ? workError(dirname(folder), error) : error;
}

/** What DuckDB says of its memory is advice to those who can set it. */
function tooLarge(cause: Error): LatheError {
  return new LatheError(
    "data.unreadable",
    `the table needs more than the ${MEMORY_LIMIT} of memory that reading may take; it has too many columns, or values that are too long: take a part ` +
      `of them out`,
    {},
    { cause },
  );
}

function cell(value: unknown): Cell {
  if (value === null || value === undefined) return null;
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") return value;
  if (typeof value === "bigint") return Number(value);
  throw new LatheError("internal", `a result of DuckDB holds a ${typeof value}`);
}
