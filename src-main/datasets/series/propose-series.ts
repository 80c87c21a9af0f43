import type { SurveyedColumn, TableSurvey } from "../propose.js";

/** A column of times is one where so many neighbouring rows are in order, and so few rows have none. */
const [IN_ORDER, MISSING] = [0.8, 0.05];
/** Times, and rows of each series, that make one. */
const [TIMES, ROWS] = [8, 4];
/** Of all pairs of a time and an id so many are there. */
const PAIRS = 0.25;
/** Without an id, so large a share of the times must differ. */
const DIFFERENT = 0.5;
/** What columns are called that tell series apart. */
const IDENTIFIES =
  /(^|[^a-z])(id|ids|key|name|code|station|store|shop|meter|sensor|device|item|product|sku|symbol|ticker|region|city|country|site|unit)($|[^a-z])|[a-z]Id$/i;

/** Which column of a table looks like the time of a series, and which tells several series apart; undefined where none does. */
export function proposeSeries({ columns }: Pick<TableSurvey, "columns">): { readonly time?: string; readonly id?: string } | undefined {
  for (const time of columns) {
    if (time.inOrder === undefined || time.inOrder < IN_ORDER || time.missing > time.rows * MISSING || time.distinct < TIMES) continue;
    if (time.distinct >= time.rows * 0.9) return { time: time.name };
    const id = columns.filter((column) => column !== time && tellsApart(column, time)).sort((a, b) => rank(a) - rank(b))[0];
    if (id) return { time: time.name, id: id.name };
    if (time.distinct >= time.rows * DIFFERENT) return { time: time.name };
  }
  return undefined;
}

function tellsApart({ type, whole, distinct, missing, inOrder }: SurveyedColumn, time: SurveyedColumn): boolean {
  if (inOrder !== undefined || missing > time.rows * MISSING || distinct < 2 || distinct * ROWS > time.rows) return false;
  if (type !== "text" && type !== "boolean" && !(type === "number" && whole)) return false;
  const pairs = distinct * time.distinct;
  return time.rows <= pairs * 1.1 && time.rows >= pairs * PAIRS;
}

/** Names that say so first, then texts, then the one of the fewest values. */
function rank({ name, type, distinct }: SurveyedColumn): number {
  return (IDENTIFIES.test(name) ? 0 : 2e9) + (type === "text" ? 0 : 1e9) + distinct;
}
