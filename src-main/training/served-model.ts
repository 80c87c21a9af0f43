import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LatheError, toLatheError } from "../base/errors.js";
import type { Executable } from "../engines/engine.js";
import { chooseEngine } from "../engines/index.js";
import { decodeModel } from "../onnx/protobuf.js";
import { inferTypes } from "../ops/index.js";
import { type ModelFacts, readFacts } from "./inference-model.js";

/** An exported file at work: all it takes to read a table for it is in the file. */
export interface ServedModel {
  readonly facts: ModelFacts;
  readonly session: Executable;
  /** For temporary files; gone after `close`. */
  readonly workFolder: string;
  close(): Promise<void>;
}

/** @throws LatheError `run.missing`, `graph.invalid`, `export.format` where the file is not a model of Lathe's, `engine.*` */
export async function serveModel(path: string, device: string): Promise<ServedModel> {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (thrown) {
    throw new LatheError("run.missing", `${path} cannot be read: ${thrown instanceof Error ? thrown.message : String(thrown)}`, { path }, { cause: thrown });
  }
  const facts = factsOf(bytes, path);
  const choice = await chooseEngine("auto", device);
  const session = await choice.engine.load(bytes, { device: choice.device, threads: 1 });
  const workFolder = mkdtempSync(join(tmpdir(), "lathe-"));
  return {
    facts, session, workFolder,
    async close() {
      await session.dispose();
      rmSync(workFolder, { recursive: true, force: true });
    },
  };
}

/** What a file says of itself. @throws LatheError `graph.invalid`, `export.format` */
export function factsOf(bytes: Uint8Array, path: string): ModelFacts {
  return readFacts(metadataOf(bytes, path), path);
}

function metadataOf(bytes: Uint8Array, path: string): ReadonlyMap<string, string> {
  try {
    return decodeModel(bytes, inferTypes).metadata;
  } catch (thrown) {
    const { code, message, details } = toLatheError(thrown);
    throw new LatheError(code, `${path}: ${message}`, { ...details, path }, { cause: thrown });
  }
}
