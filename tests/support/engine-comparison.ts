import type { Graph } from "../../src-main/onnx/types.js";
import type { Evaluated } from "./reference-interpreter.js";
export async function compareWithEngine(_graph: Graph, _feeds: Readonly<Record<string, Evaluated>>, _reference: Readonly<Record<string, Evaluated>>): Promise<void> {
  await Promise.resolve();
}
