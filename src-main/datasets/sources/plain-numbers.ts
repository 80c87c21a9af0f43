import type { Database } from "./database.js";
import type { Source } from "./source.js";
import { literal } from "./sql.js";

/** Tables of fewer columns are read as fast without. */
const WIDE = 100;

/** What DuckDB's cast and every other reading of a number take alike. */
const PLAIN_NUMBER = "[+-]?[0-9]+([.][0-9]+)?([eE][+-]?[0-9]{1,2})?";

/**
 * Marks the columns of a wide text that hold nothing but digits, with a sign, decimals or an exponent. They need none of the patterns that find other numbers,
 * which take DuckDB a minute to prepare for two thousand columns. What cannot be read here is told by whoever reads next.
 */
export async function markPlainNumbers(database: Database, source: Source): Promise<Source> {
  const texts = source.columns.filter(({ kind, decimal }) => kind === "text" && decimal !== ",");
  if (texts.length < WIDE) return source;
  const others = texts.map(({ sql }, k) => `count(CASE WHEN NOT regexp_full_match(${sql}, ${literal(PLAIN_NUMBER)}) THEN 1 END) AS n${k}`);
  const row = await database.one(`SELECT ${others.join(", ")} FROM ${source.relation}`).catch(() => undefined);
  if (!row) return source;
  const plain = new Set(texts.filter((_, k) => Number(row[`n${k}`]) === 0));
  return { ...source, columns: source.columns.map((column) => (plain.has(column) ? { ...column, plain: true as const } : column)) };
}
