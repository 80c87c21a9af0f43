import { LatheError, toLatheError } from "../base/errors.js";
import { Emitter } from "../onnx/emitter.js";
import { type Graph, type GraphValue, type Node, type Shape, type TensorData, type Value, isFloat, showShape, showType } from "../onnx/types.js";
import { inferTypes, ops } from "../ops/index.js";
import { foreignNode } from "./conversion.js";
import { conversions } from "./conversions/index.js";
import { FoldingBuilder } from "./folding-builder.js";
import type { ForeignModel } from "./read-file.js";

/** What became of a node of the file. */
export interface NormalNode {
  readonly name: string;
  readonly op: string;
  /** What its results are called in the file. */
  readonly outputs: readonly string[];
  /** Types of the results; undefined where they are not known. */
  readonly results: readonly (Value | undefined)[];
  /** Why it cannot be used, as a sentence. */
  readonly problem?: string;
  /** True where only what it reads cannot be used. */
  readonly unreached?: true;
}

/** A file's graph in operators of opset 17, with the batch open and all that constants decide decided. */
export interface NormalForm {
  readonly builder: FoldingBuilder;
  readonly inputs: readonly Value[];
  readonly nodes: readonly NormalNode[];
  /** What values are called here, by their name in the file; of those that can be used. */
  readonly values: ReadonlyMap<string, Value>;
  /** Results of the graph, by their name in the file. */
  readonly outputs: readonly string[];
  /** The batch that the file is frozen to. */
  readonly frozenBatch: number | undefined;
}

/** Lengths that a file leaves open and somebody has to say: by input, all axes but the batch. */
export type InputShapes = ReadonlyMap<string, readonly number[]>;

/** Numbers of one value for one sample: beyond, no machine trains it. */
const MOST = 2 ** 28;

/**
 * Writes a stranger's graph anew. A node that cannot be used is told, and so is what reads it; the rest goes on: where a network is cut before it, it does not
 * matter.
 * @param shapes of inputs whose lengths the file leaves open. @param batch whether the first axis of each input is that of samples, of any number
 * @throws LatheError `graph.unsupported` for inputs that no batch can be told of
 */
export function normalForm({ model }: Pick<ForeignModel, "model">, shapes: InputShapes = new Map(), batch: "open" | "as in the file" = "open"): NormalForm {
  const { graph, opsets } = model;
  const builder = new FoldingBuilder(inferTypes);
  const e = new Emitter(builder);
  const values = new Map<string, Value>();
  const problems = new Map<string, string>();
  const frozenBatch = batch === "open" ? frozenBatchOf(graph.inputs) : undefined;
  const inputs = graph.inputs.map((input) => {
    const value = builder.input(input.name, input.dtype, batch === "open" ? openShape(input, shapes.get(input.name)) : input.shape);
    values.set(input.name, value);
    return value;
  });
  const [batchOf] = inputs;
  if (!batchOf) throw new LatheError("graph.unsupported", "the graph has no inputs, so there is nothing to learn from");
  const opset = opsets.get("") ?? 0;
  const learned = learnable(graph);
  for (const [name, data] of graph.initializers) values.set(name, builder.keep(data, learned(name, data) ? name : undefined));
  const nodes = graph.nodes.map((node): NormalNode => {
    const { name, op, outputs } = node;
    const blocked = node.inputs.find((v) => problems.has(v));
    const fail = (problem: string, unreached?: true): NormalNode => {
      for (const o of outputs) problems.set(o, problem);
      return { name, op, outputs, results: outputs.map(() => undefined), problem, ...(unreached && { unreached }) };
    };
    if (blocked !== undefined) return fail(`it reads ${blocked}, which cannot be used`, true);
    try {
      refuse(node);
      const operands = node.inputs.map((v) => (v === "" ? undefined : values.get(v)));
      const results = builder.scope(name, () => converted(node, operands, { e, graph: builder, opset, frozenBatch, batchOf }));
      outputs.forEach((o, i) => {
        const result = results[i];
        if (o === "" || !result) return;
        refuseSize(result);
        values.set(o, result);
      });
      const lost = outputs.find((o, i) => o !== "" && !results[i]);
      if (lost !== undefined) problems.set(lost, `${op} has no such result here`);
      return { name, op, outputs, results: outputs.map((o) => values.get(o)) };
    } catch (thrown) {
      const error = toLatheError(thrown);
      if (!error.code.startsWith("graph.")) throw error;
      return fail(frozenBatch === undefined ? error.message : `${error.message}${frozenNote(error)}`);
    }
  });
  return { builder, inputs, nodes, values, outputs: graph.outputs.map(({ name }) => name), frozenBatch };
}

