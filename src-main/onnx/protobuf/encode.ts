import { LatheError } from "../../base/errors.js";
import { ONNX_TYPE } from "../emitter.js";
import { openScan } from "./open-scan.js";
import type { Attribute, Graph, GraphValue, Model, Node, TensorType } from "../types.js";
import {
  ATTRIBUTE_TYPE,
  type AttributeMessage,
  type GraphMessage,
  type NodeMessage,
  type ValueInfoMessage,
  encodeMessage,
  metadataPlaces,
} from "./messages.js";
import { encodeInteger, encodeTensor } from "./tensors.js";

/**
 * The model as the bytes of an ONNX file. Equal models give equal bytes: attributes, operator sets and metadata are written in the order of their names,
 * everything else in the graph's own order.
 * @throws LatheError `graph.invalid` where a node's domain has no operator-set version, a tensor's values do not fill its shape, or a number fits no field.
 */
export function encodeModel(model: Model): Uint8Array {
  return encodeMessage({
    irVersion: encodeInteger(model.irVersion, "the IR version"),
    opsetImport: [...domainsOf(model.graph)].sort(byText).map((domain) => {
      const version = model.opsets.get(domain);
      if (version === undefined)
        throw new LatheError("graph.invalid", `the graph ${model.graph.name} uses operators of ${domain || "ONNX"}, but the model names no version of them`);
      return { domain, version: encodeInteger(version, "an operator set's version") };
    }),
    producerName: model.producer.name,
    producerVersion: model.producer.version,
    ...(model.doc ? { docString: model.doc } : {}),
    graph: encodeGraph(model.graph),
    metadataProps: [...model.metadata].sort(([a], [b]) => byText(a, b)).map(([key, value]) => ({ key, value })),
  });
}

/** One entry of metadata, as bytes that may be put behind those of a model: the rest of it stays as it is, to the byte. */
export function encodeMetadata(key: string, value: string): Uint8Array {
  return encodeMessage({ metadataProps: [{ key, value }] });
}

/**
 * A model's bytes with another value for one entry of its metadata: the rest stays as it is, to the byte.
 * @throws LatheError `export.format` where it has none
 */
export function replaceMetadata(model: Uint8Array, key: string, value: string): Uint8Array {
  const place = [...metadataPlaces(model)].find((one) => one.key === key);
  if (!place) throw new LatheError("export.format", `the model says nothing of ${key}`);
  return Buffer.concat([model.subarray(0, place.from), encodeMetadata(key, value), model.subarray(place.to)]);
}

/** The domains a model must import; ONNX's own (`""`) always. */
export function domainsOf(graph: Graph, domains = new Set([""])): Set<string> {
  for (const node of graph.nodes) {
    domains.add(node.domain);
    for (const a of Object.values(node.attributes)) if (a.type === "graph") domainsOf(a.value, domains);
  }
  return domains;
}

function encodeGraph(graph: Graph): GraphMessage {
  const outputs = new Set(graph.outputs.map((v) => v.name));
  const inner = graph.nodes.flatMap((n) => n.outputs).filter((name) => name !== "" && !outputs.has(name));
  return {
    name: graph.name,
    node: graph.nodes.map((node) => encodeNode(openScan(node))),
    initializer: [...graph.initializers].map(([name, data]) => encodeTensor(name, data)),
    input: graph.inputs.map(encodeValue),
    output: graph.outputs.map(encodeValue),
    valueInfo: inner.flatMap((name) => {
      const type = graph.types.get(name);
      return type ? [encodeValue({ name, ...type })] : [];
    }),
  };
}

function encodeNode(node: Node): NodeMessage {
  return {
    input: node.inputs,
    output: node.outputs,
    name: node.name,
    opType: node.op,
    ...(node.domain ? { domain: node.domain } : {}),
    attribute: Object.entries(node.attributes)
      .sort(([a], [b]) => byText(a, b))
      .map(([name, a]) => encodeAttribute(name, a, `attribute ${name} of ${node.name}`)),
  };
}

function encodeAttribute(name: string, attribute: Attribute, what: string): AttributeMessage {
  const type = ATTRIBUTE_TYPE[attribute.type];
  switch (attribute.type) {
    case "int":
      return { name, type, i: encodeInteger(attribute.value, what) };
    case "float":
      return { name, type, f: attribute.value };
    case "string":
      return { name, type, s: Buffer.from(attribute.value, "utf8") };
    case "ints":
      return { name, type, ints: attribute.value.map((v) => encodeInteger(v, what)) };
    case "floats":
      return { name, type, floats: attribute.value };
    case "strings":
      return { name, type, strings: attribute.value.map((v) => Buffer.from(v, "utf8")) };
    case "tensor":
      return { name, type, t: encodeTensor(name, attribute.value) };
    case "graph":
      return { name, type, g: encodeGraph(attribute.value) };
  }
}

function encodeValue({ name, dtype, shape, doc }: TensorType & Pick<GraphValue, "name" | "doc">): ValueInfoMessage {
  const dim = shape.map((d) => (typeof d === "string" ? { dimParam: d } : { dimValue: encodeInteger(d, `the shape of ${name}`) }));
  return { name, type: { tensorType: { elemType: ONNX_TYPE[dtype], shape: { dim } } }, ...(doc ? { docString: doc } : {}) };
}

/** By UTF-16 code unit: the same on every machine, whatever its locale. */
function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
