import { readOwnFileSync } from "../base/own-files.js";
import type { ModelCard } from "../contract/run-views.js";
import { decodeModel } from "../onnx/protobuf.js";
import type { GraphValue } from "../onnx/types.js";
import { type ModelFacts, readFacts } from "../training/inference-model.js";
import { factsOf } from "../training/read-model.js";

/** What a model's file says of itself. @throws LatheError `graph.invalid`, `export.format`, `project.unsafe` */
export function readModelFacts(file: string): ModelFacts {
  return factsOf(readOwnFileSync(file), file);
}

/** How an exported file is fed and what it answers. @throws as `readModelFacts` */
export function readCard(file: string): ModelCard {
  const bytes = readOwnFileSync(file);
  const { graph, opsets, metadata } = decodeModel(bytes);
  const { fitted } = readFacts(metadata, file);
  const input = (name: string): string => {
    const found = fitted.inputs.find((candidate) => candidate.name === name);
    if (!found) return "";
    if (found.type === "image") return `pictures of any height and width, ${found.color === "rgb" ? "red, green, blue" : "gray"}, 0 to 255; resized to ${found.size.join(" × ")} inside`;
    return found.type === "numeric" ? `columns ${found.columns.join(", ")}; NaN where a value is missing` : `column ${found.column}, as text`;
  };
  const card = ({ name, dtype, shape }: GraphValue, description: string) => ({ name, dtype, shape: [...shape], description });
  return {
    file, bytes: bytes.length, opset: opsets.get("") ?? 0,
    inputs: graph.inputs.map((value) => card(value, input(value.name))),
    outputs: graph.outputs.map((value) => card(value, value.doc ?? "")),
  };
}
