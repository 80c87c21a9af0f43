import type { DataSpec } from "../../contract/data.js";
import type { Database } from "../sources/database.js";
import { PART } from "../splits.js";

/** Where the validation and the test begin, in µs; Infinity: there is none. */
export interface Cuts {
  readonly validation: number;
  readonly test: number;
}

/** Of all rows, those of the validation and of the test. */
export type Shares = Pick<DataSpec["split"], "validation" | "test">;

/**
 * Where validation and test begin: the last `test` of all rows, and `validation` of them before these, are cut off in time, for all series at once.
 * @param rows a FROM item with `series_time`
 */
export async function findCuts(database: Database, rows: string, { validation, test }: Shares): Promise<Cuts> {
  const { n } = await database.one(`SELECT count(*) AS n FROM ${rows}`);
  const before = async (share: number): Promise<number> => {
    const count = Math.round(Number(n) * share);
    if (count === 0) return Infinity;
    const { time } = await database.one(`SELECT series_time AS time FROM ${rows} ORDER BY 1 DESC LIMIT 1 OFFSET ${count - 1}`);
    return Number(time);
  };
  const tested = await before(test);
  return { test: tested, validation: validation === 0 ? tested : await before(validation + test) };
}

/** SQL of the part that lies between `first` and `last`, both SQL of µs; `across` where a cut does. */
export function partBetween({ validation, test }: Cuts, first: string, last: string, across: number = PART.skipped): string {
  return (
    `CASE WHEN ${last} < ${microseconds(validation)} THEN ${PART.train} WHEN ${first} >= ${microseconds(test)} THEN ${PART.test} ` +
    `WHEN ${first} >= ${microseconds(validation)} AND ${last} < ${microseconds(test)} THEN ${PART.validation} ELSE ${across} END`
  );
}

/** µs as SQL; what never comes too. */
export function microseconds(us: number): string {
  return us === Infinity ? "1e300" : String(us);
}
