import type { ColumnSummary } from "../../../src-main/contract/table-views.js";

/** Pixels: of a digit or letter at 13 px, of what stands beside a column's name, and how wide a column may be. */
const letter = 7.2;
const furniture = 52;
export const leastWidth = 64;
export const mostWidth = 640;

/** How wide a column is until somebody drags it: its name, and what is known of its values, fit in. */
export function usualWidth(name: string, column: ColumnSummary | undefined): number {
  const longest = Math.max(
    ...[column?.min, column?.max].map((value) => (value === undefined ? 0 : String(Number(value.toPrecision(7))).length)),
    ...(column?.values ?? []).slice(0, 5).map(({ value }) => value.length),
    column?.type === "text" && !column.values ? 20 : 5,
  );
  return Math.round(Math.min(260, Math.max(leastWidth, name.length * letter + furniture, longest * letter + 24)));
}
