import { existsSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { defined } from "../../base/assert.js";
import { LatheError } from "../../base/errors.js";
import { readNamedFileSync } from "../../base/own-files.js";
import { readReason } from "../../base/storage-error.js";
import { inWorkFolder } from "../../base/work-folder.js";
import { CERTIFICATE_FILE, type Certificate, type CertifiedAnswers, type Compared, type Verification, certificateSchema } from "../../contract/certificate.js";
import { type DataSpec, dataSchema } from "../../contract/data.js";
import type { VerifyRequest } from "../../contract/engine-messages.js";
import { METADATA } from "../../contract/model-metadata.js";
import { digestOf } from "../../contract/run-model.js";
import { type RawBatch, dataFingerprint, readTable } from "../../datasets/index.js";
import { csvOptions } from "../../datasets/sources/csv.js";
import type { Executable, Tensors } from "../../engines/engine.js";
import { fileEngine } from "../../engines/index.js";
import { exporters } from "../../exporters/index.js";
import type { FittedData } from "../../features/fitted.js";
import { lowerInputs, picturesOf, targetKindOf } from "../../features/index.js";
import { encodeMetadata } from "../../onnx/protobuf.js";
import { createEmitter } from "../../ops/index.js";
import { decisionOf, inOwnUnit } from "../judging/judge.js";
import { readFacts } from "../models/inference-model.js";
import { checkParity, differing } from "../models/parity.js";
import { readModel } from "../models/read-model.js";
import type { WorkSetting } from "../process/setting.js";
import { askPython } from "./ask-python.js";
import { judgedTarget, targetSpec } from "../workbench.js";

/** What was exported, as it lies there. */
interface Exported {
  readonly certificate: Certificate;
  /** By the names of the certificate's `files`, without the certificate; undefined: it is gone. */
  readonly files: ReadonlyMap<string, Uint8Array | undefined>;
}

/**
 * Repeats what an export's certificate says: whether the data are those of the run, whether the files are as they were exported, and whether they answer as the
 * trainer did.
 * @throws LatheError `export.format` for a file without a certificate, `data.changed` for other data, `export.parity` where the answers differ, `run.missing`
 */
export async function verifyExport(request: VerifyRequest, { emit, control }: WorkSetting): Promise<Verification> {
  const file = resolve(request.file);
  const { certificate, files } = readExported(file);
  const signal = control.preparation;
  emit({ event: "stage", stage: "hash", done: 0 });
  const data = await inWorkFolder((folder) => compareData(certificate, request, folder, signal));
  emit({ event: "stage", stage: "comparing the export", done: 0 });
  const changed = Object.entries(certificate.files)
    .filter(([name, digest]) => digestOf(files.get(name) ?? new Uint8Array(0)) !== digest)
    .map(([name]) => name);
  const { answers, ...told } = certificate;
  const result = { event: "verified", file, certificate: told, data, changed } as const;
  const how = exporters.get(certificate.format).answers;
  if (how === "none") return result;
  if (!answers)
    throw new LatheError(
      "export.format",
      `${file} carries no answers to repeat, for its run kept none of a part of the data's main file; ` +
        (data === "same" ? "the data are those of the run" : "whether the data are those of the run is not known"),
      { path: file },
    );
  if (how === "python") {
    if (request.python === undefined) return { ...result, unrun: "its Python was not run: --python names a program that may run it" };
    const { source } = sectionOf(certificate, request);
    return { ...result, compared: await askPython({ python: request.python, folder: file, data: source.path, answers, signal }) };
  }
  const model = defined(files.get(certificate.format), certificate.format);
  return { ...result, compared: await inWorkFolder((folder) => repeat({ file, model, answers, certificate, request, folder, signal })) };
}

function readExported(file: string): Exported {
  if (!existsSync(file)) throw new LatheError("run.missing", `there is no ${file}`, { path: file });
  if (statSync(file).isDirectory()) {
    const path = join(file, CERTIFICATE_FILE);
    if (!existsSync(path)) throw withoutCertificate(file);
    const certificate = parse(Buffer.from(read(path)).toString("utf8"), path);
    const own = (name: string) => (existsSync(join(file, name)) ? read(join(file, name)) : undefined);
    return { certificate, files: new Map(Object.keys(certificate.files).map((name) => [name, own(name)])) };
  }
  const bytes = read(file);
  if (bytes[0] === "{".charCodeAt(0)) {
    const { certificate: text, ...rest } = parseJson(bytes, file);
    if (text === undefined) throw withoutCertificate(file);
    const certificate = parse(JSON.stringify(text), file);
    return { certificate, files: new Map([[certificate.format, Buffer.from(`${JSON.stringify(rest, null, 2)}\n`)]]) };
  }
  const text = readModel(bytes, file).metadata.get(METADATA.certificate);
  if (text === undefined) throw withoutCertificate(file);
  const certificate = parse(text, file);
  // Behind the bytes of the file as it was made.
  const length = bytes.length - encodeMetadata(METADATA.certificate, text).length;
  return { certificate, files: new Map([[certificate.format, bytes.subarray(0, length)]]) };
}

function withoutCertificate(path: string): LatheError {
  return new LatheError("export.format", `${path} has no certificate: it was not exported by this version of Lathe; export it again`, { path });
}

function parseJson(bytes: Uint8Array, path: string): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(Buffer.from(bytes).toString("utf8")) as Readonly<Record<string, unknown>>;
  } catch {
    throw withoutCertificate(path);
  }
}

