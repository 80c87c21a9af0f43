import { defined } from "../base/assert.js";
import type { PixelRange } from "../features/image.js";
import type { FitContext, NumberStatistics } from "../features/kind.js";
import { BLANKS } from "../features/spelling.js";
import type { DataWarning } from "./data-warning.js";
import type { Cell, Database } from "./sources/database.js";
import type { Roles } from "./roles.js";
import { literal } from "./sources/sql.js";
import { PART } from "./splits.js";
import type { Staged } from "./staging.js";

/** Mean and deviation by channel over pictures of an input, by their paths; and what those of more than 8 bits are read by. */
export interface PixelFacts {
  readonly statistics: (input: string, paths: readonly string[]) => Promise<{ readonly mean: readonly number[]; readonly deviation: readonly number[] }>;
  readonly range: PixelRange;
}

/** Answers encoders from SQL over the staged rows: `parts` holds the part of each row, in the same order. */
export async function createFitContext(
  database: Database,
  staged: Staged,
  parts: string,
  roles: Roles,
  warn: (warning: DataWarning) => void,
  pixels?: PixelFacts,
): Promise<FitContext> {
  const joined = `${staged.table} POSITIONAL JOIN ${parts}`;
  const train = `FROM ${joined} WHERE part = ${PART.train}`;
  const numbers = await numberStatistics(database, staged, roles.numbers, train);
  const told = new Set<string>();
  return {
    path: staged.source.path,
    numbers: async (column) => defined(numbers.get(column), `statistics of ${column}`),
    async median(column) {
      // By sorting, which spills to disk; a quantile aggregate would keep all values in memory.
      const x = staged.number(column);
      const { n } = await database.one(`SELECT count(${x}) AS n ${train}`);
      const middle = await database.all(
        `SELECT ${x} AS x ${train} AND ${x} IS NOT NULL ORDER BY 1 LIMIT ${Number(n) % 2 === 0 ? 2 : 1} OFFSET ${Math.max(0, Math.ceil(Number(n) / 2) - 1)}`,
      );
      return middle.reduce((sum, row) => sum + Number(row["x"]), 0) / middle.length;
    },
    texts: (column, rows, limit) => countTexts(database, staged.text(column), rows === "train" ? train : `FROM ${joined} WHERE part <> ${PART.skipped}`, limit),
    async words(column, separator, rows, limit) {
      const from = rows === "train" ? train : `FROM ${joined} WHERE part <> ${PART.skipped}`;
      return countTexts(database, "w", `FROM (SELECT ${wordsSql(staged.text(column), separator)} AS w ${from}) WHERE w <> ''`, limit);
    },
    async pixels(input) {
      const [column] = roles.inputs.get(input) ?? [];
      // An audit does not look at pixels: it only wants to know whether encoders can be fitted.
      if (!pixels) return { mean: [0], deviation: [1] };
      const text = staged.text(defined(column, input));
      const { unused } = staged.source;
      // An empty picture stands in for one that is missing, and says nothing of what pictures are like.
      const there = unused === undefined ? "" : ` AND ${text} NOT IN (SELECT path FROM ${unused})`;
      const rows = await database.all(`SELECT ${text} AS path ${train} AND ${text} IS NOT NULL${there}`);
      return pixels.statistics(
        input,
        rows.map(({ path }) => String(path)),
      );
    },
    pixelRange: () => pixels?.range ?? {},
    warn(code, message) {
      // Two inputs may read one column.
      if (told.has(message)) return;
      told.add(message);
      warn({ code, message });
    },
    before: staged.source.before === true,
  };
}

/** SQL of a row for each word that a cell lists, each once. As `wordsIn` */
export function wordsSql(text: string, separator: string): string {
  return `unnest(list_distinct(${listSql(text, separator)}))`;
}

/** SQL of the list of a cell's words. */
export function listSql(text: string, separator: string): string {
  return `list_transform(string_split(${text}, ${literal(separator)}), lambda word: trim(word, ${literal(BLANKS)}))`;
}

/** Counts by text, most frequent first; at most `limit` + 1 texts. */
export async function countTexts(database: Database, column: string, fromWhere: string, limit: number): Promise<ReadonlyMap<string, number>> {
  const rows = await database.all(
    `SELECT ${column} AS value, count(*) AS n ${fromWhere} AND ${column} IS NOT NULL GROUP BY 1 ORDER BY n DESC, value LIMIT ${limit + 1}`,
  );
  return new Map(rows.map((row) => [String(row["value"]), Number(row["n"])]));
}

/** One pass, in order, with compensated sums: the same rows give the same bits. */
async function numberStatistics(
  database: Database,
  staged: Staged,
  columns: readonly string[],
  fromWhere: string,
): Promise<ReadonlyMap<string, NumberStatistics>> {
  if (columns.length === 0) return new Map();
  const selected = columns.map((name, k) => {
    const x = staged.number(name);
    return `count(${x}) AS count${k}, min(${x}) AS min${k}, max(${x}) AS max${k}, favg(${x}) AS mean${k}, stddev_pop(${x}) AS deviation${k}`;
  });
  const row = await database.inOrder(() => database.one(`SELECT ${selected.join(", ")} ${fromWhere}`));
  const number = (value: Cell | undefined) => Number(value ?? NaN);
  return new Map(
    columns.map((name, k) => [
      name,
      {
        count: number(row[`count${k}`]),
        min: number(row[`min${k}`]),
        max: number(row[`max${k}`]),
        mean: number(row[`mean${k}`]),
        deviation: number(row[`deviation${k}`]),
      },
    ]),
  );
}

/** Equal rows. */
export interface Duplicates {
  /** Rows that equal an earlier one. */
  readonly rows: number;
  /** Rows of validation and test that equal a training row. */
  readonly leaked: number;
}

/** Compares all columns with a role, by 64-bit hashes. `parts` omitted: there is no split yet. */
export async function findDuplicates(database: Database, staged: Staged, roles: Pick<Roles, "numbers" | "texts">, parts?: string): Promise<Duplicates> {
  const columns = [...roles.numbers.map((c) => staged.number(c)), ...roles.texts.map((c) => staged.text(c))];
  const from = parts === undefined ? `(SELECT *, 0 AS part FROM ${staged.table})` : `${staged.table} POSITIONAL JOIN ${parts}`;
  const row = await database.one(
    `SELECT coalesce(sum(n - 1), 0) AS "rows", coalesce(sum(CASE WHEN trained > 0 THEN n - trained ELSE 0 END), 0) AS leaked FROM (
      SELECT count(*) AS n, count(*) FILTER (part = ${PART.train}) AS trained FROM (SELECT hash(${columns.join(", ")}) AS h, part FROM ${from} WHERE ` +
      `part <> ${PART.skipped}) GROUP BY h)`,
  );
  return { rows: Number(row["rows"]), leaked: Number(row["leaked"]) };
}
