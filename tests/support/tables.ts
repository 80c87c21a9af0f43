import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type DataSpec, dataSchema } from "../../src-main/contract/data.js";
import { Database } from "../../src-main/datasets/sources/database.js";
import { literal } from "../../src-main/datasets/sources/sql.js";
import { type PreparedData, prepareData } from "../../src-main/datasets/index.js";
import { onnxruntimeEngine } from "../../src-main/engines/onnxruntime/index.js";
import type { Graph } from "../../src-main/onnx/types.js";

/** A table file in a folder. */
export function writeTable(folder: string, name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

/** A query's result as a Parquet file. */
export async function writeParquet(folder: string, name: string, query: string): Promise<string> {
  const path = join(folder, name);
  const database = await Database.open(folder);
  try {
    await database.exec(`COPY (${query}) TO ${literal(path)} (FORMAT parquet)`);
  } finally {
    database.close();
  }
  return path;
}

/** A data section with its defaults: all columns but the target are numbers, y is a binary target. */
export function dataOf(path: string, more: { readonly [K in keyof DataSpec]?: unknown } = {}): DataSpec {
  return dataSchema.parse({
    source: { type: "table", path },
    inputs: [{ name: "features", type: "numeric", columns: "rest" }],
    targets: [{ name: "y", type: "binary", column: "y" }],
    ...more,
  });
}

export const compile = (graph: Graph) => onnxruntimeEngine.compile(graph, { device: "cpu", threads: 1 });

export function prepare(folder: string, data: DataSpec, seed = 1): Promise<PreparedData> {
  return prepareData({ folder, data, seed, cacheFolder: join(folder, "cache"), compile });
}
