import { createHash } from "node:crypto";
import { rmSync } from "node:fs";
import { LatheError, toLatheError } from "../../base/errors.js";
import { readNamedFileSync } from "../../base/own-files.js";
import { readReason } from "../../base/storage-error.js";
import { makeWorkFolder } from "../../base/work-folder.js";
import { refuseDamagedModel } from "../../contract/run-model.js";
import type { Executable } from "../../engines/engine.js";
import { chooseEngine } from "../../engines/index.js";
import type { Graph } from "../../onnx/types.js";
import type { ModelFacts } from "./inference-model.js";
import { factsOf, readModel } from "./read-model.js";

/** An exported file at work: all it takes to read a table for it is in the file. */
export interface ServedModel {
  readonly facts: ModelFacts;
  readonly session: Executable;
  /** Where it runs. */
  readonly device: string;
  /** sha256 of the file. */
  readonly sha256: string;
  /** Where the file's own graph is wanted: read anew, since few ask. @throws LatheError as `serveModel` */
  graph(): Graph;
  /** Another graph for the same device. @throws LatheError `engine.failed` */
  compile(graph: Graph): Promise<Executable>;
  /** For temporary files; gone after `close`. */
  readonly workFolder: string;
  close(): Promise<void>;
}

/**
 * @param threads within an operator; more than one share the processors with other work.
 * @throws LatheError `run.missing`, `run.checkpoint` for a run's model that is another by now, `graph.invalid`, `export.format` where the file is not a model
 * of Lathe's, `engine.*`
 */
export async function serveModel(path: string, device: string, threads = 1): Promise<ServedModel> {
  const bytes = read(path);
  const facts = factsOf(bytes, path);
  const { engine, device: chosen } = await chooseEngine("auto", device);
  const named = namedFor(path);
  const session = named.wrap(await named.told(engine.load(bytes, { device: chosen, threads, shares: threads > 1 })));
  const workFolder = makeWorkFolder();
  return {
    facts,
    session,
    device: chosen,
    sha256: createHash("sha256").update(bytes).digest("hex"),
    workFolder,
    graph: () => readModel(read(path), path).graph,
    compile: async (graph) => named.wrap(await named.told(engine.compile(graph, { device: chosen, threads: 1 }))),
    async close() {
      await session.dispose();
      rmSync(workFolder, { recursive: true, force: true });
    },
  };
}

/** What the engine says of a stranger's file speaks of its inner nodes: the file is named first, and what is wrong in plain words. */
function namedFor(path: string) {
  const told = async <T>(work: Promise<T>): Promise<T> =>
    work.catch((thrown: unknown) => {
      const error = toLatheError(thrown);
      if (error.code !== "engine.failed") throw error;
      const { message } = error.cause instanceof Error ? error.cause : error;
      const why = PLAIN.find(([words]) => words.test(message))?.[1] ?? "it may have been changed since it was exported; export it again";
      const reason = (message.split("\n")[0] ?? "").slice(0, LONGEST_REASON);
      throw new LatheError("engine.failed", `the model ${path} could not be run: ${why} (ONNX Runtime: ${reason})`, { path }, { cause: thrown });
    });
  const wrap = (executable: Executable): Executable => ({ run: (feeds, into) => told(executable.run(feeds, into)), dispose: () => executable.dispose() });
  return { told, wrap };
}

/** What ONNX Runtime's sentences mean. */
const PLAIN: readonly (readonly [words: RegExp, meaning: string])[] = [
  [/alloc|out of memory/i, "it asks for more memory than there is"],
  [/shape|dimension|broadcast|\brank\b/i, "its nodes do not fit each other; it may have been changed since it was exported, so export it again"],
];

/** Letters that are shown of such a sentence: names of nodes may be long. */
const LONGEST_REASON = 300;

function read(path: string): Uint8Array {
  let bytes: Uint8Array;
  try {
    bytes = readNamedFileSync(path);
  } catch (thrown) {
    throw new LatheError("run.missing", `${path} cannot be read: ${readReason(thrown)}`, { path }, { cause: thrown });
  }
  refuseDamagedModel(path, bytes);
  return bytes;
}
