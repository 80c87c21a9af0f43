import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { LatheError } from "../../base/errors.js";
import { makeFolders } from "../../base/make-folders.js";
import { modeLike, replaceFileSync } from "../../base/replace-file.js";
import { readReason, storageError } from "../../base/storage-error.js";
import { RUN_MODEL } from "../../contract/run-model.js";
import type { ExportFormat, ModelCard } from "../../contract/run-views.js";
import type { RunReference } from "../../contract/summaries.js";
import { type Exporter, type Preprocess, PREPROCESS, exporters } from "../../exporters/index.js";
import type { FolderAccess } from "../files/folder-access.js";
import { type WorkControl, inEngine } from "../jobs/jobs.js";
import { runFolder } from "./models.js";
import { refuseOut } from "./out-file.js";
import type { Reader } from "../processes/reader.js";
import { finishedRun, modelOfRun } from "../runs/run-reference.js";
import { unfinished } from "../runs/unfinished-run.js";

/** What `exportRun` can write. */
export const exportFormats: readonly string[] = exporters.types;

export { PREPROCESS, type Preprocess };

/** The formats for a menu. */
export function describeFormats(): ExportFormat[] {
  return exporters.all.map(({ type, title, summary, extension }) => ({ format: type, title, summary, extension }));
}

export interface ExportSetting extends WorkControl {
  readonly preprocess?: Preprocess;
}

/**
 * Writes a finished run in one of the export formats.
 * @throws LatheError `usage` for a place that `refuseOut` keeps, `run.missing`, `run.checkpoint` for a damaged model or report, `export.format`,
 * `export.parity` where the gate refused or a file without preprocessing does not pass it, `run.storage`, `cancelled`
 */
export async function exportRun(
  path: string,
  format: string,
  out: string,
  { preprocess = "inside", ...control }: ExportSetting = {},
): Promise<{ readonly path: string; readonly bytes: number }> {
  const run = runFolder(path);
  const exporter = exporters.get(format);
  if (preprocess === "none" && !exporter.bare) {
    const bare = exporters.all.filter((each) => each.bare).map(({ type }) => type);
    throw new LatheError("usage", `--preprocess none is for the format ${bare.join(" or ")}; ${format} has no preprocessing to omit`);
  }
  if (!existsSync(join(run, exporter.source))) throw unfinished(run, exporter.source);
  const target = resolve(out);
  refuseOut(target, [], run);
  const bytes = read(exporter, run, preprocess);
  // The run's own file has been compared with the trainer; what was cut out of it has not.
  if (preprocess === "none")
    await inEngine(
      { kind: "check-export", model: join(run, exporter.source), bare: bytes },
      () => undefined,
      () => undefined,
      control,
    );
  try {
    makeFolders(dirname(target));
    replaceFileSync(target, [bytes], modeLike(target));
  } catch (thrown) {
    throw storageError(target, thrown, "Nothing was written");
  }
  return { path: target, bytes: bytes.length };
}

function read(exporter: Exporter, run: string, preprocess: Preprocess): Uint8Array {
  try {
    return exporter.write(run, preprocess);
  } catch (thrown) {
    if (thrown instanceof LatheError) throw thrown;
    const path = join(run, exporter.source);
    throw new LatheError("run.missing", `${path} cannot be read: ${readReason(thrown)}`, { path }, { cause: thrown });
  }
}

/**
 * The same for a window: within the folders it may use, and over an existing file only if told to.
 * @throws as `exportRun`, and LatheError `export.exists`, `rpc.refused`
 */
export async function writeExport(
  access: FolderAccess,
  asked: RunReference,
  format: string,
  wanted: string,
  replace: boolean,
): Promise<{ readonly path: string; readonly bytes: number }> {
  const exporter = exporters.get(format);
  const out = await access.resolveNew(wanted, "the file to export to");
  const { folder } = await (exporter.source === RUN_MODEL ? modelOfRun(access, asked) : finishedRun(access, asked));
  refuseOut(wanted, [], folder);
  if (existsSync(out) && !replace) throw new LatheError("export.exists", `there is a file ${out} already; replace it, or choose another name`, { path: out });
  return exportRun(folder, format, out);
}

/** How a run's exported file is fed and what it answers. @throws LatheError `run.missing`, `export.parity`, `engine.failed` */
export async function cardOf(access: FolderAccess, reader: Reader, asked: RunReference): Promise<ModelCard> {
  const { model } = await modelOfRun(access, asked);
  return reader.ask("card", { model }, model);
}
