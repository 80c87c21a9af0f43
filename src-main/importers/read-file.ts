import { createHash } from "node:crypto";
import { closeSync, constants, fstatSync, openSync, readFileSync, realpathSync, statSync } from "node:fs";
import { dirname, isAbsolute, join, relative } from "node:path";
import { LatheError } from "../base/errors.js";
import { readBytesSync } from "../base/read-bytes.js";
import { readReason } from "../base/storage-error.js";
import { type ForeignFile, decodeModel } from "../onnx/protobuf.js";
import type { Model } from "../onnx/types.js";
import { BEGINNING, foreignKind, refuseCutOff } from "./file-kinds.js";

/** A file that somebody else wrote, as far as reading it tells. */
export interface ForeignModel {
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly sha256: string;
  readonly model: Model;
  /** How many tensors, inputs and outputs were of other element types, by ONNX's name. */
  readonly converted: ReadonlyMap<string, number>;
  /** Whether values lie in files beside it. */
  readonly external: boolean;
}

/** Bytes that a file may have: protobuf itself holds no more. */
const MOST_BYTES = 2 ** 31 - 1;

/** The operator sets that are brought to ours. */
const [OLDEST, NEWEST] = [7, 25];

/**
 * Reads an ONNX file and what it keeps beside itself, and checks all that can be checked before a value is computed: that it is an ONNX file and whole, names,
 * order, types, and that each tensor has as many values as it says. Nothing in it is run.
 * @throws LatheError `data.missing` where there is no file, `graph.invalid` for what is damaged or no ONNX file, `graph.unsupported` for what is not read
 */
export function readForeignModel(path: string): ForeignModel {
  const bytes = bytesOf(path);
  const converted = new Map<string, number>();
  const beside = new ExternalFiles(path);
  const foreign: ForeignFile = {
    converted: (_what, from) => converted.set(from, (converted.get(from) ?? 0) + 1),
    external: (entries, what, expected) => beside.read(entries, what, expected),
  };
  const model = decodeModel(bytes, undefined, foreign);
  refuseOpsets(path, model);
  return { path, bytes, sha256: createHash("sha256").update(bytes).digest("hex"), model, converted, external: beside.used };
}

function refuseOpsets(path: string, { opsets }: Model): void {
  const opset = opsets.get("");
  if (opset === undefined)
    throw new LatheError("graph.unsupported", `${path} uses no operators of ONNX's own; it has those of ${[...opsets.keys()].join(", ")}`);
  if (opset < OLDEST || opset > NEWEST)
    throw new LatheError("graph.unsupported", `${path} is of operator set ${opset}, expected ${OLDEST} to ${NEWEST}; export it again with one of these`, {
      opset,
    });
}

function bytesOf(path: string): Uint8Array {
  let file: number;
  try {
    file = openSync(path, constants.O_RDONLY | ((constants as Readonly<Record<string, number | undefined>>)["O_NONBLOCK"] ?? 0));
  } catch (thrown) {
    throw new LatheError("data.missing", `${path} cannot be read: ${readReason(thrown)}`, { path }, { cause: thrown });
  }
  try {
    const stats = fstatSync(file);
    if (!stats.isFile()) throw new LatheError("graph.invalid", `${path} is no file; expected an ONNX file`, { path });
    if (stats.size > MOST_BYTES)
      throw new LatheError(
        "graph.unsupported",
        `${path} has ${(stats.size / 2 ** 30).toFixed(1)} GiB, and an ONNX file at most 2; larger networks keep their weights in files beside it`,
        { path },
      );
    if (stats.size === 0) throw new LatheError("graph.invalid", `${path} is empty; expected an ONNX file`, { path });
    const read = (position: number, length: number) => {
      const part = new Uint8Array(Math.min(length, Math.max(0, stats.size - position)));
      return part.subarray(0, readBytesSync(file, part, position));
    };
    // What is no ONNX file is not held in memory.
    const kind = foreignKind(read(0, BEGINNING), stats.size);
    if (kind) throw new LatheError("graph.invalid", `${path} is ${kind}`, { path });
    refuseCutOff(path, stats.size, read);
    return new Uint8Array(readFileSync(file));
  } finally {
    closeSync(file);
  }
}

/** Files beside a model in which tensors keep their values: in its own folder, never over a link that leads out of it. */
class ExternalFiles {
  readonly #folder: string;
  #used = false;
  #total = 0;

  constructor(model: string) {
    this.#folder = realpathSync(dirname(model));
  }

  get used(): boolean {
    return this.#used;
  }

  /** @throws LatheError `graph.invalid` for a place outside of the folder or the file, `data.missing` where there is no such file */
  read(entries: ReadonlyMap<string, string>, what: string, expected: number | undefined): Uint8Array {
    this.#used = true;
    const location = entries.get("location") ?? "";
    const file = this.#inside(location, what);
    const { size } = statSync(file);
    const offset = whole(entries.get("offset") ?? "0", "offset", what);
    const length = whole(entries.get("length") ?? String(size - offset), "length", what);
    if (offset + length > size)
      throw new LatheError("graph.invalid", `${what} lies at bytes ${offset} to ${offset + length} of ${location}, which has ${size}; copy that file again`);
    // Before they are read: a few bytes can promise two gigabytes.
    if (expected !== undefined && length !== expected)
      throw new LatheError("graph.invalid", `${what} has ${length} bytes of ${location}, expected ${expected} for its shape`);
    this.#total += length;
    if (this.#total > MOST_BYTES)
      throw new LatheError("graph.unsupported", `the tensors beside the file have more than 2 GiB together; Lathe trains smaller networks`);
    const bytes = new Uint8Array(length);
    const opened = openSync(file, "r");
    try {
      readBytesSync(opened, bytes, offset);
    } finally {
      closeSync(opened);
    }
    return bytes;
  }

  #inside(location: string, what: string): string {
    const parts = location.split(/[\\/]/);
    if (location === "" || isAbsolute(location) || location.includes("\0") || parts.includes("..") || /^[a-z]:/i.test(location))
      throw new LatheError("graph.invalid", `${what} keeps its values in "${location}", expected a file in the model's own folder`);
    let real: string;
    try {
      real = realpathSync(join(this.#folder, ...parts));
      if (!statSync(real).isFile()) throw new LatheError("graph.invalid", `${what} keeps its values in "${location}", which is no file`);
    } catch (thrown) {
      if (thrown instanceof LatheError) throw thrown;
      throw new LatheError("data.missing", `${what} keeps its values in "${location}", which is not beside the model; copy it there`, { location });
    }
    const way = relative(this.#folder, real);
    if (way.startsWith("..") || isAbsolute(way))
      throw new LatheError("graph.invalid", `${what} keeps its values in "${location}", a link that leads out of the model's folder`);
    return real;
  }
}

function whole(text: string, name: string, what: string): number {
  const number = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isSafeInteger(number)) return number;
  throw new LatheError("graph.invalid", `${what} has the ${name} "${text.slice(0, 40)}" in the file beside the model, expected a whole number from 0`);
}
