import { mkdirSync, rmdirSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { setImmediate } from "node:timers/promises";
import { LatheError, toLatheError } from "../../base/errors.js";
import { JSON_BOUNDS } from "../../base/json-bounds.js";
import { makeFolders } from "../../base/make-folders.js";
import { readOwnFileSync } from "../../base/own-files.js";
import { readOwnJsonSync } from "../../base/own-json.js";
import { modeLike } from "../../base/replace-file.js";
import { removePart } from "../../base/work-folder.js";
import { readReason, storageError } from "../../base/storage-error.js";
import { CERTIFICATE_FILE, type Certificate } from "../../contract/certificate.js";
import type { ExportRequest } from "../../contract/engine-messages.js";
import type { ExportResult } from "../../contract/results.js";
import { type RunReport, runReport } from "../../contract/report.js";
import { RUN_MODEL, refuseDamagedModel } from "../../contract/run-model.js";
import { type ExportSource, type Exporter, chosenOptions, exporters } from "../../exporters/index.js";
import { checkExport } from "../models/check-export.js";
import { putInPlace } from "../models/csv-file.js";
import type { WorkSetting } from "../process/setting.js";
import { readConfig } from "../runs/run-config.js";
import { RunFolder } from "../runs/run-folder.js";
import { askPython, findPython } from "./ask-python.js";
import { answersOf, certify } from "./certify.js";
import { openTrained } from "./trained-network.js";

const LOST = "Nothing was written";

/**
 * Makes an export of a finished run, compares it, and gives it its place with a certificate: whole, or not at all.
 * @throws LatheError `export.format`, `export.parity`, `export.exists`, `run.missing`, `run.checkpoint`, `run.storage`, `cancelled`
 */
export async function exportFiles(request: ExportRequest, setting: WorkSetting): Promise<ExportResult> {
  const { emit, control } = setting;
  const [folder, out] = [resolve(request.run), resolve(request.out)];
  const exporter = exporters.get(request.format);
  const options = chosenOptions(exporter, request.options);
  const stages = ["reading the run", "comparing the export", "writing the export"] as const;
  const begin = async (stage: (typeof stages)[number]) => {
    emit({ event: "stage", stage, done: stages.indexOf(stage), total: stages.length });
    // What the host says meanwhile is heard here.
    await setImmediate();
    if (control.wish !== "run") throw new LatheError("cancelled", "the export was cancelled; nothing was written");
  };
  try {
    await begin("reading the run");
    const source = openSource(folder, exporter, setting);
    const made = await exporter.make(source, options).catch((thrown: unknown) => {
      if (thrown instanceof LatheError) throw thrown;
      const path = join(folder, exporter.source);
      throw new LatheError("run.missing", `${path} cannot be read: ${readReason(thrown)}`, { path }, { cause: thrown });
    });
    await begin("comparing the export");
    const single = made.files.get("");
    if (!single) writing(out, () => writeFolder(request.temporary, made.files));
    const compared = await made.compare(request.temporary);
    const config = readConfig(RunFolder.open(dirname(dirname(folder)), folder));
    const certificate = certify({ run: folder, config, report: source.report, format: request.format, options, files: made.files, compared });
    await begin("writing the export");
    const bytes = writing(out, () =>
      single ? writeFile(request.temporary, out, exporter, single, certificate) : writeCertificate(request.temporary, made.files, certificate),
    );
    if (!single) makeRoom(out);
    putInPlace(request.temporary, out, request.keepExisting);
    const { answers: _answers, ...told } = certificate;
    return { event: "exported", format: request.format, path: out, bytes, certificate: told };
  } catch (thrown) {
    removePart(request.temporary);
    throw toLatheError(thrown);
  }
}

function openSource(folder: string, { source }: Exporter, setting: WorkSetting): ExportSource {
  const run = () => RunFolder.open(dirname(dirname(folder)), folder);
  const model = () => {
    const bytes = readOwnFileSync(path);
    refuseDamagedModel(path, bytes);
    return bytes;
  };
  const path = join(folder, RUN_MODEL);
  const report = readReport(join(folder, "report.json"));
  if (source !== "report.json" && !report.parity.passed)
    throw new LatheError("export.parity", `run ${report.run} has no model to hand out: its answers differed from the trainer's`, { run: report.run });
  return {
    folder,
    report,
    model,
    checkBare: (bare) => checkExport({ model: path, bare }),
    trained: () => openTrained(run(), dirname(dirname(folder)), model(), setting),
    async askPython(place) {
      const { project, projectFolder } = readConfig(run());
      const answers = answersOf(folder, project.data);
      if (!answers) return "not compared: the run kept no answers of validation or test rows to compare with";
      const python = await findPython();
      if (python === undefined)
        return "not compared: there is no Python with PyTorch and NumPy here to run it; LATHE_TORCH_PYTHON names one, and lathe verify compares later";
      return askPython({ python, folder: place, data: resolve(projectFolder, project.data.source.path), answers, signal: setting.control.preparation });
    },
  };
}

function readReport(path: string): RunReport {
  try {
    return runReport.parse(readOwnJsonSync(path, JSON_BOUNDS.figures));
  } catch (cause) {
    const { code } = toLatheError(cause);
    if (code !== "internal") throw cause;
    throw new LatheError("run.checkpoint", `${path} is damaged: it is no report; resume the run, which writes it again`, { path }, { cause });
  }
}

function writing<T>(out: string, work: () => T): T {
  try {
    makeFolders(dirname(out));
    return work();
  } catch (thrown) {
    throw storageError(out, thrown, LOST);
  }
}

function writeFile(temporary: string, out: string, exporter: Exporter, file: Uint8Array, certificate: Certificate): number {
  const parts = exporter.certified?.(file, JSON.stringify(certificate)) ?? [file];
  writeFileSync(temporary, Buffer.concat(parts), { flag: "wx", flush: true, ...modeLike(out) });
  return parts.reduce((sum, part) => sum + part.length, 0);
}

/** An empty folder that somebody made for the export goes; of anything else `putInPlace` says that it is there. */
function makeRoom(out: string): void {
  try {
    rmdirSync(out);
  } catch {
    // There is none, or it is none, or it holds something.
  }
}

function writeFolder(folder: string, files: ReadonlyMap<string, Uint8Array>): void {
  mkdirSync(folder);
  for (const [name, bytes] of files) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), bytes, { flag: "wx", flush: true });
  }
}

function writeCertificate(folder: string, files: ReadonlyMap<string, Uint8Array>, certificate: Certificate): number {
  const text = Buffer.from(`${JSON.stringify(certificate, null, 2)}\n`);
  writeFileSync(join(folder, CERTIFICATE_FILE), text, { flag: "wx", flush: true });
  return [...files.values(), text].reduce((sum, { length }) => sum + length, 0);
}