function frozenNote({ code }: LatheError): string {
  return code === "graph.shape" ? "; the file is frozen to one batch, and here that cannot be loosened: export it with dynamic_axes or dynamic_shapes" : "";
}

function converted(node: Node, operands: readonly (Value | undefined)[], place: Parameters<typeof foreignNode>[2]): readonly Value[] {
  const foreign = foreignNode(node, operands, place);
  return conversions.has(node.op) ? conversions.get(node.op).convert(foreign) : foreign.copy();
}

/** What is refused whatever it reads. @throws LatheError `graph.unsupported` */
function refuse({ op, domain, attributes }: Node): void {
  if (domain !== "") throw new LatheError("graph.unsupported", `${op} is of the domain ${domain.slice(0, 100)}, whose operators Lathe does not know`);
  if (Object.values(attributes).some(({ type }) => type === "graph"))
    throw new LatheError("graph.unsupported", `${op} runs a graph of its own, as loops and conditions do; export the network without them`);
  if (conversions.has(op) || ops.has(op)) return;
  throw new LatheError("graph.unsupported", `${op} is none of the operators that Lathe reads`);
}

function refuseSize({ shape }: Value): void {
  const size = shape.reduce<number>((n, d) => n * (typeof d === "number" ? d : 1), 1);
  if (size > MOST) throw new LatheError("graph.unsupported", `its result ${showShape(shape)} has more than ${MOST} numbers a sample`);
}

/** The batch that all inputs are frozen to; undefined where one leaves it open. */
function frozenBatchOf(inputs: readonly GraphValue[]): number | undefined {
  const batches = inputs.map(({ shape }) => shape[0]);
  const [first] = batches;
  return typeof first === "number" && batches.every((d) => d === first) ? first : undefined;
}

/** `[N, …]`. @throws LatheError `graph.unsupported` */
function openShape(input: GraphValue, given: readonly number[] | undefined): Shape {
  const { name, shape } = input;
  if (shape.length === 0) throw new LatheError("graph.unsupported", `the input ${name} is a single number; expected an axis for the samples of a batch`);
  if (given && given.length !== shape.length - 1)
    throw new LatheError("usage", `the input ${name} is ${showType(input)}, got ${given.length} lengths, expected ${shape.length - 1}: all but the batch`);
  const lengths = shape.slice(1).map((d, i) => {
    const own = given?.[i];
    if (typeof d === "number" && own !== undefined && own !== d)
      throw new LatheError("usage", `the input ${name} is ${showType(input)}, got ${own} for axis ${i + 1}, which the file has fixed`);
    return own ?? d;
  });
  if (lengths.some((d) => typeof d === "number" && (d < 1 || d > MOST)))
    throw new LatheError("graph.unsupported", `the input ${name} is ${showType(input)}, expected lengths from 1`);
  // Names of lengths are the file's; N is the batch, and a name here is one word.
  return ["N", ...lengths.map((d) => (typeof d === "number" || (/^[A-Za-z_]\w*$/.test(d) && d !== "N") ? d : `L_${d.replace(/\W/g, "_")}`))];
}

/** Tensors that training may adjust: real numbers, more than one, that the file holds under a name. */
function learnable(graph: Graph): (name: string, data: TensorData) => boolean {
  const constants = new Set(graph.nodes.filter(({ op }) => op === "Constant").flatMap(({ outputs }) => outputs));
  return (name, data) => isFloat(data.dtype) && data.dims.length > 0 && data.data.length > 1 && !constants.has(name);
}