function parse(text: string, path: string): Certificate {
  try {
    return certificateSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new LatheError("export.format", `the certificate of ${path} is damaged, or of another version of Lathe; export it again`, { path }, { cause });
  }
}

function read(path: string): Uint8Array {
  try {
    return readNamedFileSync(path);
  } catch (thrown) {
    throw new LatheError("run.missing", `${path} cannot be read: ${readReason(thrown)}`, { path }, { cause: thrown });
  }
}

/** The project's section of data, of files where they lie here. */
function sectionOf({ data }: Certificate, request: VerifyRequest): DataSpec {
  const section = dataSchema.parse(data.section);
  const test = section.source.test === undefined || request.test === undefined ? {} : { test: resolve(request.test) };
  return { ...section, source: { ...section.source, path: resolve(request.data), ...test } };
}

/** @throws LatheError `data.changed` */
async function compareData(certificate: Certificate, request: VerifyRequest, folder: string, signal: AbortSignal): Promise<Verification["data"]> {
  const data = sectionOf(certificate, request);
  const { source } = data;
  if ((source.test !== undefined && request.test === undefined) || ("validation" in source && source.validation !== undefined)) return "unknown";
  const { formats } = await dataFingerprint({ folder, data, seed: certificate.data.seed, cacheFolder: folder, signal });
  if (formats.has(certificate.data.fingerprint)) return "same";
  throw new LatheError(
    "data.changed",
    `${source.path} is not what run ${certificate.run} learnt from: its fingerprint is another than the certificate's, so nothing can be ` +
      `said of the answers; give the same file or folder`,
    { path: source.path },
  );
}

interface Repetition {
  readonly file: string;
  readonly model: Uint8Array;
  readonly answers: CertifiedAnswers;
  readonly certificate: Certificate;
  readonly request: VerifyRequest;
  readonly folder: string;
  readonly signal: AbortSignal;
}

/** Asks the file about the rows whose answers the certificate has. @throws LatheError `export.parity` */
async function repeat({ file, model: bytes, answers, certificate, request, folder, signal }: Repetition): Promise<Compared> {
  const { metadata } = readModel(bytes, file);
  const bare = metadata.get(METADATA.preprocess) === "none";
  // What is said of columns and targets is the same in a file without preprocessing.
  const { fitted, thresholds } = readFacts(new Map([...metadata].filter(([key]) => key !== METADATA.preprocess)), file);
  const judged = new Map(fitted.targets.map((target) => [target.name, judgedTarget(target, thresholds[target.name] ?? 0.5)]));
  const spec = fitted.targets.filter(({ name }) => answers.targets.some((target) => target.name === name));
  const outputs = spec.map((target) => {
    const { values } = defined(
      answers.targets.find(({ name }) => name === target.name),
      target.name,
    );
    return [target.name, targetKindOf(target).trained(new Float32Array(Uint8Array.from(Buffer.from(values, "base64")).buffer), target)] as const;
  });
  const rows = Uint32Array.from(answers.rows);
  const session = await fileEngine.load(bytes, { device: "cpu", threads: 1 });
  const encoder = bare ? await encoderOf(fitted) : undefined;
  try {
    const { source } = sectionOf(certificate, request);
    const options = csvOptions({ ...(source as object) });
    const table = await readTable({
      fitted,
      folder: dirname(source.path),
      path: source.path,
      ...options,
      workFolder: folder,
      targets: "required",
      rows,
      signal,
    });
    const parity = await checkParity({
      model: session,
      fitted,
      targets: spec.map(targetSpec),
      rows: encoded(table, encoder),
      trained: { rows: rows.length, outputs: new Map(outputs), truths: new Map(), losses: new Map() },
      split: answers.split,
      expected: picturesOf(fitted.inputs).length > 0 ? "some" : "all",
      ownUnit: inOwnUnit(judged),
      decide: ({ name }, own) => decisionOf(defined(judged.get(name), name), own),
    });
    const { rows: samples, split, maxDifference, tolerance, passed } = parity;
    if (!passed) throw new LatheError("export.parity", `the answers of ${file} ${differing(parity)}`, { parity });
    return { with: "the trainer", by: "onnxruntime", samples, split, maxDifference, tolerance };
  } finally {
    await encoder?.dispose();
    await session.dispose();
  }
}

/** What the network reads, of raw rows: what a file without preprocessing is fed. */
async function encoderOf(fitted: FittedData): Promise<Executable> {
  const e = createEmitter();
  for (const [name, value] of lowerInputs(e, fitted)) e.graph.output(value, `encoded ${name}`);
  return fileEngine.compile(e.graph.build("preprocessing"), { device: "cpu", threads: 1 });
}

async function* encoded(table: AsyncIterable<RawBatch>, encoder: Executable | undefined): AsyncGenerator<RawBatch> {
  for await (const batch of table) {
    if (!encoder) yield batch;
    else {
      const made = await encoder.run(batch.inputs);
      const inputs: Tensors = Object.fromEntries(Object.keys(batch.inputs).map((name) => [name, defined(made[`encoded ${name}`], name)]));
      yield { ...batch, inputs };
    }
  }
}
