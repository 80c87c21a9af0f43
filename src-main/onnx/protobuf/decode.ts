import { LatheError } from "../../base/errors.js";
import type { InferTypes } from "../builder.js";
import { inferNode } from "../infer-node.js";
import { type Attribute, type DataType, type Graph, type GraphValue, type Model, type Node, type Shape, type TensorType } from "../types.js";
import {
  ATTRIBUTE_TYPE,
  type AttributeMessage,
  type GraphMessage,
  type ModelMessage,
  type NodeMessage,
  type ValueInfoMessage,
  decodeMessage,
} from "./messages.js";
import { type ForeignFile, dataTypeOf, decodeInteger, decodeTensor } from "./tensors.js";

/**
 * A model from the bytes of an ONNX file. Nothing in the bytes is trusted: names, order, counts and types are checked.
 * Types come from `infer` where it knows the operator, else from what the file says; a value neither knows has no entry in `Graph.types`.
 * @param foreign of a file that Lathe did not write: where values in other files are, and that other element types are converted.
 * @throws LatheError `graph.invalid` for damaged bytes or a malformed graph, `graph.unsupported` for what Lathe does not read (sparse tensors, functions,
 *   sequences; unless `foreign`, external data and other element types).
 */
export function decodeModel(bytes: Uint8Array, infer?: InferTypes, foreign?: ForeignFile): Model {
  const message = parse(bytes);
  if (!message.graph) throw new LatheError("graph.invalid", "the file holds no ONNX graph; expected an ONNX model");
  if (message.functions?.length) throw new LatheError("graph.unsupported", "the model defines functions of its own; export it with its functions inlined");
  const opsets = (message.opsetImport ?? []).map((o) => [domainOf(o.domain), o.version ? decodeInteger(o.version, "an operator set's version") : 0] as const);
  if (opsets.length === 0) throw new LatheError("graph.invalid", "the model names no operator set; it is damaged or older than ONNX 1.0");
  return {
    graph: decodeGraph(message.graph, { infer, foreign, types: new Map(), names: new Set(), depth: 0 }),
    irVersion: message.irVersion ? decodeInteger(message.irVersion, "the IR version") : 0,
    opsets: new Map(opsets),
    producer: { name: message.producerName ?? "", version: message.producerVersion ?? "" },
    doc: message.docString ?? "",
    metadata: new Map((message.metadataProps ?? []).map((p) => [p.key ?? "", p.value ?? ""])),
  };
}

function parse(bytes: Uint8Array): ModelMessage {
  try {
    return decodeMessage(bytes);
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message : String(thrown);
    throw new LatheError("graph.invalid", `the file is not an ONNX model, or is damaged (${reason})`, { bytes: bytes.length }, { cause: thrown });
  }
}

/** Nodes of one graph, and graphs within graphs; the largest networks of 2026 have some ten thousand nodes. */
const [MOST_NODES, DEEPEST] = [200_000, 8];

/** What a graph is read within: the rules, and the values around a subgraph. */
interface Surroundings {
  readonly infer: InferTypes | undefined;
  readonly foreign: ForeignFile | undefined;
  readonly types: ReadonlyMap<string, TensorType>;
  readonly names: Pick<ReadonlySet<string>, "has">;
  /** Graphs around it. */
  readonly depth: number;
}

function decodeGraph(message: GraphMessage, around: Surroundings): Graph {
  const name = message.name ?? "";
  const count = message.node?.length ?? 0;
  if (count > MOST_NODES) throw new LatheError("graph.unsupported", `the graph ${name.slice(0, 100)} has ${count} nodes, expected at most ${MOST_NODES}`);
  if (around.depth > DEEPEST) throw new LatheError("graph.unsupported", `the graph has graphs within graphs more than ${DEEPEST} levels deep`);
  if (message.sparseInitializer?.length) throw new LatheError("graph.unsupported", `the graph ${name} has sparse initializers; save them as dense tensors`);
  const initializers = new Map((message.initializer ?? []).map((t) => [t.name ?? "", decodeTensor(t, `initializer ${t.name ?? ""}`, around.foreign)]));
  // Before IR version 4 every initializer was listed as an input too.
  const inputs = (message.input ?? []).filter((v) => !initializers.has(v.name ?? "")).map((v) => inputOf(v, around.foreign));

  const own = new Set<string>();
  const make = (value: string, maker: string) => {
    if (own.has(value)) throw new LatheError("graph.invalid", `the graph ${name} makes the value ${value} twice, again in ${maker}`);
    own.add(value);
  };
  for (const t of message.initializer ?? []) make(t.name ?? "", "its initializers");
  for (const v of inputs) make(v.name, "its inputs");

  const types = new Map<string, TensorType>(around.types);
  for (const { name: key, dtype, shape } of inputs) types.set(key, { dtype, shape });
  for (const [key, { dtype, dims }] of initializers) types.set(key, { dtype, shape: dims });
  const declared = new Map((message.valueInfo ?? []).concat(message.output ?? []).map((v) => [v.name ?? "", declaredType(v, around.foreign)] as const));

  const nodes: Node[] = [];
  const producers = new Map<string, Node>();
  const taken = new Set((message.node ?? []).flatMap((n) => n.name ?? []));
  for (const [i, n] of (message.node ?? []).entries()) {
    const nodeName = n.name || freeName(`${n.opType ?? ""}_${i}`, taken);
    const unmade = n.input?.find((v) => v !== "" && !own.has(v) && !around.names.has(v));
    if (unmade !== undefined) throw new LatheError("graph.invalid", `${n.opType ?? "a node"} (${nodeName}) reads ${unmade}, which nothing before it makes`);
    const node = decodeNode(n, nodeName, {
      infer: around.infer,
      foreign: around.foreign,
      types,
      names: { has: (v) => own.has(v) || around.names.has(v) },
      depth: around.depth + 1,
    });
    const inferred = around.infer && inferNode(node, { types, initializers, producers }, around.infer);
    for (const [j, o] of node.outputs.entries()) {
      if (o === "") continue;
      make(o, nodeName);
      producers.set(o, node);
      const type = inferred?.[j] ?? declared.get(o);
      if (type) types.set(o, type);
    }
    nodes.push(node);
  }
  const outputs = (message.output ?? []).map((v): GraphValue => {
    const key = v.name ?? "";
    if (!own.has(key) && !around.names.has(key)) throw new LatheError("graph.invalid", `nothing in the graph ${name} makes its output ${key}`);
    // A stranger's file is typed anew by whoever reads it.
    const type = types.get(key) ?? (around.foreign && { dtype: "float32", shape: [] });
    if (!type) throw new LatheError("graph.unsupported", `the type of output ${key} of graph ${name} is neither stated nor known from its operators`);
    return { name: key, ...type, ...docOf(v) };
  });
  for (const key of around.types.keys()) if (!own.has(key)) types.delete(key);
  return { name, inputs, outputs, initializers, nodes, types };
}

