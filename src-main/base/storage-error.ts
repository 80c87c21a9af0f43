import { LatheError } from "./errors.js";

const [FULL, FORBIDDEN, FOLDER] = [
  "the disk is full; free some space",
  "no permission to write there; choose another folder or change its permissions",
  "a folder has that name; put it away",
];

/** What the system says of a write that failed, in words that tell what to do. */
const REASONS: Readonly<Record<string, string>> = {
  ENOSPC: FULL,
  EDQUOT: "the disk quota is used up; free some space",
  EFBIG: "the file would be larger than the system allows",
  EACCES: FORBIDDEN,
  EPERM: FORBIDDEN,
  EROFS: "the disk is read-only; choose another folder",
  EIO: "the disk does not work; choose another one",
  ENOTDIR: "a part of the path is a file, not a folder",
  EEXIST: "something else has that name; put it away",
  ENOENT: "the folder is gone",
  EISDIR: FOLDER,
  ERR_FS_EISDIR: FOLDER,
  ENOTEMPTY: FOLDER,
  ELOOP: "a link has that name, or leads there and back again; put it away",
  ENXIO: "something that is no file has that name; put it away",
  ENAMETOOLONG: "the name is longer than the disk allows, which counts bytes: 255 on most, and a letter takes up to 4; choose a shorter one",
};

/** The same of a file that was to be read. */
const READING: Readonly<Record<string, string>> = {
  EACCES: "no permission to read it; change its permissions, or those of its folder",
  EPERM: "no permission to read it; change its permissions, or those of its folder",
  EIO: "the disk does not work",
  EISDIR: "it is a folder",
  ENOENT: "it is gone",
  ENOTDIR: "a part of the path is a file, not a folder",
  ELOOP: "it is a link that leads there and back again",
  ENAMETOOLONG: "its name is longer than the disk allows",
  EMFILE: "too many files are open; close other programs",
  ENFILE: "too many files are open; close other programs",
};

/** Why something cannot be read, in words of ours where the system says it in its own. */
export function readReason(thrown: unknown): string {
  const code = codeOf(thrown);
  return Object.hasOwn(READING, code) ? (READING[code] ?? "") : thrown instanceof Error ? thrown.message : String(thrown);
}

/**
 * A failed write as the user should hear of it: `<name> <path> cannot be written: <reason>. <kept>`. A `LatheError` stays what it is.
 * @param kept what became of the work, or what else can be done. @param name what the path is, where the path alone does not say.
 */
export function storageError(path: string, thrown: unknown, kept?: string, name?: string): LatheError {
  if (thrown instanceof LatheError) return thrown;
  const code = codeOf(thrown);
  const reason = REASONS[code] ?? (thrown instanceof Error ? thrown.message : String(thrown));
  return new LatheError(
    "run.storage",
    `${name === undefined ? "" : `${name} `}${path} cannot be written: ${reason}${kept === undefined ? "" : `. ${kept}`}`,
    { path, code },
    { cause: thrown },
  );
}

/** Whether what was thrown says that the disk refused. A missing file is none of these: it may be one to read. */
export function isStorageFailure(thrown: unknown): boolean {
  const code = codeOf(thrown);
  return (code !== "ENOENT" && Object.hasOwn(REASONS, code)) || /could not write/i.test(String(thrown));
}

/** The system's code; DuckDB has only a sentence. */
function codeOf(thrown: unknown): string {
  if (/No space left/i.test(String(thrown))) return "ENOSPC";
  const code = thrown instanceof Error && "code" in thrown ? thrown.code : undefined;
  return typeof code === "string" ? code : "";
}
