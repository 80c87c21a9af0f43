import { LatheError } from "../base/errors.js";
import type { SplitSpec } from "../contract/data.js";
import type { Database } from "./sources/database.js";
import { literal } from "./sources/sql.js";
import { TIME } from "./sources/source.js";
import { stratify } from "./stratify.js";

export type SplitName = "train" | "validation" | "test";
export const SPLITS: readonly SplitName[] = ["train", "validation", "test"];

/** Numbers of the parts in SQL; rows that nobody uses are in part -1. */
export const PART = { train: 0, validation: 1, test: 2, skipped: -1 } as const;

export interface SplitQuestion {
  /** The staged table and what to call the table of parts: one column `part` in row order. */
  readonly table: string;
  readonly parts: string;
  readonly split: SplitSpec;
  readonly seed: number;
  /** SQL: true for rows in use. */
  readonly keep: string;
  /** SQL of the classes to stratify by; none where that was not asked for, or there are none. */
  readonly strata: readonly string[];
  /** As runs were split that began before every part got a row of a class with three. */
  readonly before?: boolean | undefined;
  /** SQL of the column whose groups stay together. */
  readonly group?: string | undefined;
  /** SQL: true for rows that are the validation, whatever the shares say; then no other row is. */
  readonly validated?: string;
}

export type SplitCounts = Readonly<Record<SplitName, number>>;

/**
 * Puts every row in use into one part. Random order is the order of MD5("seed:row"), so it depends on nothing but the seed and the row's number. Of n rows (of
 * each class, where stratified), round(n·test) come first, then round(n·validation), then training; of a class with three rows or more each of these that
 * is asked for gets one at least. By the classes of several targets: `stratify`. By time the last rows are the test, those before the
 * validation. Groups are taken in the order of MD5("seed:group") and go whole where their middle falls.
 * @throws LatheError `data.split` for shares that are wrong or leave a part empty.
 */
export async function split(database: Database, question: SplitQuestion): Promise<SplitCounts> {
  const shares = question.validated === undefined ? question.split : { ...question.split, validation: 0 };
  checkShares(shares.validation, shares.test);
  const dealt = `${question.parts}_dealt`;
  const several = question.split.by === "random" && question.strata.length > 1;
  if (several) await deal(database, { ...question, split: shares }, dealt);
  await database.exec(
    `CREATE TABLE ${question.parts} AS SELECT CAST(part AS TINYINT) AS part FROM (${partsOf({ ...question, split: shares }, several ? dealt : undefined)}) ` +
      `ORDER BY row_index`,
  );
  if (several) await database.exec(`DROP TABLE ${dealt}`);
  const counts: Record<SplitName, number> = { train: 0, validation: 0, test: 0 };
  for (const { part, n } of await database.all(`SELECT part, count(*) AS n FROM ${question.parts} GROUP BY part`)) {
    for (const name of SPLITS) if (part === PART[name]) counts[name] = Number(n);
  }
  return counts;
}

/** All rows in use in one part, as a file of its own for the test is. */
export async function onePart(database: Database, table: string, parts: string, keep: string, part: SplitName): Promise<number> {
  await database.exec(
    `CREATE TABLE ${parts} AS SELECT CAST(CASE WHEN ${keep} THEN ${PART[part]} ELSE ${PART.skipped} END AS TINYINT) AS part FROM ${table} ORDER BY rowid`,
  );
  return Number((await database.one(`SELECT count(*) AS n FROM ${parts} WHERE part = ${PART[part]}`))["n"]);
}

/** @throws LatheError `data.split` where a part that was asked for is empty. */
export function checkCounts(counts: SplitCounts, split: SplitSpec, hasTestFile: boolean, path: string): void {
  const rows = counts.train + counts.validation + counts.test;
  const empty = (name: SplitName, share: string) =>
    new LatheError(
      "data.split",
      `the ${name} part of ${path} is empty: ${share} of ${rows} ` +
        `row${rows === 1 ? "" : "s"}${split.by === "group" ? ` in groups of "${split.column}"` : ""}; use more rows or other shares`,
      { path, counts },
    );
  if (counts.train === 0) throw empty("train", "the rest");
  if (counts.validation === 0 && split.validation > 0) throw empty("validation", String(split.validation));
  if (counts.test === 0 && (hasTestFile || split.test > 0)) throw empty("test", hasTestFile ? "none" : String(split.test));
}

function checkShares(validation: number, test: number): void {
  const right = (share: number) => Number.isFinite(share) && share >= 0 && share < 1;
  if (right(validation) && right(test) && validation + test < 1) return;
  throw new LatheError("data.split", `got the shares validation ${validation} and test ${test}, expected numbers from 0 whose sum is below 1`, {
    validation,
    test,
  });
}

