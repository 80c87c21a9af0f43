import { LatheError } from "../base/errors.js";
import { type Facts, constantBehind, shapeBehind } from "./known-values.js";
import {
  type Attributes,
  type Graph,
  type GraphValue,
  type Node,
  type Shape,
  type TensorData,
  type TensorType,
  type DataType,
  type Value,
  TRAINING_DOMAIN,
  showType,
  strings,
  text,
} from "./types.js";

/** What a shape rule is told of the node it types. */
export interface NodeQuestion {
  readonly op: string;
  readonly domain: string;
  readonly attributes: Attributes;
  /** Operands in order; undefined where an optional one is omitted. */
  readonly inputs: readonly (Value | undefined)[];
  readonly outputCount: number;
  /** The values of operand `i`, where they are known before the graph runs. */
  constant(i: number): TensorData | undefined;
  /** The lengths that operand `i`, a vector of whole numbers, holds where it is computed from constants and shapes: `["N", 4]`. */
  shapeBehind(i: number): Shape | undefined;
}

/** Types the outputs of a node. `ops/` provides it; the builder only asks. */
export type InferTypes = (question: NodeQuestion) => readonly TensorType[];

export interface NodeOptions {
  readonly domain?: string;
  readonly outputs?: number;
  /** Types of the outputs, for an operator that no shape rule knows, or where they are known already. */
  readonly types?: readonly TensorType[];
}

/** What is built outside of all scopes: no input, output or layer is called so, and no name of theirs is one that is given here. */
export const ROOT_SCOPE = ".";

/**
 * Builds one graph. Nodes are typed the moment they are added, so a wrong shape fails where it was written, with the layer that wrote it.
 * Names are unique and depend only on the order of calls: the same calls give the same bytes.
 */
export class GraphBuilder {
  readonly #infer: InferTypes;
  readonly #nodes: Node[] = [];
  readonly #inputs: GraphValue[] = [];
  readonly #outputs: GraphValue[] = [];
  readonly #initializers = new Map<string, TensorData>();
  readonly #types = new Map<string, TensorType>();
  readonly #producers = new Map<string, Node>();
  readonly #facts: Facts = { types: this.#types, initializers: this.#initializers, producers: this.#producers };
  readonly #constants = new Map<string, readonly { readonly data: TensorData; readonly value: Value }[]>();
  readonly #counters = new Map<string, number>();
  #scope: readonly string[] = [];

  constructor(infer: InferTypes) {
    this.#infer = infer;
  }

