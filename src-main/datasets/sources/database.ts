import { type DuckDBConnection, type DuckDBDataChunk, DuckDBInstance } from "@duckdb/node-api";
import { rmSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { availableParallelism, totalmem } from "node:os";
import { join } from "node:path";
import { LatheError } from "../../base/errors.js";
import { makeFoldersSoon } from "../../base/make-folders.js";
import { storageError } from "../../base/storage-error.js";
import { sweepLeftBehind, workName } from "../../base/work-folder.js";
import { throwIfAborted } from "../throw-if-aborted.js";
import { databaseError } from "./library-errors.js";
import { literal } from "./sql.js";

/** A value of a result row; big integers as numbers. */
export type Cell = string | number | boolean | null;
export type Row = Readonly<Record<string, Cell>>;

/** DuckDB's own share of memory, in MB; what does not fit is spilled to the working folder. */
const MEMORY = 400;
/** Of a wider table each column takes buffers of its own in every step of a query, for every thread, that cannot be spilled: so many MB, with one thread. */
const [WIDE, PER_COLUMN] = [200, 0.5];

/** One DuckDB instance for one job, with a working folder that goes when it closes. */
export class Database {
  readonly #instance: DuckDBInstance;
  readonly #connection: DuckDBConnection;
  #signal: AbortSignal | undefined;
  /** MB. */
  #memory = MEMORY;
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
    const instance = await create(folder, options.large ? join(folder, "tables.duckdb") : ":memory:", {
      threads: String(Math.min(4, availableParallelism())),
      memory_limit: inWords(MEMORY),
      temp_directory: join(folder, "spill"),
      preserve_insertion_order: "true",
      autoinstall_known_extensions: "false",
      autoload_known_extensions: "false",
    });
    const connection = await instance.connect();
    return new Database(instance, connection, folder, options.signal);
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
    await this.fillFrom(table, columns, (add) => {
      for (const row of rows) add(row);
      return Promise.resolve();
    });
  }

  /** The same of rows that are handed over one by one. @returns what `feed` does */
  async fillFrom<T>(table: string, columns: readonly string[], feed: (add: (row: readonly (string | null)[]) => void) => Promise<T>): Promise<T> {
    await this.exec(`CREATE TABLE ${table} (${columns.map((name) => `${name} VARCHAR`).join(", ")})`);
    return this.#guard(async () => {
      const appender = await this.#connection.createAppender(table);
      const result = await feed((row) => {
        for (const value of row) {
          if (value === null) appender.appendNull();
          else appender.appendVarchar(value);
        }
        appender.endRow();
      });
      appender.closeSync();
      return result;
    });
  }

  /** Takes more memory, up to half of the machine's, and one thread, where a table is wide. */
  async makeRoom(columns: number): Promise<void> {
    const memory = Math.floor(Math.min(MEMORY + columns * PER_COLUMN, totalmem() / 2e6));
    if (columns <= WIDE || memory <= this.#memory) return;
    await this.exec(`SET threads = 1; SET memory_limit = ${literal(inWords(memory))}`);
    this.#memory = memory;
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
      throw databaseError(error, this.folder, inWords(this.#memory));
    }
  }
}

async function create(folder: string, ...settings: Parameters<typeof DuckDBInstance.create>): Promise<DuckDBInstance> {
  try {
    return await DuckDBInstance.create(...settings);
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw databaseError(error, folder, inWords(MEMORY));
  }
}

function inWords(memory: number): string {
  return `${memory}MB`;
}

function cell(value: unknown): Cell {
  if (value === null || value === undefined) return null;
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") return value;
  if (typeof value === "bigint") return Number(value);
  throw new LatheError("internal", `a result of DuckDB holds a ${typeof value}`);
}
