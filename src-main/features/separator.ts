import { BLANKS } from "./spelling.js";

/** A cell that is there and lists nothing: a missing text is "". */
export const NO_WORDS = " ";

/** What may stand between the words of a cell, the surest first. */
export const SEPARATORS = [";", "|", ",", " "] as const;

/** A sign between words is one where it stands in so large a share of the cells that the commonest stands in. */
const SHARE = 0.5;
/** Words of one label are parted by blanks: a sign that stands in so few of the cells that have blanks is a stray one. */
const STRAY = 0.05;

const OUTER = new RegExp(`^[${BLANKS}]+|[${BLANKS}]+$`, "gu");

/** The words of a cell, each once, without outer blanks. */
export function wordsIn(cell: string, separator: string): readonly string[] {
  const words = cell.split(separator).map((word) => word.replace(OUTER, ""));
  return [...new Set(words.filter((word) => word !== ""))];
}

/** Rows whose cell is several words. @param cells rows by text */
export function rowsWith(cells: ReadonlyMap<string, number>, separator: string): number {
  let rows = 0;
  for (const [cell, n] of cells) if (wordsIn(cell, separator).length > 1) rows += n;
  return rows;
}

/** What separates the words of some cells: one of ; | , else a blank; undefined where every cell is one word. @param cells rows by text */
export function findSeparator(cells: ReadonlyMap<string, number>): string | undefined {
  const rows = new Map(SEPARATORS.map((separator) => [separator, rowsWith(cells, separator)]));
  const blanks = rows.get(" ") ?? 0;
  const signs = SEPARATORS.filter((separator) => separator !== " " && (rows.get(separator) ?? 0) > 0);
  const most = Math.max(0, ...signs.map((sign) => rows.get(sign) ?? 0));
  if (most > 0 && most >= blanks * STRAY) return signs.find((sign) => (rows.get(sign) ?? 0) >= most * SHARE);
  return blanks > 0 ? " " : undefined;
}

/** Whether a column of texts looks like lists of a few words: cells of several words, and far fewer different words than different cells. */
export function looksListed(cells: ReadonlyMap<string, number>, separator = findSeparator(cells)): boolean {
  if (separator === undefined) return false;
  const rows = [...cells.values()].reduce((a, b) => a + b, 0);
  const listed = rowsWith(cells, separator);
  const words = new Map<string, number>();
  for (const [cell, n] of cells) for (const word of wordsIn(cell, separator)) words.set(word, (words.get(word) ?? 0) + n);
  const mean = [...words.values()].reduce((a, b) => a + b, 0) / Math.max(1, rows);
  // Prose has more words in a cell, and words that occur once.
  const often = [...words.values()].filter((n) => n > 1).length;
  return listed >= rows * LISTED_SHARE && words.size <= MOST_WORDS && mean <= MOST_MEAN && words.size > 1 && often >= words.size * OFTEN;
}

const LISTED_SHARE = 0.1;
const MOST_WORDS = 200;
const MOST_MEAN = 6;
const OFTEN = 0.8;