  /** An empty graph by the same rules, such as the body of a Scan. */
  another(): GraphBuilder {
    return new GraphBuilder(this.#infer);
  }

  /** The nodes so far, in the order added, which is a topological order. */
  get nodes(): readonly Node[] {
    return this.#nodes;
  }

  input(name: string, dtype: DataType, shape: Shape, doc?: string): Value {
    this.#inputs.push({ name: this.#claim(name), dtype, shape, ...(doc === undefined ? {} : { doc }) });
    return this.#typed(name, { dtype, shape });
  }

  /** A named tensor stored in the file, such as a weight. */
  initializer(name: string, data: TensorData): Value {
    this.#initializers.set(this.#claim(name), data);
    return this.#typed(name, { dtype: data.dtype, shape: data.dims });
  }

  /** An unnamed tensor; equal ones are stored once. */
  constant(data: TensorData): Value {
    const key = constantKey(data);
    const alike = this.#constants.get(key) ?? [];
    const known = alike.find((one) => isSame(one.data, data));
    if (known) return known.value;
    const value = this.initializer(this.#unique("const"), data);
    this.#constants.set(key, [...alike, { data, value }]);
    return value;
  }

  /** A stored tensor of another graph: one that has a name of its own keeps it, a constant falls together with equal ones. */
  adopt(name: string, data: TensorData): Value {
    return isConstantName(name) ? this.constant(data) : this.initializer(name, data);
  }

  /** Adds a node and returns its outputs, typed. @throws LatheError `graph.shape`, `graph.unsupported` from the shape rule. */
  node(op: string, inputs: readonly (Value | undefined)[], attributes: Attributes = {}, options: NodeOptions = {}): readonly Value[] {
    const { domain = "", types: known, outputs: outputCount = known?.length ?? 1 } = options;
    const types =
      known ??
      this.#infer({
        op,
        domain,
        attributes,
        inputs,
        outputCount,
        constant: (i) => this.constantOf(inputs[i]),
        shapeBehind: (i) => this.shapeBehind(inputs[i]),
      });
    if (types.length < outputCount) throw new LatheError("internal", `${op}'s shape rule typed ${types.length} of ${outputCount} outputs`);
    const name = this.#claim(this.#unique(op));
    const outputs = types.slice(0, outputCount).map((type, i) => this.#typed(i === 0 ? `${name}:0` : `${name}:${i}`, type));
    const operands = inputs.map((v) => v?.name ?? "");
    while (operands.at(-1) === "") operands.pop();
    this.#push({ name, op, domain, inputs: operands, outputs: outputs.map((v) => v.name), attributes });
    return outputs;
  }

  /** Makes a value a graph output under a name consumers see. */
  output(value: Value, name: string, doc?: string): void {
    const { dtype, shape } = value;
    this.#push({ name: this.#claim(this.#unique("Identity")), op: "Identity", domain: "", inputs: [value.name], outputs: [this.#claim(name)], attributes: {} });
    this.#typed(name, { dtype, shape });
    this.#outputs.push({ name, dtype, shape, ...(doc === undefined ? {} : { doc }) });
  }

  /** Prefixes the names of everything built inside: `conv1/Conv_0`. */
  scope<T>(name: string, build: () => T): T {
    const outer = this.#scope;
    this.#scope = [...outer, name];
    try {
      return build();
    } finally {
      this.#scope = outer;
    }
  }

  /** The tensor behind a value where it is known before the graph runs. */
  constantOf(value: Value | undefined): TensorData | undefined {
    return value && constantBehind(this.#facts, value.name);
  }

  /** The lengths that a vector of whole numbers holds, where it is computed from constants and shapes: `["N", 4]`. */
  shapeBehind(value: Value | undefined): Shape | undefined {
    return value && shapeBehind(this.#facts, value.name);
  }

  /** @throws LatheError where the graph has no such value. */
  value(name: string): Value {
    const type = this.#types.get(name);
    if (!type) throw new LatheError("graph.invalid", `the graph has no value ${name}`);
    return { name, ...type };
  }

  /** The finished graph, without the nodes and constants that no output needs, and without copies that only give a value its output's name. */
  build(name: string): Graph {
    const outputs = new Set(this.#outputs.map((v) => v.name));
    return this.#graphOf(name, nameOutputs(this.#nodes, outputs), this.#outputs);
  }

  /** What is built so far and leads to these values, which are its outputs under the names they have. */
  soFar(values: readonly Value[]): Graph {
    return this.#graphOf("so far", [...this.#nodes], [...new Map(values.map(({ name, dtype, shape }) => [name, { name, dtype, shape }])).values()]);
  }

  #graphOf(name: string, all: Node[], outputs: readonly GraphValue[]): Graph {
    const needed = new Set(outputs.map((v) => v.name));
    const nodes: Node[] = [];
    for (const node of all.reverse()) {
      if (!node.outputs.some((o) => needed.has(o))) continue;
      nodes.push(node);
      for (const i of [...node.inputs, ...differentiatedBy(node)]) needed.add(i);
    }
    return {
      name,
      inputs: this.#inputs,
      outputs,
      initializers: new Map([...this.#initializers].filter(([n]) => needed.has(n))),
      nodes: nodes.reverse(),
      types: this.#types,
    };
  }

  #push(node: Node): void {
    this.#nodes.push(node);
    for (const o of node.outputs) this.#producers.set(o, node);
  }

  #typed(name: string, { dtype, shape }: TensorType): Value {
    this.#types.set(name, { dtype, shape });
    return { name, dtype, shape };
  }

  #unique(stem: string): string {
    const full = [...(this.#scope.length === 0 ? [ROOT_SCOPE] : this.#scope), stem].join("/");
    const n = this.#counters.get(full) ?? 0;
    this.#counters.set(full, n + 1);
    return `${full}_${n}`;
  }

  /** Every name in a graph is used once: ONNX is in single-assignment form. */
  readonly #claimed = new Set<string>();
  #claim(name: string): string {
    if (this.#claimed.has(name)) throw new LatheError("graph.invalid", `two values in the graph are called ${name}`);
    this.#claimed.add(name);
    return name;
  }
}

/** Where a node computes what an Identity would copy to a graph output, lets the node give the output itself. */
function nameOutputs(nodes: readonly Node[], outputs: ReadonlySet<string>): Node[] {
  const computed = new Set(nodes.flatMap((node) => node.outputs));
  const names = new Map<string, string>();
  const copies = new Set<Node>();
  for (const node of nodes) {
    const [from = ""] = node.inputs;
    const [to = ""] = node.outputs;
    if (node.op !== "Identity" || !outputs.has(to) || !computed.has(from) || outputs.has(from) || names.has(from)) continue;
    names.set(from, to);
    copies.add(node);
  }
  const rename = (value: string) => names.get(value) ?? value;
  return nodes
    .filter((node) => !copies.has(node))
    .map((node) => ({
      ...node,
      inputs: node.inputs.map(rename),
      outputs: node.outputs.map(rename),
      attributes: isGradient(node) ? renameValues(node.attributes, rename) : node.attributes,
    }));
}

/** Gradient alone says by attributes, not by operands, which values of the graph it is about. */
function isGradient({ op, domain }: Node): boolean {
  return op === "Gradient" && domain === TRAINING_DOMAIN;
}

/** The value that a Gradient node differentiates. */
function differentiatedBy(node: Node): readonly string[] {
  const { y } = node.attributes;
  return isGradient(node) && y?.type === "string" ? [y.value] : [];
}

function renameValues(attributes: Attributes, rename: (value: string) => string): Attributes {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, a]) => [
      name,
      a.type === "string" ? text(rename(a.value)) : a.type === "strings" ? strings(a.value.map(rename)) : a,
    ]),
  );
}

/** True of names that `constant` gives; not of the weights of a layer that is called so: `const_1.weight`. */
export function isConstantName(name: string): boolean {
  return /\/const_\d+$/.test(name);
}

/** A key that equal constants share; others may share it too. FNV-1a over the bits: -0 is not 0, NaN is NaN. */
function constantKey(data: TensorData): string {
  const type = showType({ dtype: data.dtype, shape: data.dims });
  if (data.dtype === "string") return `${type} ${JSON.stringify(data.data)}`;
  return `${type} ${bytesOf(data.data).reduce((hash, byte) => Math.imul(hash ^ byte, 0x01000193), 0x811c9dc5 | 0)}`;
}

/** Of two constants of one key. */
function isSame(a: TensorData, b: TensorData): boolean {
  // Texts are in the key.
  if (a.dtype === "string" || b.dtype === "string") return true;
  const [x, y] = [bytesOf(a.data), bytesOf(b.data)];
  return x.length === y.length && x.every((byte, i) => byte === y[i]);
}

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
