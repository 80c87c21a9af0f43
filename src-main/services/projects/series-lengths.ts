import { LatheError } from "../../base/errors.js";
import type { SeriesSurvey } from "../../datasets/index.js";

/** How many rows a window has and how many are forecast, with why. */
export interface Lengths {
  readonly window: number;
  readonly horizon: number;
  readonly why: { readonly window: string; readonly horizon: string };
}

export interface FittedLengths {
  readonly window: number;
  readonly horizon: number;
  /** Of validation, and of test. */
  readonly share: number;
  /** What the other leaves room for. */
  readonly longestWindow: number;
  readonly longestHorizon: number;
  readonly notes: readonly string[];
}

/** More rows make training slow, and rarely a better forecast. */
const LONGEST = 168;
const [SEASONS, UNKNOWN_WINDOW, UNKNOWN_HORIZON] = [4, 32, 8];
/** Of the shortest part, a sample takes at most so much, so that each part has several. */
const ROOM = 0.75;

/** By step and season, what forecasters usually take. */
export function defaultLengths({ step, season, label }: Pick<SeriesSurvey, "step" | "season" | "label">): Lengths {
  if (step === "1d") return { window: 28, horizon: 14, why: { window: "four weeks", horizon: "two weeks" } };
  if (step === "1h") return { window: LONGEST, horizon: 24, why: { window: "a week", horizon: "a day" } };
  if (step === "1mo") return { window: 24, horizon: 12, why: { window: "two years", horizon: "a year" } };
  if (season === undefined) {
    const why = step === undefined ? "rows without times have no known season" : `no season is known of steps of ${label}`;
    return { window: UNKNOWN_WINDOW, horizon: UNKNOWN_HORIZON, why: { window: why, horizon: why } };
  }
  const seasons = Math.min(SEASONS, Math.max(1, Math.floor(LONGEST / season)));
  const whole = season <= LONGEST;
  return {
    window: whole ? seasons * season : LONGEST,
    horizon: whole ? season : UNKNOWN_HORIZON,
    why: whole
      ? { window: `${seasons === 1 ? "a season" : `${seasons} seasons`} of ${season}`, horizon: "a season" }
      : { window: `a season of ${season} is too long`, horizon: `a season of ${season} is too long` },
  };
}

/**
 * Lengths that fit: a window takes at most a quarter of the training span, and each part holds several samples. What the user says must fit as it is.
 * @throws LatheError `data.split` with what would fit
 */
export function fitLengths(
  { path, rows, ids, splits }: Pick<SeriesSurvey, "path" | "rows" | "ids" | "splits">,
  usual: Lengths,
  asked: { readonly window?: number | undefined; readonly horizon?: number | undefined; readonly forecasts: boolean },
): FittedLengths {
  const rooms = splits.map(({ share, parts }) => ({ share, train: parts.train?.longest ?? 0, least: leastOf(parts) }));
  const horizonOf = (room: number) =>
    asked.forecasts ? (asked.horizon ?? Math.max(1, Math.min(usual.horizon, Math.floor(room / 2), room - (asked.window ?? 1)))) : 0;
  const wanted = (asked.window ?? usual.window) + (asked.forecasts ? (asked.horizon ?? usual.horizon) : 0);
  const [first] = rooms;
  const chosen = rooms.find(({ least }) => wanted <= least * ROOM) ?? rooms.at(-1);
  if (!first || !chosen || chosen.least < (asked.forecasts ? 2 : 1))
    throw new LatheError(
      "data.split",
      `${path} has ${counted(rows)}${ids > 1 ? ` in ${ids} series` : ""}, too few for a series: training, validation and test each need a window and what ` +
        `follows it; add rows`,
      { path, rows },
    );
  const { least, train, share } = chosen;
  const horizon = horizonOf(least);
  const longestHorizon = least - (asked.window ?? 1);
  if (asked.window !== undefined && asked.window + (asked.forecasts ? 1 : 0) > least)
    throw tooLong("a window", asked.window, least - (asked.forecasts ? 1 : 0));
  if (asked.horizon !== undefined && horizon > longestHorizon) throw tooLong("a horizon", horizon, Math.max(longestHorizon, 0));
  const longestWindow = least - horizon;
  const quarter = Math.floor(train / 4);
  const window = asked.window ?? Math.max(1, Math.min(usual.window, quarter, Math.floor(least * ROOM) - horizon || 1, longestWindow));
  const told = (what: string, rows: number, asked: number | undefined, usually: number, why: string) =>
    `${what} is of ${counted(rows)}` +
    (asked !== undefined ? ", as asked for" : rows === usually ? `: ${why}` : `: ${counted(usually)} (${why}) do not fit into parts of ${counted(least)}`);
  const notes = [told("a window", window, asked.window, usual.window, usual.why.window)];
  if (asked.forecasts) notes.push(told("the horizon", horizon, asked.horizon, usual.horizon, usual.why.horizon));
  if (share !== first.share)
    notes.push(`validation and test have ${share * 100} % of the rows each, since a window and its horizon do not fit into ${first.share * 100} %`);
  return { window, horizon, share, longestWindow, longestHorizon, notes };

  function tooLong(what: string, length: number, most: number): LatheError {
    return new LatheError(
      "data.split",
      `${what} of ${counted(length)} does not fit: ${path} has ${counted(rows)}${ids > 1 ? ` in ${ids} series` : ""}, of which the shortest part ` +
        `of the split by time holds ${counted(least)} in one piece, and a window and its horizon must fit into it; ` +
        (most > 0 ? `${what} of at most ${counted(most)} fits` : "use a shorter window too, or add rows"),
      { path, rows, most },
    );
  }
}

function leastOf(parts: SeriesSurvey["splits"][number]["parts"]): number {
  return Math.min(...(["train", "validation", "test"] as const).map((part) => parts[part]?.longest ?? 0));
}

function counted(rows: number): string {
  return rows === 1 ? "1 row" : `${rows.toLocaleString("en")} rows`;
}
