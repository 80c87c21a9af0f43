import { dataOf, prepare } from "./tables.js";

/** All columns but the target y of all rows, as the model takes them, and what was said about the file. */
export async function readColumns(folder: string, path: string, source: object = {}) {
  const prepared = await prepare(
    folder,
    dataOf(path, { inputs: [{ name: "features", type: "numeric", columns: "rest", normalize: "none" }], source: { type: "table", path, ...source } }),
  );
  const width = prepared.inputs[0]!.width;
  const values = new Map<number, readonly number[]>();
  for (const split of ["train", "validation", "test"] as const) {
    for await (const { size, rows, inputs } of prepared.readRaw(split)) {
      for (let r = 0; r < size; r++) values.set(rows[r]!, [...(inputs["features"]!.data as Float32Array).slice(r * width, (r + 1) * width)]);
    }
  }
  const table = Array.from({ length: prepared.audit.rows }, (_, i) => values.get(i + 1)!);
  const warnings = prepared.audit.warnings.filter((w) => w.code === "data.source").map((w) => w.message.replaceAll(folder, "DIR"));
  return { table, warnings, fitted: prepared.fitted };
}

/** What a job refuses with, DIR for the folder; undefined where it does not. */
export async function refusal(job: Promise<unknown>, folder: string): Promise<string | undefined> {
  const error: unknown = await job.then(
    () => undefined,
    (e: unknown) => e,
  );
  return error === undefined ? undefined : (error as Error).message.replaceAll(folder, "DIR");
}
