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

/** A list has few words, of which most occur in several rows. */
const [MOST_MEAN, MOST_WORDS, OFTEN] = [6, 200, 0.8];
/** So many rows at least have several words. */
const LISTED = 0.1;

/**
 * Whether cells look like lists of a few words: a sign between them, another number of words from cell to cell, and fewer different words than different
 * cells. Words that only blanks part may as well be one name.
 */
export function looksListed(cells: ReadonlyMap<string, number>): boolean {
  const separator = findSeparator(cells);
  if (separator === undefined || separator === " ") return false;
  const words = new Map<string, number>();
  const lengths = new Set<number>();
  let [rows, said] = [0, 0];
  for (const [cell, n] of cells) {
    const listed = wordsIn(cell, separator);
    lengths.add(listed.length);
    rows += n;
    said += n * listed.length;
    for (const word of listed) words.set(word, (words.get(word) ?? 0) + n);
  }
  const often = [...words.values()].filter((n) => n > 1).length;
  return (
    lengths.size > 1 &&
    words.size < cells.size &&
    words.size <= MOST_WORDS &&
    often >= words.size * OFTEN &&
    said <= rows * MOST_MEAN &&
    rowsWith(cells, separator) >= rows * LISTED
  );
}
