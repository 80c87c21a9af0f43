// node tests/benchmarks/make-table.mjs <file.csv> [rows] [columns]
// A table of numbers with 1 % missing and a last column y of 0 and 1 that the numbers tell something about; the same for the same size.
// DuckDB streams it to disk.
import { statSync } from "node:fs";
import { DuckDBInstance } from "@duckdb/node-api";

const [path, rows = "10000000", columns = "20"] = process.argv.slice(2);
const [n, m] = [Number(rows), Number(columns)];
if (!path || !Number.isInteger(n) || n < 1 || !Number.isInteger(m) || m < 2) {
  console.error("usage: node tests/benchmarks/make-table.mjs <file.csv> [rows = 10000000] [columns = 20, the target included]");
  process.exit(2);
}

const instance = await DuckDBInstance.create(":memory:", { memory_limit: "400MB", preserve_insertion_order: "true" });
const connection = await instance.connect();
// Uniform in [0, 1) from the row's and the column's number; DuckDB's random() is another one every time.
const uniform = (k) => `(hash(i * ${m + 1} + ${k}) % 1000003) / 1000003.0`;
const features = Array.from(
  { length: m - 1 },
  (_, k) => `CASE WHEN hash(i * ${m + 1} + ${k} + 500000000000) % 100 = 0 THEN NULL ELSE round(${uniform(k)} * ${k + 1} * 10, 4) END AS x${k + 1}`,
);
const signal = `${uniform(0)} + ${m > 2 ? uniform(1) : "0.5"} + 0.5 * ${uniform(m)} > 1.25`;
await connection.run(
  `COPY (SELECT ${features.join(", ")}, CAST(${signal} AS INTEGER) AS y FROM range(${n}) t(i)) TO '${path.replaceAll("'", "''")}' (FORMAT csv, HEADER)`,
);
connection.closeSync();
instance.closeSync();
console.log(`${path}: ${n} rows, ${m} columns, ${(statSync(path).size / 2 ** 20).toFixed(0)} MiB`);
