import { StringDecoder } from "node:string_decoder";
import type { Dialect } from "./csv-dialect.js";
import { openBytes } from "./text-file.js";

/**
 * Which row of data DuckDB's line number means: it counts blank lines, but not the line ends inside quotes.
 * @returns the row, from 1.
 */
export async function rowOfLine(path: string, line: number, dialect: Dialect): Promise<number> {
  const [row = 1] = await rowsOfLines(path, [line], dialect);
  return row;
}

/** The same of several lines, in their order, which is ascending. */
export async function rowsOfLines(path: string, wanted: readonly number[], { delimiter, quote, escape, hasHeader, skip }: Dialect): Promise<readonly number[]> {
  const rows: number[] = [];
  let [lines, records] = [1, 0];
  let [quoted, starts, blank, escaped] = [false, true, true, false];
  let before = "";
  const decoder = new StringDecoder("utf8");
  for await (const bytes of openBytes(path)) {
    for (const c of decoder.write(bytes as Buffer)) {
      const isEnd = !quoted && (c === "\n" || c === "\r") && !(c === "\n" && before === "\r");
      if (isEnd) {
        if (!blank && lines > skip) records++;
        lines++;
        if (lines === wanted[rows.length]) rows.push(records + (hasHeader ? 0 : 1));
        if (rows.length === wanted.length) return rows;
        [starts, blank] = [true, true];
      } else if (c !== "\n" && c !== "\r" && c !== "\ufeff") {
        blank = false;
        if (escaped) escaped = false;
        else if (quoted && c === escape && escape !== quote) escaped = true;
        else if (c === quote && (quoted || starts || before === quote)) quoted = !quoted;
        starts = c === delimiter;
      }
      before = c;
    }
  }
  const end = Math.max(1, records + (hasHeader ? 0 : 1));
  return [...rows, ...wanted.slice(rows.length).map(() => end)];
}
