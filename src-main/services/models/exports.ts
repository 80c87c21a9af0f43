import { existsSync, lstatSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { LatheError } from "../../base/errors.js";
import { partOf, removePart } from "../../base/work-folder.js";
import { type Verification, verification } from "../../contract/certificate.js";
import type { VerifyRequest } from "../../contract/engine-messages.js";
import type { RunEvent } from "../../contract/events.js";
import { withExtension } from "../../contract/paths.js";
import { type ExportResult, exportResult } from "../../contract/results.js";
import { RUN_MODEL } from "../../contract/run-model.js";
import type { ExportFormat, ModelCard } from "../../contract/run-views.js";
import type { RunReference } from "../../contract/summaries.js";
import { type ExportOption, type ExportOptions, type Exporter, chosenOptions, exporters } from "../../exporters/index.js";
import { outExists } from "../../training/models/out-exists.js";
import type { FolderAccess } from "../files/folder-access.js";
import { type EngineRunner, type WorkControl, inEngine } from "../jobs/jobs.js";
import { runFolder } from "./models.js";
import { refuseOut } from "./out-file.js";
import type { Reader } from "../processes/reader.js";
import { finishedRun, modelOfRun } from "../runs/run-reference.js";
import { unfinished } from "../runs/unfinished-run.js";

/** What `exportRun` can write. */
export const exportFormats: readonly string[] = exporters.types;

/** The options of all formats, each once. */
export const exportOptions: readonly ExportOption[] = [
  ...new Map(exporters.all.flatMap(({ options }) => options.map((option) => [option.name, option]))).values(),
];

/** The formats for a menu. */
export function describeFormats(): ExportFormat[] {
  return exporters.all.map(({ type, title, summary, extension, options }) => ({
    format: type,
    title,
    summary,
    ...(extension === undefined ? {} : { extension }),
    options: options.map(({ name, title: called, choices }) => ({ name, title: called, choices: [...choices] })),
  }));
}

export interface ExportSetting extends WorkControl {
  readonly options?: ExportOptions;
  readonly onEvent?: (event: RunEvent) => void;
  /** Refuse where a file is there; a folder is never replaced. */
  readonly keepExisting?: boolean;
  /** How the engine process is started; as a child of this one unless told. */
  readonly work?: EngineRunner;
}

/**
 * Makes an export of a finished run, in an engine process. A name without an ending gets the format's.
 * @throws LatheError `usage` for a place that `refuseOut` keeps, `run.missing`, `run.checkpoint` for a damaged model or report, `export.format`,
 * `export.exists`, `export.parity` where the gate refused, `run.storage`, `cancelled`
 */
export async function exportRun(
  path: string,
  format: string,
  wanted: string,
  { options = {}, onEvent = () => undefined, keepExisting = false, work, ...control }: ExportSetting = {},
): Promise<ExportResult> {
  const run = runFolder(path);
  const exporter = exporters.get(format);
  if (!existsSync(join(run, exporter.source))) throw unfinished(run, exporter.source);
  chosenOptions(exporter, options);
  const out = placeOf(exporter, wanted);
  refusePlace(exporter, out, run);
  if (keepExisting && existsSync(out)) throw outExists(out);
  const temporary = partOf(out);
  const asked = { kind: "export", run, format, options, out, temporary, keepExisting: keepExisting || exporter.extension === undefined } as const;
  const check = (value: unknown) => exportResult.parse(value);
  try {
    return await (work ? work(asked, onEvent, check, control.signal) : inEngine(asked, onEvent, check, control));
  } catch (thrown) {
    // A process that was ended by force could not tidy up.
    removePart(temporary);
    throw thrown;
  }
}

/** Repeats what an export's certificate says. @throws LatheError `export.format`, `export.parity`, `data.changed`, `run.missing`, `cancelled` */
export function verifyExport(request: VerifyRequest, onEvent: (event: RunEvent) => void, control: WorkControl): Promise<Verification> {
  return inEngine({ kind: "verify-export", ...request }, onEvent, (value) => verification.parse(value), control);
}

/** Where an export goes: a name without an ending gets the format's, unless something is called exactly so. */
function placeOf({ extension }: Exporter, wanted: string): string {
  return resolve(extension === undefined || isThere(wanted) ? wanted : withExtension(wanted, extension));
}

/** A link that leads nowhere is there too. Where a folder on the way is none, writing will say so. */
function isThere(path: string): boolean {
  try {
    lstatSync(path);
    return true;
  } catch {
    return false;
  }
}

/** @throws LatheError `usage`, and `export.exists` for a folder that holds something: what is in it may be somebody's work */
function refusePlace({ extension }: Exporter, out: string, run: string): void {
  if (extension === undefined && isThere(out) && lstatSync(out).isDirectory()) {
    if (readdirSync(out).length > 0)
      throw new LatheError("export.exists", `there is a folder ${out} already, and it is not empty; choose another name`, { path: out });
    refuseOut(join(out, "inside"), [], run);
  } else refuseOut(out, [], run);
}

/**
 * The same for a window: within the folders it may use, and over an existing file only if told to.
 * @throws as `exportRun`, and LatheError `rpc.refused`
 */
export async function writeExport(
  access: FolderAccess,
  { format, out: wanted, replace, options, ...asked }: WindowExport,
  setting: Pick<ExportSetting, "work" | "onEvent" | "signal">,
): Promise<ExportResult> {
  const exporter = exporters.get(format);
  const out = await access.resolveNew(wanted, "the file to export to");
  const { folder } = await (exporter.source === RUN_MODEL ? modelOfRun(access, asked) : finishedRun(access, asked));
  refusePlace(exporter, placeOf(exporter, wanted), folder);
  return exportRun(folder, format, out, { ...setting, options, keepExisting: !replace });
}

interface WindowExport extends RunReference {
  readonly format: string;
  readonly out: string;
  readonly replace: boolean;
  readonly options: ExportOptions;
}

/** How a run's exported file is fed and what it answers. @throws LatheError `run.missing`, `export.parity`, `engine.failed` */
export async function cardOf(access: FolderAccess, reader: Reader, asked: RunReference): Promise<ModelCard> {
  const { model } = await modelOfRun(access, asked);
  return reader.ask("card", { model }, model);
}
