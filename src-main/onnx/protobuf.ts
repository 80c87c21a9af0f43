import { domainsOf } from "./protobuf/encode.js";
import { type Graph, IR_VERSION, type Model, OPSETS } from "./types.js";

export { decodeModel } from "./protobuf/decode.js";
export type { ForeignFile } from "./protobuf/tensors.js";
export { encodeMetadata, encodeModel, replaceMetadata } from "./protobuf/encode.js";

export interface ModelOptions {
  /** Lathe's version, as the file's producer. */
  readonly version: string;
  readonly doc?: string;
  readonly metadata?: ReadonlyMap<string, string>;
}

/** A graph as a model of the operator sets Lathe emits. */
export function modelOf(graph: Graph, { version, doc = "", metadata = new Map() }: ModelOptions): Model {
  const used = domainsOf(graph);
  return {
    graph,
    irVersion: IR_VERSION,
    opsets: new Map([...OPSETS].filter(([domain]) => used.has(domain))),
    producer: { name: "lathe", version },
    doc,
    metadata,
  };
}
