import { toLatheError } from "../../base/errors.js";
import { sniffDecimals } from "./decimal.js";
import type { Source, Wanted } from "./source.js";
import { literal } from "./sql.js";

/**
 * One row that somebody typed, as a table: what a comma-separated file of it would be; paths of pictures in it are absolute. @param likely how numbers were
 * written in the training rows.
 */
export function sourceOfValues(values: Readonly<Record<string, string | null>>, { numbers, texts }: Wanted, likely: "," | undefined): Source {
  const names = [...new Set([...numbers, ...texts])];
  const record = names.map((name) => values[name] ?? "");
  const path = "the values given";
  const decimals = sniffDecimals({ path, delimiter: ",", names, records: [record], likely });
  const cells = record.map((text, k) => `CAST(${text === "" ? "NULL" : literal(text)} AS VARCHAR) AS c${k}`);
  return {
    path,
    format: "csv",
    size: 0,
    root: "",
    relation: `(SELECT ${cells.join(", ")})`,
    warnings: decimals.warnings,
    columns: names.map((name, k) => ({ name, sql: `c${k}`, kind: "text", decimal: decimals.columns[k] ?? "." })),
    explain: (error) => Promise.resolve(toLatheError(error)),
  };
}
