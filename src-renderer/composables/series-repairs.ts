import type { SeriesFound, SeriesPlan } from "../../src-main/contract/series-views.js";
import { texts } from "../texts/index.js";
import { formatCount } from "./format.js";

export interface Said {
  readonly text: string;
  /** Something that was repaired, or that is left out. */
  readonly repaired?: boolean;
}

const t = texts.series.report;
const sumOf = (counts: Readonly<Record<string, number>>) => Object.values(counts).reduce((sum, count) => sum + count, 0);
const byColumn = (counts: Readonly<Record<string, number>>) =>
  Object.entries(counts)
    .filter(([, count]) => count > 0)
    .sort(([, a], [, b]) => b - a)
    .map(([column, count]) => t.ofColumn(column, formatCount(count)))
    .join(", ");

/** What making a table regular found and did, in sentences: gaps, rows of one step, times out of order. */
export function seriesRepairs(found: Omit<SeriesFound, "longestGaps">, { gaps, combine }: Pick<SeriesPlan, "gaps" | "combine">): readonly Said[] {
  const count = formatCount;
  const some = (n: number, text: string, repaired = true): readonly Said[] => (n > 0 ? [{ text, repaired }] : []);
  // Of several steps of the file one was made.
  const resampled = found.offGrid > 0 && found.read - found.timeless - found.idless > found.rows;
  return [
    ...(resampled ? [{ text: t.resampled(count(found.read), count(found.rows), t.combined[combine]) }] : []),
    ...(found.gapCount === 0 ? [{ text: t.regular }] : []),
    ...some(found.gapCount, `${t.gaps(count(found.gapCount), count(found.gapRows), count(found.longestGap))}: ${t.how[gaps]}`),
    ...some(sumOf(found.filled), t.filled(count(sumOf(found.filled)), byColumn(found.filled))),
    ...some(sumOf(found.missing), t.missing(count(sumOf(found.missing)), byColumn(found.missing))),
    ...some(found.duplicates, t.duplicates(count(found.duplicates), t.combined[combine])),
    ...some(found.outOfOrder, t.outOfOrder(count(found.outOfOrder))),
    ...some(resampled ? 0 : found.offGrid, t.offGrid(count(found.offGrid))),
    ...some(found.shortDays + found.longDays, t.days(count(found.shortDays), count(found.longDays)), false),
    ...some(found.skipped, t.skipped(count(found.skipped))),
    ...some(found.repeated, t.repeated(count(found.repeated)), false),
    ...some(found.timeless, t.timeless(count(found.timeless))),
    ...some(found.idless, t.idless(count(found.idless))),
    ...some(found.constant.length, t.constant(found.constant.join(", "))),
  ];
}
