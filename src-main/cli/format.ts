import { visible } from "../base/visible.mjs";

const threeDigits = new Intl.NumberFormat("en", { maximumSignificantDigits: 3, minimumSignificantDigits: 3 });
const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });

/** A number of a table: three significant digits below 1,000, whole from there on, or a dash for what does not exist. */
export function number(value: number | null | undefined): string {
  if (value === null || value === undefined || Number.isNaN(value)) return "–";
  const size = Math.abs(value);
  if (size === 0) return "0";
  if (size < 1e-4 || size >= 1e9) return value.toExponential(2);
  return Number.isInteger(value) || size >= 999.5 ? whole.format(value) : threeDigits.format(value);
}

/** `4,454` */
export function count(value: number): string {
  return whole.format(value);
}

/** `1 row`, `4,454 rows` */
export function plural(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

/** `1:05`, `2:00:07`. */
export function duration(seconds: number): string {
  const all = Math.max(0, Math.round(seconds));
  const [h, m, s] = [Math.floor(all / 3600), Math.floor(all / 60) % 60, all % 60];
  return h > 0 ? `${h}:${String(m).padStart(2, "0")}:${String(s).padStart(2, "0")}` : `${m}:${String(s).padStart(2, "0")}`;
}

/** At most so many characters, the last of them `…` where some are omitted. */
export function shorten(text: string, most: number): string {
  const characters = charactersOf(text);
  return characters.length <= most ? text : `${characters.slice(0, Math.max(0, most - 1)).join("")}…`;
}

/** What a cell may take, unless nothing stands to its right; a column's name can be anything. */
const WIDEST = 40;

/**
 * Columns side by side: the first and all texts to the left, numbers to the right. The first line is the head.
 * What a terminal would obey in a cell is shown, before its width is taken.
 */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  const all = [head, ...rows].map((row) => head.map((_, i) => shorten(visible(row[i] ?? ""), i < head.length - 1 ? WIDEST : Infinity)));
  const widths = head.map((_, i) => Math.max(...all.map((row) => lengthOf(row[i]))));
  const right = head.map((_, i) => i > 0 && all.slice(1).every((row) => isNumber(row[i] ?? "")));
  return all.map((row) =>
    row
      .map((cell, i) => {
        const blanks = " ".repeat(Math.max(0, (widths[i] ?? 0) - lengthOf(cell)));
        return right[i] ? blanks + cell : cell + blanks;
      })
      .join("  ")
      .trimEnd(),
  );
}

function isNumber(cell: string): boolean {
  return /^([-+]?[\d.,]+(e[-+]\d+)?( %)?|–|)$/.test(cell);
}

const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });

/** As a reader counts them. */
function charactersOf(text: string): readonly string[] {
  return Array.from(graphemes.segment(text), ({ segment }) => segment);
}

function lengthOf(text = ""): number {
  return charactersOf(text).length;
}
