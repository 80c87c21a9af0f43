import { formatCount } from "./format.js";

/** Times of series, µs since 1970 UTC, as people read them in the series' own zone; without a calendar, numbers of rows. */

export interface TimeScale {
  readonly calendar: boolean;
  /** By its IANA name. */
  readonly zone: string;
}

/** Of what was found in a series, or is still on its way. */
export function timeScale(found: TimeScale | undefined): TimeScale {
  return { calendar: found?.calendar ?? true, zone: found?.zone ?? "UTC" };
}

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(zone: string, key: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const name = `${key} ${zone}`;
  let format = formats.get(name);
  if (!format)
    formats.set(name, (format = new Intl.DateTimeFormat(key === "parts" ? "en-US" : undefined, { ...options, timeZone: zone, calendar: "gregory" })));
  return format;
}

const numeric = { year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric", second: "numeric", hourCycle: "h23" } as const;

/** Milliseconds of local time, as if it were UTC. */
export function localTime(ms: number, zone: string): number {
  if (zone === "UTC") return ms;
  const parts = new Map(
    formatOf(zone, "parts", numeric)
      .formatToParts(ms)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const at = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? 0;
  return Date.UTC(at("year"), at("month") - 1, at("day"), at("hour"), at("minute"), at("second")) + (((ms % 1000) + 1000) % 1000);
}

function fromLocal(local: number, zone: string): number {
  if (zone === "UTC") return local;
  const guess = local - (localTime(local, zone) - local);
  return local - (localTime(guess, zone) - guess);
}

/** `3 Mar 2024`, with the time of day where it is not midnight; `row 1,234` without a calendar. */
export function formatMoment(us: number, { calendar, zone }: TimeScale): string {
  if (!calendar) return `row ${formatCount(Math.round(us))}`;
  const ms = us / 1000;
  const day = formatOf(zone, "day", { day: "numeric", month: "short", year: "numeric" }).format(ms);
  const local = localTime(Math.floor(ms), zone) % DAY;
  if (local === 0) return day;
  const seconds = local % 60_000 === 0 ? {} : { second: "2-digit" as const };
  const time = formatOf(zone, "second" in seconds ? "time with seconds" : "time", { hour: "2-digit", minute: "2-digit", hourCycle: "h23", ...seconds });
  return `${day}, ${time.format(ms)}`;
}

export interface TimeTick {
  readonly value: number;
  readonly label: string;
}

const [SECOND, MINUTE, HOUR, DAY] = [1000, 60_000, 3_600_000, 86_400_000];
/** Milliseconds between ticks of equal length. */
const LENGTHS = [1, 5, 10, 50, 100, 500, SECOND, 5 * SECOND, 15 * SECOND, 30 * SECOND, MINUTE, 5 * MINUTE, 15 * MINUTE, 30 * MINUTE]
  .concat([HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR, DAY, 2 * DAY, 7 * DAY, 14 * DAY])
  .map((ms) => ({ ms, months: 0 }));
const MONTHS = [1, 2, 3, 6, 12, 24, 60, 120, 240, 600, 1200].map((months) => ({ ms: 30.4 * DAY * months, months }));

/** Round places on the local calendar, as many as fit. @param from,to µs. @param most at most so many */
export function timeTicks(from: number, to: number, zone: string, most: number): readonly TimeTick[] {
  const [first, last] = [localTime(from / 1000, zone), localTime(to / 1000, zone)];
  const all = [...LENGTHS, ...MONTHS];
  const step = all.find(({ ms }) => (last - first) / ms <= most) ?? all.at(-1);
  if (!step || !(last > first)) return [];
  const locals: number[] = [];
  if (step.months > 0) {
    const start = new Date(first);
    const month = Math.ceil((start.getUTCFullYear() * 12 + start.getUTCMonth()) / step.months) * step.months;
    for (let m = month; locals.length <= 2 * most; m += step.months) {
      const at = Date.UTC(Math.floor(m / 12), m % 12, 1);
      if (at > last) break;
      if (at >= first) locals.push(at);
    }
  } else {
    // Weeks begin on Mondays; 1970 began on a Thursday.
    const offset = step.ms % (7 * DAY) === 0 ? 4 * DAY : 0;
    for (let at = Math.ceil((first - offset) / step.ms) * step.ms + offset; at <= last; at += step.ms) locals.push(at);
  }
  return locals.map((local) => ({ value: fromLocal(local, zone) * 1000, label: labelOf(local, step) }));
}

/** What is written at a tick: no more than tells it from its neighbours. */
function labelOf(local: number, { ms, months }: { readonly ms: number; readonly months: number }): string {
  const utc = (key: string, options: Intl.DateTimeFormatOptions) => formatOf("UTC", key, options).format(local);
  const date = new Date(local);
  if (months >= 12) return utc("year", { year: "numeric" });
  if (months > 0) return date.getUTCMonth() === 0 ? utc("year", { year: "numeric" }) : utc("month", { month: "short" });
  if (ms >= DAY || local % DAY === 0) return utc("date", { day: "numeric", month: "short" });
  if (ms >= MINUTE) return utc("minutes", { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  return utc("seconds", {
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    hourCycle: "h23",
    ...(ms < SECOND ? { fractionalSecondDigits: 3 as const } : {}),
  });
}
