import { LatheError } from "../../base/errors.js";

/** Of a file that would be written, and is not to replace another. */
export function outExists(out: string): LatheError {
  return new LatheError("export.exists", `${out} is there already; choose another name, or say that it may be replaced`, { path: out });
}
