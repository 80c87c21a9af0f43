import { LatheError, toLatheError } from "../../base/errors.js";
import { decodeModel } from "../../onnx/protobuf.js";
import type { Graph, Model } from "../../onnx/types.js";
import { inferTypes } from "../../ops/index.js";
import { type ModelFacts, readFacts } from "./inference-model.js";

/** What a file says of itself. @throws LatheError `graph.invalid`, `export.format` */
export function factsOf(bytes: Uint8Array, path: string): ModelFacts {
  return readFacts(readModel(bytes, path).metadata, path);
}

/** A file of Lathe's, checked. @throws LatheError `graph.invalid`, `export.format` */
export function readModel(bytes: Uint8Array, path: string): Model {
  try {
    const model = decodeModel(bytes, inferTypes);
    refuseForeign(model.graph);
    return model;
  } catch (thrown) {
    const { code, message, details } = toLatheError(thrown);
    throw new LatheError(code, `${path}: ${message}`, { ...details, path }, { cause: thrown });
  }
}

/**
 * No session sees what Lathe does not write: graphs within nodes (Loop, Scan, If), which may never end, and of which hostile ones make ONNX Runtime 1.30.0 read
 * out of bounds; operators of other domains than ONNX's own.
 */
function refuseForeign(graph: Graph): void {
  for (const { op, name, domain, attributes } of graph.nodes) {
    const reason = Object.values(attributes).some(({ type }) => type === "graph")
      ? "holds a graph of its own"
      : DOMAINS.has(domain)
        ? undefined
        : `is of the domain ${domain.slice(0, 100)}`;
    if (reason !== undefined) {
      throw new LatheError(
        "export.format",
        `the node ${name.slice(0, 100)} (${op.slice(0, 100)}) ${reason}, as no model of Lathe's has; this file was made or changed by another program`,
        { op },
      );
    }
  }
}

const DOMAINS: ReadonlySet<string> = new Set(["", "ai.onnx.ml"]);
