import type { ForecastStretch } from "../../src-main/contract/forecast-report.js";
import { chartColors } from "./palette.js";
import type { LineSeries } from "./series.js";

/** Words of the two lines, and of the bounds around the second. */
export interface StretchWords {
  readonly actual: string;
  readonly forecast: string;
}

/** What came, and what was forecast: broken where another forecast begins that knows more. Bounds, where there are some, become an area. */
export function stretchPanel(
  { column, times, actual, forecast, starts }: ForecastStretch,
  words: StretchWords,
  dark: boolean,
  bounds?: { readonly lower: readonly (number | null)[]; readonly upper: readonly (number | null)[] },
) {
  const colors = chartColors(dark);
  const whole = new Set(starts.length < times.length ? starts : []);
  const broken = (values: readonly (number | null)[]): Pick<LineSeries, "x" | "y"> => {
    const [x, y]: [number[], number[]] = [[], []];
    times.forEach((time, i) => {
      if (i > 0 && whole.has(i)) {
        x.push(time);
        y.push(Number.NaN);
      }
      x.push(time);
      y.push(values[i] ?? Number.NaN);
    });
    return { x, y };
  };
  const line = (id: string, label: string, color: string, more: Partial<LineSeries>, values: readonly (number | null)[]): LineSeries => ({
    id,
    label,
    color,
    ...more,
    ...broken(values),
  });
  return {
    label: column,
    lines: [
      { id: "actual", label: words.actual, color: colors.train, x: times, y: actual.map((value) => value ?? Number.NaN) },
      line("forecast", words.forecast, colors.validation, {}, forecast),
      ...(bounds
        ? [
            line("upper", words.forecast, colors.validation, { faint: true }, bounds.upper),
            line("lower", words.forecast, colors.validation, { faint: true }, bounds.lower),
          ]
        : []),
    ],
    areas: bounds ? [["upper", "lower"] as const] : [],
  };
}
