import { readOwnFileSync } from "../../base/own-files.js";
import type { ModelCard } from "../../contract/run-views.js";
import { refuseDamagedModel } from "../../contract/run-model.js";
import { decodeModel } from "../../onnx/protobuf.js";
import type { GraphValue } from "../../onnx/types.js";
import { type ModelFacts, readFacts } from "../../training/models/inference-model.js";
import { factsOf } from "../../training/models/read-model.js";

/** What a model's file says of itself. @throws LatheError `graph.invalid`, `export.format`, `project.unsafe`, `run.checkpoint` for a damaged one */
export function readModelFacts(file: string): ModelFacts {
  return factsOf(read(file), file);
}

/** How an exported file is fed and what it answers. @throws as `readModelFacts` */
export function readCard(file: string): ModelCard {
  const bytes = read(file);
  const { graph, opsets, metadata } = decodeModel(bytes);
  // Of a file that is not ours nothing is told.
  readFacts(metadata, file);
  const card = ({ name, dtype, shape, doc = "" }: GraphValue) => ({ name, dtype, shape: [...shape], description: doc });
  return { file, bytes: bytes.length, opset: opsets.get("") ?? 0, inputs: graph.inputs.map(card), outputs: graph.outputs.map(card) };
}

function read(file: string): Uint8Array {
  const bytes = readOwnFileSync(file);
  refuseDamagedModel(file, bytes);
  return bytes;
}
