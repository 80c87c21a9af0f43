import { rmSync } from "node:fs";
import { LatheError } from "../base/errors.js";
import { readNamedFileSync } from "../base/own-files.js";
import { makeWorkFolder } from "../base/work-folder.js";
import type { Executable } from "../engines/engine.js";
import { chooseEngine } from "../engines/index.js";
import type { Graph } from "../onnx/types.js";
import type { ModelFacts } from "./inference-model.js";
import { factsOf, readModel } from "./read-model.js";

/** An exported file at work: all it takes to read a table for it is in the file. */
export interface ServedModel {
  readonly facts: ModelFacts;
  readonly session: Executable;
  /** Where the file's own graph is wanted: read anew, since few ask. @throws LatheError as `serveModel` */
  graph(): Graph;
  /** Another graph for the same device. @throws LatheError `engine.failed` */
  compile(graph: Graph): Promise<Executable>;
  /** For temporary files; gone after `close`. */
  readonly workFolder: string;
  close(): Promise<void>;
}

/** @throws LatheError `run.missing`, `graph.invalid`, `export.format` where the file is not a model of Lathe's, `engine.*` */
export async function serveModel(path: string, device: string): Promise<ServedModel> {
  const bytes = read(path);
  const facts = factsOf(bytes, path);
  const { engine, device: chosen } = await chooseEngine("auto", device);
  const session = await engine.load(bytes, { device: chosen, threads: 1 });
  const workFolder = makeWorkFolder();
  return {
    facts, session, workFolder,
    graph: () => readModel(read(path), path).graph,
    compile: (graph) => engine.compile(graph, { device: chosen, threads: 1 }),
    async close() {
      await session.dispose();
      rmSync(workFolder, { recursive: true, force: true });
    },
  };
}

function read(path: string): Uint8Array {
  try {
    return readNamedFileSync(path);
  } catch (thrown) {
    throw new LatheError("run.missing", `${path} cannot be read: ${thrown instanceof Error ? thrown.message : String(thrown)}`, { path }, { cause: thrown });
  }
}