/** Rows that are in use and not given their part by name. */
function toDeal({ keep, validated }: Pick<SplitQuestion, "keep" | "validated">): string {
  return validated === undefined ? keep : `(${keep} AND NOT ${validated})`;
}

function randomOrder(seed: number): string {
  return `md5_number_lower(concat(${literal(`${seed}:`)}, rowid + 1)), rowid`;
}

/** Makes a table of rows dealt to parts by the classes of several targets. */
async function deal(database: Database, question: SplitQuestion, into: string): Promise<void> {
  const { table, strata, seed, split: shares } = question;
  const classes = strata.map(() => new Map<string, number>());
  const labels: number[][] = strata.map(() => []);
  const rows: number[] = [];
  const selected = ["CAST(rowid AS INTEGER)", ...strata].join(", ");
  for await (const chunk of database.stream(`SELECT ${selected} FROM ${table} WHERE ${toDeal(question)} ORDER BY ${randomOrder(seed)}`)) {
    const [numbers, ...texts] = Array.from({ length: strata.length + 1 }, (_, k) => chunk.getColumnVector(k));
    for (let i = 0; i < chunk.rowCount; i++) {
      rows.push(Number(numbers?.getItem(i)));
      texts.forEach((column, t) => {
        const text = column.getItem(i);
        const known = classes[t];
        if (text === null || !known) return void labels[t]?.push(-1);
        const key = String(text);
        const code = known.get(key) ?? known.size;
        known.set(key, code);
        labels[t]?.push(code);
      });
    }
  }
  const parts = stratify(
    labels.map((codes) => Int32Array.from(codes)),
    rows.length,
    shares,
  );
  await database.fill(
    into,
    ["row_index", "part"],
    rows.map((row, i) => [String(row), String(parts[i])]),
  );
}

/** @param dealt a table of rows and their parts, where they were dealt. */
function partsOf(question: SplitQuestion, dealt?: string): string {
  const {
    table,
    keep: used,
    validated,
    seed,
    split: { by, validation, test },
    strata: [stratum],
    group,
    before,
  } = question;
  const keep = toDeal(question);
  const skipped =
    `SELECT rowid AS row_index, ${PART.skipped} AS part FROM ${table} WHERE NOT ${used}` +
    (validated === undefined ? "" : ` UNION ALL SELECT rowid AS row_index, ${PART.validation} AS part FROM ${table} WHERE ${used} AND ${validated}`);
  if (by === "group" && group !== undefined) {
    // A row without a group is in the group of those without.
    const key = `coalesce(${group}, '')`;
    return (
      `WITH sized AS (SELECT ${key} AS k, count(*) AS n, md5_number_lower(concat(${literal(`${seed}:`)}, ${key})) AS h FROM ${table} ` +
      `WHERE ${keep} GROUP BY ${key}),
      placed AS (SELECT k, sum(n) OVER (ORDER BY h, k) - n / 2 AS middle, sum(n) OVER () AS total FROM sized),
      cut AS (SELECT k, CASE WHEN middle < round(total * ${test}) THEN ${PART.test} WHEN middle < round(total * ${test}) + round(total ` +
      `* ${validation}) THEN ${PART.validation} ELSE ${PART.train} END AS part FROM placed)
      SELECT d.row_index, cut.part FROM (SELECT rowid AS row_index, ${key} AS k FROM ${table} WHERE ${keep}) d JOIN cut USING (k) UNION ALL ${skipped}`
    );
  }
  if (dealt !== undefined) return `SELECT CAST(row_index AS BIGINT) AS row_index, CAST(part AS TINYINT) AS part FROM ${dealt} UNION ALL ${skipped}`;
  const order = by === "time" ? `${TIME} DESC, rowid DESC` : randomOrder(seed);
  const strata = stratum ?? "0";
  // Of a class with three rows no part that is asked for goes without, training neither.
  const spread = stratum !== undefined && before !== true;
  const atLeastOne = (share: number, most: string) =>
    share === 0 || !spread ? `round(n * ${share})` : `CASE WHEN n >= 3 THEN greatest(1, least(round(n * ${share}), ${most})) ELSE round(n * ${share}) END`;
  return (
    `SELECT row_index, CASE WHEN place <= tests THEN ${PART.test} WHEN place <= tests + ${atLeastOne(validation, "n - 1 - tests")} ` +
    `THEN ${PART.validation} ELSE ${PART.train} END AS part
    FROM (SELECT *, ${atLeastOne(test, `n - ${validation > 0 ? 2 : 1}`)} AS tests FROM (SELECT rowid AS row_index, row_number() OVER (PARTITION BY ${strata} ` +
    `ORDER BY ${order}) AS place, count(*) OVER (PARTITION BY ${strata}) AS n FROM ${table} WHERE ${keep}))
    UNION ALL ${skipped}`
  );
}
