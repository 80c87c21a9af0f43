import { dirname } from "node:path";
import { LatheError } from "../../base/errors.js";
import { isStorageFailure, readReason } from "../../base/storage-error.js";
import { workError } from "../../base/work-folder.js";

/**
 * What DuckDB threw, in our words: its own sentences advise those who write SQL. The only place where they are translated; who knows the file says more.
 * `cause` is the error as it came.
 */
export class DatabaseError extends LatheError {
  /** Whether it is about what was read, and not about memory, the disk or a fault of ours. */
  readonly aboutFile: boolean;

  constructor(error: LatheError, cause: Error, aboutFile: boolean) {
    super(error.code, error.message, error.details, { cause });
    this.aboutFile = aboutFile;
  }
}

const DAMAGED = "what is read is damaged, or of another kind than its name says; write it again";

/** By what DuckDB's messages begin with, of errors that the file read is to blame for. */
const OF_FILES = ["Invalid Input Error", "Conversion Error", "Out of Range Error", "IO Error", "Serialization Error", "Invalid Error", "Invalid unicode"];

/** @param folder where the database works, in one that the user knows. @param memory what it may take, in words. */
export function databaseError(thrown: unknown, folder: string, memory: string): LatheError {
  if (thrown instanceof LatheError) return thrown;
  const cause = thrown instanceof Error ? thrown : new Error(String(thrown));
  const { message } = cause;
  const kind = kindOf(message);
  if (/INTERRUPT/i.test(kind)) return new DatabaseError(new LatheError("cancelled", "cancelled"), cause, false);
  if (kind === "Out of Memory Error" && !/max_temp_directory_size|offload/i.test(message)) return new DatabaseError(tooLarge(memory), cause, false);
  if (kind === "Out of Memory Error") return new DatabaseError(workError(dirname(folder), Object.assign(new Error(), { code: "ENOSPC" })), cause, false);
  if (isStorageFailure(cause)) return new DatabaseError(workError(dirname(folder), plainStorage(cause)), cause, false);
  if (kind === "Binder Error" && /Maximum recursion depth|stack/i.test(message)) return new DatabaseError(tooLarge(memory), cause, false);
  if (OF_FILES.includes(kind)) return new DatabaseError(new LatheError("data.unreadable", `the table cannot be read: ${DAMAGED}`), cause, true);
  return new DatabaseError(
    new LatheError("internal", "the table cannot be worked on: a step of Lathe's own failed. LATHE_DEBUG=1 says more; please report it", {
      kind: kind === "" ? "none" : kind,
    }),
    cause,
    true,
  );
}

/** Storage errors take over the sentence of an error without a code. */
function plainStorage(cause: Error): Error {
  if ("code" in cause || /No space left/i.test(cause.message)) return cause;
  return Object.assign(new Error(), { code: /permission/i.test(cause.message) ? "EACCES" : "EIO" });
}

function kindOf(message: string): string {
  return /^([A-Za-z -]+?)(?: Error)?:/.exec(message)?.[0].slice(0, -1) ?? "";
}

function tooLarge(memory: string): LatheError {
  return new LatheError(
    "data.unreadable",
    `the table needs more than the ${memory} of memory that reading may take; it has too many columns, or values that are too long: take a part of them out`,
  );
}

/** What a library said, for who knows what it means; never for the user. */
export function saidBy(error: unknown): string {
  const said = error instanceof LatheError ? (error.cause ?? error) : error;
  return said instanceof Error ? said.message : String(said);
}

const NO_GZIP = "it is not gzipped, or not whole; take .gz off its name, or write it again";
const REASONS: Readonly<Record<string, string>> = {
  Z_DATA_ERROR: NO_GZIP,
  Z_BUF_ERROR: NO_GZIP,
  ERR_FS_FILE_TOO_LARGE: "it is too large; take a part of it out",
};

/** Why a file could not be read, by the code of Node's error. */
export function whyUnreadable(error: unknown): string {
  const code = error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";
  const reason = REASONS[code] ?? readReason(error);
  // What has no words of ours is said in Node's.
  return reason === saidBy(error) ? `the system refuses it${code === "" ? "" : ` (${code})`}; copy it elsewhere and try again` : reason;
}
