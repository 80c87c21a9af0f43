import { STEP } from "../../contract/data.js";
import type { SeriesStep } from "../../contract/series.js";

/** Microseconds. */
export const SECOND = 1e6;
export const DAY = 86_400 * SECOND;

type Unit = Exclude<SeriesStep["unit"], "row">;

/** Units as a project writes them, the longest of a kind first. */
const UNITS: readonly { readonly word: string; readonly unit: Unit; readonly count: number; readonly name: string }[] = [
  { word: "h", unit: "second", count: 3600, name: "hour" },
  { word: "min", unit: "second", count: 60, name: "minute" },
  { word: "s", unit: "second", count: 1, name: "second" },
  { word: "ms", unit: "second", count: 0.001, name: "millisecond" },
  { word: "w", unit: "day", count: 7, name: "week" },
  { word: "d", unit: "day", count: 1, name: "day" },
  { word: "y", unit: "month", count: 12, name: "year" },
  { word: "q", unit: "month", count: 3, name: "quarter" },
  { word: "mo", unit: "month", count: 1, name: "month" },
];

/** The step that a project writes as `15min`. */
export function parseStep(text: string): SeriesStep {
  const [, count = "1", word = ""] = STEP.exec(text) ?? [];
  const known = UNITS.find((unit) => unit.word === word) ?? { unit: "day" as const, count: 1 };
  return stepOf(known.unit, Number((Number(count) * known.count).toFixed(3)));
}

export function stepOf(unit: SeriesStep["unit"], count: number): SeriesStep {
  if (unit === "row") return { unit, count, label: count === 1 ? "1 row" : `${count} rows` };
  const { n, name } = inUnits(unit, count);
  return { unit, count, label: `${n} ${name}${n === 1 ? "" : "s"}` };
}

/** As a project writes it. */
export function writeStep({ unit, count }: SeriesStep): string {
  if (unit === "row") return String(count);
  const { n, word } = inUnits(unit, count);
  return `${n}${word}`;
}

function inUnits(unit: Unit, count: number): { readonly n: number; readonly word: string; readonly name: string } {
  const own = UNITS.filter((known) => known.unit === unit);
  const whole = own.find((known) => isWhole(count / known.count)) ?? own.at(-1);
  if (whole === undefined) return { n: count, word: "", name: "" };
  return { n: Number((count / whole.count).toFixed(3)), word: whole.word, name: whole.name };
}

function isWhole(x: number): boolean {
  return x >= 1 - 1e-9 && Math.abs(x - Math.round(x)) < 1e-9;
}

/** Steps of a season: of a day, a week, a year; undefined where none is known. */
export function seasonOf({ unit, count }: SeriesStep): number | undefined {
  const season = unit === "second" ? (count >= 60 ? 86_400 / count : 60 / count) : unit === "day" ? (count === 1 ? 7 : 365 / count) : 12 / count;
  if (unit === "row") return undefined;
  // 52 weeks are a year to everybody.
  const rounded = unit === "day" ? Math.floor(season) : season;
  if (unit === "second" && count === 86_400) return 7;
  return Number.isInteger(rounded) && rounded >= 2 ? rounded : undefined;
}

/** Microseconds of a step of fixed length, and of a local day; 1 of rows. */
export function lengthOf({ unit, count }: SeriesStep): number {
  return unit === "row" ? count : unit === "second" ? Math.round(count * SECOND) : count * DAY;
}

/** The shortest usual step that is not shorter than so many microseconds. */
export function usualStep(us: number): SeriesStep {
  const seconds = us / SECOND;
  const fixed = [0.001, 0.01, 0.1, 1, 5, 10, 15, 30, 60, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200].find((count) => count >= seconds);
  if (fixed !== undefined) return stepOf("second", fixed);
  const days = seconds / 86_400;
  const [months] = [1, 3, 12].filter((count) => count * 31 >= days);
  return days <= 1 ? stepOf("day", 1) : days <= 7 ? stepOf("day", 7) : stepOf("month", months ?? Math.ceil(days / 365) * 12);
}
