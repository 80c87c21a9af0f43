import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { LatheError } from "../base/errors.js";
import { exporters } from "../exporters/index.js";
import { storageError } from "../training/checkpoint.js";
import { runFolder } from "./models.js";

/** What `exportRun` can write. */
export const exportFormats: readonly string[] = exporters.types;

/**
 * Writes a finished run in one of the export formats.
 * @throws LatheError `run.missing`, `export.format`, `export.parity` where the gate refused, `run.storage`
 */
export function exportRun(path: string, format: string, out: string): { readonly path: string; readonly bytes: number } {
  const run = runFolder(path);
  const exporter = exporters.get(format);
  if (!existsSync(join(run, exporter.source))) {
    throw new LatheError("run.missing", `${run} has no ${exporter.source}: its training has not ended, or the parity gate refused it (see log.txt); go on with train --resume`);
  }
  const target = resolve(out);
  const bytes = exporter.write(run);
  try {
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(`${target}.part`, bytes);
    renameSync(`${target}.part`, target);
  } catch (thrown) {
    rmSync(`${target}.part`, { force: true });
    throw storageError(target, thrown, "Nothing was written");
  }
  return { path: target, bytes: bytes.length };
}
