import { closest } from "../../base/closest.js";
import { LatheError } from "../../base/errors.js";
import { namedSetting } from "../../contract/source-settings.js";
import type { RegularSeries } from "./regular-table.js";
import type { Database } from "../sources/database.js";
import { literal } from "../sources/sql.js";

export const UTC = "UTC";

/** The time zone of a name, as DuckDB calls it. @throws LatheError `data.value` for one that there is not, with the nearest */
export async function findZone(database: Database, wanted: string | undefined): Promise<string> {
  if (wanted === undefined || /^(utc|gmt|z)$/i.test(wanted)) return UTC;
  const names = (await database.all("SELECT name FROM pg_timezone_names()")).map(({ name }) => String(name));
  const found = names.find((name) => name.toLowerCase() === wanted.toLowerCase());
  if (found !== undefined && wanted.includes("/")) return found;
  const near = closest(
    wanted,
    names.filter((name) => name.includes("/")),
  );
  throw new LatheError(
    "data.value",
    `${namedSetting("zone")}: got "${wanted}", expected a time zone by its IANA name, such as UTC or ` +
      `Europe/Berlin${near === undefined ? "" : `; did you mean "${near}"?`}`,
    { got: wanted },
  );
}

/** Local µs as µs in UTC: of a time that occurs twice the second, and one that is skipped moves forward. Both are SQL. */
export function utcOf(local: string, zone: string): string {
  return zone === UTC ? local : `epoch_us(timezone(${literal(zone)}, make_timestamp(${local})))`;
}

/** µs in UTC as local µs. */
export function localOf(us: string, zone: string): string {
  return zone === UTC ? us : `epoch_us(timezone(${literal(zone)}, make_timestamptz(${us})))`;
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** Time of a row for people: ISO 8601 with the offset in the series' zone; the date alone for steps of days and longer; the row's number without a calendar. */
export function writeTime(us: number, { zone, step }: Pick<RegularSeries, "zone" | "step">): string {
  if (step.unit === "row") return String(us);
  const local = us + offsetOf(us, zone);
  const iso = new Date(Math.floor(local / 1000)).toISOString();
  if (step.unit !== "second") return iso.slice(0, 10);
  const part = ((local % 1e6) + 1e6) % 1e6;
  const fraction = part === 0 ? "" : `.${String(part).padStart(6, "0").replace(/0+$/, "")}`;
  return `${iso.slice(0, 19)}${fraction}${inHours((local - us) / 60e6, zone)}`;
}

function inHours(minutes: number, zone: string): string {
  if (zone === UTC) return "Z";
  const [hour, minute] = [Math.floor(Math.abs(minutes) / 60), Math.round(Math.abs(minutes) % 60)];
  return `${minutes < 0 ? "-" : "+"}${String(hour).padStart(2, "0")}:${String(minute).padStart(2, "0")}`;
}

/** µs that local time is ahead of UTC. */
function offsetOf(us: number, zone: string): number {
  if (zone === UTC) return 0;
  let format = formats.get(zone);
  if (!format) {
    format = new Intl.DateTimeFormat("en-US", {
      timeZone: zone,
      calendar: "gregory",
      hourCycle: "h23",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
    });
    formats.set(zone, format);
  }
  const seconds = Math.floor(us / 1e6);
  const parts = new Map(format.formatToParts(new Date(seconds * 1000)).map(({ type, value }) => [type, Number(value)]));
  const at = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? 0;
  return (Date.UTC(at("year"), at("month") - 1, at("day"), at("hour"), at("minute"), at("second")) / 1000 - seconds) * 1e6;
}
