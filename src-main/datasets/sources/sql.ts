/** Text of a user's file never becomes SQL: names and values pass through here, and inside DuckDB columns are called c0, c1, … */

/** A string literal. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** A quoted identifier. */
export function identifier(name: string): string {
  return `"${name.replaceAll("\"", "\"\"")}"`;
}

/** A file name as DuckDB takes it, where `*`, `?` and `[` would otherwise match several files. */
export function fileLiteral(path: string): string {
  return literal(path.replace(/[*?[]/g, (c) => `[${c}]`));
}
