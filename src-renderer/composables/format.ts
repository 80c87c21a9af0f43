/** Numbers as people read them: three significant digits, in the user's locale. */

const three = new Intl.NumberFormat(undefined, { maximumSignificantDigits: 3, minimumSignificantDigits: 3 });
const whole = new Intl.NumberFormat(undefined, { maximumSignificantDigits: 3, notation: "compact" });

export function formatNumber(value: number | null | undefined): string {
  if (value === null || value === undefined || Number.isNaN(value)) return "–";
  if (value !== 0 && (Math.abs(value) < 1e-3 || Math.abs(value) >= 1e6)) return value.toExponential(2);
  return three.format(value);
}

/** What a tooltip shows of the same number. */
export function formatFull(value: number | null | undefined): string {
  return value === null || value === undefined ? "there is no value" : String(value);
}

const counts = new Intl.NumberFormat();

/** A whole number in full: `12,345`. */
export function formatCount(value: number): string {
  return counts.format(value);
}

const shares = new Intl.NumberFormat(undefined, { style: "percent", maximumSignificantDigits: 3 });

/** `76.1%` */
export function formatShare(value: number | null | undefined): string {
  return value === null || value === undefined || Number.isNaN(value) ? "–" : shares.format(value);
}

const probabilities = new Intl.NumberFormat(undefined, { style: "percent", minimumFractionDigits: 1, maximumFractionDigits: 1 });

/** `76.1%`, one decimal so that a column of them lines up; `<0.1%` and `>99.9%` for what is nearly, but not, certain. */
export function formatProbability(value: number): string {
  if (Number.isNaN(value)) return "–";
  if (value > 0 && value < 0.0005) return `<${probabilities.format(0.001)}`;
  if (value < 1 && value >= 0.9995) return `>${probabilities.format(0.999)}`;
  return probabilities.format(value);
}

/** `1.2 MB`; powers of 1000. */
export function formatBytes(bytes: number): string {
  const units = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"];
  const power = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
  return new Intl.NumberFormat(undefined, {
    style: "unit",
    unit: units[power] ?? "byte",
    unitDisplay: power === 0 ? "long" : "short",
    maximumSignificantDigits: 3,
  }).format(bytes / 1000 ** power);
}

export function formatRate(value: number): string {
  return whole.format(value);
}

/** `0:41`, `12:05`, `1:02:09`. */
export function formatSeconds(seconds: number): string {
  const total = Math.max(0, Math.ceil(seconds));
  const [h, m, s] = [Math.floor(total / 3600), Math.floor(total / 60) % 60, total % 60];
  const two = (n: number) => String(n).padStart(2, "0");
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

const day = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const dayOfYear = new Intl.DateTimeFormat(undefined, { dateStyle: "medium" });
const full = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "medium" });

/** @param time milliseconds since 1970 */
export function formatTime(time: number, now = Date.now()): string {
  return (new Date(time).getFullYear() === new Date(now).getFullYear() ? day : dayOfYear).format(time);
}

export function formatFullTime(time: number): string {
  return full.format(time);
}
