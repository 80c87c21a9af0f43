import type { SeriesSourceSpec } from "../../contract/data.js";

type Part = NonNullable<SeriesSourceSpec["calendar"]>[number];

/** SQL of how much of its round a part of the calendar has gone, from 0 to 1. @param t SQL of a local TIMESTAMP */
const ROUNDS: Readonly<Record<Part, (t: string) => string>> = {
  hour: (t) => `(hour(${t}) + minute(${t}) / 60.0 + second(${t}) / 3600.0) / 24.0`,
  weekday: (t) => `(isodow(${t}) - 1) / 7.0`,
  monthday: (t) => `(day(${t}) - 1.0) / day(last_day(CAST(${t} AS DATE)))`,
  yearday: (t) => `(dayofyear(${t}) - 1.0) / dayofyear(make_date(year(${t}), 12, 31))`,
  month: (t) => `(month(${t}) - 1) / 12.0`,
};

export interface CalendarColumn {
  readonly name: string;
  /** SQL of a DOUBLE of a local TIMESTAMP. */
  readonly value: (t: string) => string;
}

/** Sine and cosine of each part, each once. */
export function calendarColumns(parts: readonly Part[]): readonly CalendarColumn[] {
  return [...new Set(parts)].flatMap((part) =>
    (["sin", "cos"] as const).map((wave) => ({ name: `${part}.${wave}`, value: (t: string) => `${wave}(2 * pi() * CAST(${ROUNDS[part](t)} AS DOUBLE))` })),
  );
}