function decodeNode(message: NodeMessage, name: string, around: Surroundings): Node {
  if (!message.opType) throw new LatheError("graph.invalid", `the node ${name} names no operator`);
  const attributes: Record<string, Attribute> = {};
  for (const a of message.attribute ?? []) attributes[a.name ?? ""] = decodeAttribute(a, `attribute ${a.name ?? ""} of ${name}`, around);
  return { name, op: message.opType, domain: domainOf(message.domain), inputs: message.input ?? [], outputs: message.output ?? [], attributes };
}

const KINDS = new Map(Object.entries(ATTRIBUTE_TYPE).map(([kind, number]) => [number as number, kind as Attribute["type"]]));

function decodeAttribute(a: AttributeMessage, what: string, around: Surroundings): Attribute {
  const kind = KINDS.get(a.type ?? 0);
  switch (kind) {
    case "int":
      return { type: kind, value: a.i ? decodeInteger(a.i, what) : 0 };
    case "float":
      return { type: kind, value: a.f ?? 0 };
    case "string":
      return { type: kind, value: utf8(a.s) };
    case "ints":
      return { type: kind, value: (a.ints ?? []).map((v) => decodeInteger(v, what)) };
    case "floats":
      return { type: kind, value: a.floats ?? [] };
    case "strings":
      return { type: kind, value: (a.strings ?? []).map(utf8) };
    case "tensor":
      return { type: kind, value: decodeTensor(a.t ?? {}, what, around.foreign) };
    case "graph":
      return { type: kind, value: decodeGraph(a.g ?? {}, around) };
    default:
      throw new LatheError("graph.unsupported", `${what} is of a kind Lathe does not read (AttributeProto type ${a.type ?? 0})`);
  }
}

function inputOf(v: ValueInfoMessage, foreign: ForeignFile | undefined): GraphValue {
  const type = declaredType(v, foreign);
  if (!type) throw new LatheError("graph.unsupported", `input ${v.name ?? ""} is not a tensor of a stated rank and element type`);
  return { name: v.name ?? "", ...type, ...docOf(v) };
}

/** @returns undefined where the file leaves the rank or the element type open. */
function declaredType(v: ValueInfoMessage, foreign: ForeignFile | undefined): TensorType | undefined {
  const tensor = v.type?.tensorType;
  if (!tensor?.shape || !tensor.elemType) return undefined;
  const dtype: DataType = dataTypeOf(tensor.elemType, v.name ?? "a value", foreign);
  const shape: Shape = (tensor.shape.dim ?? []).map((d, i) => {
    const known = d.dimValue && decodeInteger(d.dimValue, `the shape of ${v.name ?? "a value"}`);
    if (known !== undefined && known >= 0) return known;
    return d.dimParam || `${v.name ?? ""}.${i}`; // an axis without a name is like no other
  });
  return { dtype, shape };
}

function freeName(stem: string, taken: Set<string>): string {
  let name = stem;
  for (let i = 1; taken.has(name); i++) name = `${stem}_${i}`;
  taken.add(name);
  return name;
}

const docOf = (v: ValueInfoMessage): { doc?: string } => (v.docString ? { doc: v.docString } : {});
const domainOf = (domain: string | undefined): string => (domain === undefined || domain === "ai.onnx" ? "" : domain);
const utf8 = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? []).toString("utf8");
