import { LatheError } from "../../base/errors.js";

/** Text of a user's file never becomes SQL: names and values pass through here, and inside DuckDB columns are called c0, c1, … */

/** A string literal. DuckDB reads a statement up to its first NUL, so one in a text goes by its number. */
export function literal(text: string): string {
  const parts = text.split("\0").map((part) => `'${part.replaceAll("'", "''")}'`);
  return parts.length === 1 ? parts.join("") : `(${parts.join(" || chr(0) || ")})`;
}

/** A quoted identifier. @throws LatheError `data.column` for one with a NUL */
export function identifier(name: string): string {
  if (name.includes("\0"))
    throw new LatheError("data.column", `a column is called ${JSON.stringify(name)}, which holds a NUL; give it another name`, { column: name });
  return `"${name.replaceAll('"', '""')}"`;
}

/** A file name as DuckDB takes it, where `*`, `?` and `[` would otherwise match several files. */
export function fileLiteral(path: string): string {
  return literal(path.replace(/[*?[]/g, (c) => `[${c}]`));
}
