import { toLatheError } from "../../base/errors.js";
import { readConfig } from "../../training/runs/run-config.js";
import { RunFolder } from "../../training/runs/run-folder.js";
import type { FoundRun } from "../runs/run-reference.js";
import type { Tables } from "../data/tables.js";

export interface RowCells {
  readonly columns: readonly string[];
  readonly cells: ReadonlyMap<number, readonly (string | null)[]>;
  /** By row: the folder that a path in it starts from. */
  readonly rootOf: (row: number) => string | undefined;
  /** Why there are none. */
  readonly note?: string;
}

/**
 * Rows of the table that a run was trained on, by their numbers, read by the run's own settings. Where they cannot be had it says why instead.
 * @throws LatheError `engine.crashed` where the process that read them ended; `cancelled`
 */
export async function cellsOfRows(
  tables: Tables,
  { reference: { project: folder, run } }: FoundRun,
  rows: readonly number[],
  signal?: AbortSignal,
): Promise<RowCells> {
  try {
    const opened = RunFolder.open(folder, run);
    const { project, dataFingerprint: fingerprint } = readConfig(opened);
    const asked = { run: { data: project.data, seed: project.seed, fingerprint }, rows };
    const found = await tables.cells({ folder, file: opened.file("config.json"), document: { ...project } }, asked, signal);
    if (found.changed) return none("the data file has changed since this run was trained, so the rows cannot be shown; what the model answered then is kept");
    const { columns, cells, mainRows, root, testRoot = root } = found;
    // Rows of a test file of its own continue after those of the main one.
    return { columns, cells: new Map(cells), rootOf: (row) => (row <= mainRows ? root : testRoot) };
  } catch (thrown) {
    const error = toLatheError(thrown);
    if (["cancelled", "internal", "engine.crashed"].includes(error.code)) throw error;
    return none(`the rows cannot be shown: ${error.message}`);
  }
}

function none(note: string): RowCells {
  return { columns: [], cells: new Map(), rootOf: () => undefined, note };
}
